"""The page of one training run: how it stands, its curves, what happened, and what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.train_desk import TrainDesk
from leukdesk.app.views.run_words import (
    loss_words,
    moment,
    progress_words,
    raw,
    state_icon,
    state_tone,
    state_word,
    story,
)
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.curve_plot import Curve, CurvePlot
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import ElidedLabel, label, link
from leukdesk.app.views.widgets.page import Page
from leukdesk.domain.training import RunState
from leukdesk.training_runs import TrainingRun

_WIDTH = 980  # px
_LOG = 170  # px


class RunPage(QWidget):
    """`show_run` says which one; it follows that run until another is shown."""

    judge_wished = Signal(object)  # TrainingRun
    remove_wished = Signal(object)  # TrainingRun
    before_and_after = Signal(object)  # TrainingRun that adapted a model

    def __init__(self, desk: TrainDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._theme, self.key = desk, theme, ""
        self._page = Page(theme, _WIDTH)
        self._make()
        self._lay_out()
        self._connect()

    @property
    def run(self) -> TrainingRun | None:
        """The run that is shown."""
        return self._desk.run(self.key)

    def show_run(self, key: str) -> None:
        """Show another run."""
        self.key = key
        self.log.clear()
        self._follow(key)

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        for one in (self.judge, self.stop, self.go_on):
            if one.isVisibleTo(self):
                return one
        return self.log

    # -- what is shown

    def _follow(self, key: str) -> None:
        run = self.run
        if key != self.key or run is None:
            return
        self.title.set_text(run.title)
        self._chip.show_state(state_word(run), state_icon(run), state_tone(run))
        self._say_source(run)
        self._show_progress(run)
        self._show_buttons(run)
        self._show_curves(run)
        self.error.tell(run.error)
        self._tell(story(run))

    def _say_source(self, run: TrainingRun) -> None:
        words = self.tr("Begun {moment}").format(moment=moment(run.begun_at))
        if run.order is None:
            self._source.set_text(words)
        else:
            images = self.tr("images from {folder}").format(folder=run.order.data.name)
            self._source.set_text(f"{words} · {images}", str(run.order.data))

    def _show_progress(self, run: TrainingRun) -> None:
        progress = run.progress
        unknown = not progress.total or (progress.is_trained and not progress.asked)
        self.bar.setRange(0, 0 if run.is_on and unknown else 1000)
        self.bar.setValue(round(1000 * progress.share))
        self.bar.setVisible(run.is_on or not progress.is_trained)
        self.words.setText(progress_words(run))
        images = progress.images or {}
        dash = "–"
        self._facts["images"].setText(" / ".join(number(one) for one in images.values()) or dash)
        rate = self.tr("{rate} a second").format(rate=number(progress.images_per_s, 1))
        self._facts["rate"].setText(rate if progress.images_per_s else dash)
        memory = self.tr("{size} GB").format(size=number(progress.memory_mb / 1000, 1))
        self._facts["memory"].setText(memory if progress.memory_mb else dash)
        best = progress.best
        accuracy = self.tr("{accuracy} % in epoch {epoch}")
        shown = best and accuracy.format(accuracy=number(100 * best.validation_accuracy, 1), epoch=best.number + 1)
        self._facts["best"].setText(shown or dash)

    def _show_buttons(self, run: TrainingRun) -> None:
        self.stop.setVisible(run.is_on or run.state is RunState.WAITING)
        self.stop.setEnabled(not run.stopping)
        self.stop.setText(self.tr("Do not train") if run.state is RunState.WAITING else self.tr("Stop"))
        self.go_on.setVisible(run.can_go_on)
        again = self.tr("Go on") if run.progress.epochs else self.tr("Try again")
        self.go_on.setText(self.tr("Compare with before") if run.lacks_comparison else again)
        self.remove.setVisible(not run.is_on)
        self.next.setVisible(run.progress.is_trained and not run.is_on)
        self._say_next(run)
        self.adapted.setVisible(run.compared)
        self.background.setVisible(run.is_on)
        self.judge.setText(self.tr("See the judgement…") if run.judged else self.tr("Judge and compare…"))

    def _say_next(self, run: TrainingRun) -> None:
        """A first stage knows other classes or images than the model it leads to: comparing the two says nothing."""
        self.judge.setVisible(not run.prepares)
        if run.prepares:
            self.ended.setText(self.tr("The first stage is done. Next: train the second one."))
            self._why.setText(
                self.tr(
                    "It is no model to use: it prepares one, so there is nothing to compare it with. Begin a new run "
                    "with the recipe of the second stage, and choose this one there."
                )
            )
        else:
            self.ended.setText(self.tr("Training is done. Next: is it any better?"))
            self._why.setText(
                self.tr(
                    "It is judged on images it has never seen, beside the model in use. Nothing changes before that."
                )
            )

    def _show_curves(self, run: TrainingRun) -> None:
        epochs, progress = run.progress.epochs, run.progress
        total = len(epochs) if progress.is_trained else progress.total
        best = progress.best.number if progress.best is not None else -1
        loss = Curve(self.tr("Training images"), tuple(one.loss for one in epochs), "muted", dashed=True)
        validation = Curve(self.tr("Validation images"), tuple(one.validation_loss for one in epochs))
        self.losses.show_curves((loss, validation), total, best)
        right = tuple(one.validation_accuracy for one in epochs)
        self.accuracy.show_curves((Curve(self.tr("Validation images"), right),), total, best)
        self._plots.setVisible(bool(epochs))

    def _tell(self, words: str) -> None:
        """Add what is new, so that a place that is being read stays where it is."""
        had = self.log.toPlainText()
        if words == had:
            return
        if had and words.startswith(had):
            self.log.appendPlainText(words[len(had) + 1 :])
        else:
            self.log.setPlainText(words)
            self.log.verticalScrollBar().setValue(self.log.verticalScrollBar().maximum())

    # -- what is done

    def _connect(self) -> None:
        self._desk.changed.connect(self._follow)
        self.stop.clicked.connect(lambda: self._desk.stop(self.key))
        self.go_on.clicked.connect(lambda: self._desk.go_on(self.key))
        self.copy.clicked.connect(lambda: self._desk.read_log(self.key, self._copy))
        self.judge.clicked.connect(lambda: self.judge_wished.emit(self.run))
        self.adapted.clicked.connect(lambda: self.before_and_after.emit(self.run))
        self.remove.clicked.connect(lambda: self.remove_wished.emit(self.run))
        self._theme.changed.connect(self._fit)
        self._fit()

    def _copy(self, log: str) -> None:
        if (run := self.run) is not None:
            QGuiApplication.clipboard().setText(raw(run, log))

    def _fit(self) -> None:
        self.log.setMinimumHeight(self._theme.px(_LOG))

    # -- building

    def _make(self) -> None:
        theme = self._theme
        self.title, self._chip, self._source = ElidedLabel("title"), Chip(theme), ElidedLabel("muted")
        self.stop, self.go_on = QPushButton(self.tr("Stop")), QPushButton(self.tr("Go on"))
        self.go_on.setProperty("kind", "primary")
        self.remove = QPushButton(self.tr("Remove…"))
        self.error = InlineError(theme)
        self.bar, self.words = QProgressBar(), label("", "strong")
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the training"))
        said = self.tr("It goes on in the background: leave this page, or close the window, as you like.")
        self.background = label(said, "muted", wrap=True)
        self.losses = CurvePlot(theme, self.tr("Loss by epoch: lower is better"), lambda one: loss_words(one))
        self.accuracy = CurvePlot(theme, self.tr("Accuracy by epoch"), _percent, top=1.0)
        self.log, self.copy = QPlainTextEdit(), link(self.tr("Copy details"))
        self.log.setReadOnly(True)
        self.log.setTabChangesFocus(True)
        self.log.setAccessibleName(self.tr("What happened"))
        self.judge = QPushButton(self.tr("Judge and compare…"))
        self.judge.setProperty("kind", "primary")
        self.adapted = QPushButton(self.tr("Before and after…"))
        self._facts = {name: label("", "strong") for name in ("images", "rate", "memory", "best")}

    def _lay_out(self) -> None:
        column = self._page.column
        column.setSpacing(tokens.SPACE_4)
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_3)
        for one in (self.title, self._chip):
            head.addWidget(one, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        for button in (self.stop, self.go_on, self.remove):
            head.addWidget(button)
        column.addLayout(head)
        for card in (self._source, self.error, self._laid_next(), self._laid_progress(), self._laid_plots()):
            column.addWidget(card)
        foot = QHBoxLayout()
        foot.addWidget(label(self.tr("What happened"), "section"))
        foot.addStretch(1)
        foot.addWidget(self.copy)
        column.addLayout(foot)
        column.addWidget(self.log, 1)
        self._page.fill(self)
        for card in (self.next, self._card, self._plots):
            card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)  # what is left is the log's

    def _laid_next(self) -> QFrame:
        self.next = QFrame()
        self.next.setProperty("panel", "card")
        words = QVBoxLayout()
        self.ended, self._why = label("", "strong", wrap=True), label("", wrap=True)
        for one in (self.ended, self._why):
            words.addWidget(one)
        words.addStretch(1)
        row = QHBoxLayout(self.next)
        row.setContentsMargins(tokens.SPACE_4, tokens.SPACE_3, tokens.SPACE_4, tokens.SPACE_3)
        row.setSpacing(tokens.SPACE_4)
        row.addLayout(words, 1)
        for button in (self.adapted, self.judge):
            row.addWidget(button)
        return self.next

    def _laid_progress(self) -> QFrame:
        self._card = card = QFrame()
        card.setProperty("panel", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_3, tokens.SPACE_4, tokens.SPACE_3)
        column.setSpacing(tokens.SPACE_2)
        for one in (self.words, self.bar, self.background):
            column.addWidget(one)
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.SPACE_5)
        for place, (name, words) in enumerate(self._names().items()):
            grid.addWidget(label(words, "caption", wrap=True), 0, place, Qt.AlignmentFlag.AlignBottom)
            grid.addWidget(self._facts[name], 1, place)
            grid.setColumnStretch(place, 1)
        column.addLayout(grid)
        return card

    def _names(self) -> dict[str, str]:
        return {
            "best": self.tr("Accuracy on validation images"),
            "images": self.tr("Images to learn from / to choose by / locked"),
            "rate": self.tr("Images"),
            "memory": self.tr("Memory used"),
        }

    def _laid_plots(self) -> QWidget:
        self._plots = QWidget()
        row = QHBoxLayout(self._plots)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_5)
        for plot in (self.losses, self.accuracy):
            column = QVBoxLayout()
            name: QLabel = label(plot.accessibleName(), "section")
            column.addWidget(name)
            column.addWidget(plot)
            column.addStretch(1)
            row.addLayout(column, 1)
        return self._plots


def _percent(value: float) -> str:
    return f"{number(100 * value)} %"
