"""An adapted model beside the one it was, a page of the Train place: was it worth it, and what has it forgotten."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels import adaptation_words as words
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.gate_words import set_words
from leukdesk.app.viewmodels.train_desk import TrainDesk
from leukdesk.app.views.result_cards import Pair, calibration_card, classes_card, figures_card, notes_card
from leukdesk.app.views.widgets.cards import card_of
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import ElidedLabel, label, link
from leukdesk.app.views.widgets.page import Page
from leukdesk.app.views.widgets.skeleton import Skeleton
from leukdesk.domain.adaptation import Adaptation
from leukdesk.domain.errors import KnownError
from leukdesk.training_runs import TrainingRun

_WIDTH = 820  # px
_ICONS = {"ok": "ok", "refuse": "refuse", "attention": "attention"}


class AdaptationView(QWidget):
    """`left` wants the run back, `judge_wished` the gate."""

    left = Signal()
    judge_wished = Signal(object)  # TrainingRun

    def __init__(self, desk: TrainDesk, engine: Engine, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._engine, self._theme = desk, engine, theme
        self._run: TrainingRun | None = None
        self._filled: list[QWidget] = []
        self.title, self.back = ElidedLabel("title"), link(self.tr("Back to the run"))
        self.judge = QPushButton(self.tr("Judge and compare…"))
        self.error = InlineError(theme)
        self.page = Page(theme, _WIDTH)
        self._waiting = Skeleton(theme, "card", self.tr("The run is looked at"))
        self._cards = QVBoxLayout()
        self._lay_out()
        self.back.clicked.connect(self.left)
        self.judge.clicked.connect(lambda: self.judge_wished.emit(self._run))

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        return self.judge if self.judge.isVisibleTo(self) else self.back

    def show_run(self, run: TrainingRun) -> None:
        """Read how this one did, and show it."""
        self._run = run
        self.title.set_text(self.tr("{run}: before and after").format(run=run.title))
        self.error.tell(None)
        self._fill([])
        self._waiting.show()
        self.judge.hide()
        self._desk.read_adaptation(run.key, lambda found: self._take(run, found), lambda error: self._fail(run, error))

    def _take(self, run: TrainingRun, found: Adaptation) -> None:
        if run is not self._run:
            return
        pair = Pair(self.tr("After"), self.tr("Before"), run.title, found.bundle)
        cards: list[QWidget] = [self._verdict(found)]
        if said := words.notes(found):
            cards.append(notes_card(said, self.tr("What limits these figures")))
        if (local := found.local) is not None:
            cards.append(figures_card(local, pair, self.tr("On your held-out images"), whose=False, named=True))
        if (original := found.original) is not None:
            title = self.tr("On the test images it was made with")
            cards.append(figures_card(original, pair, title, whose=True, named=local is None))
        if (shown := local or original) is not None:
            cards.append(classes_card(shown, pair, self._engine.vocabulary_of(found.bundle)))
            cards.append(calibration_card(shown, pair, self._theme))
        self._fill(cards)
        self._waiting.hide()
        self.judge.show()

    def _fail(self, run: TrainingRun, error: Exception) -> None:
        if run is self._run:
            self._waiting.hide()
            self.error.tell(error if isinstance(error, KnownError) else None)

    def _verdict(self, found: Adaptation) -> QFrame:
        card, column = card_of()
        head, advice, tone = words.headline(found)
        row = QHBoxLayout()
        row.addWidget(Chip(self._theme, head, _ICONS[tone], tone))
        row.addStretch(1)
        column.addLayout(row)
        local = found.local
        if local is not None and (far := words.gained(local)):
            column.addWidget(label(far, "heading", wrap=True))
        column.addWidget(label(advice, wrap=True))
        lost, lost_tone = words.forgetting(found)
        forgotten = label(lost, wrap=True)
        forgotten.setProperty("tone", lost_tone)
        column.addWidget(forgotten)
        for more in (_held_out(found), words.learned_words(found)):
            if more:
                column.addWidget(label(more, "muted", wrap=True))
        return card

    def _fill(self, cards: list[QWidget]) -> None:
        for old in self._filled:
            self._cards.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._filled = cards
        for one in cards:
            self._cards.addWidget(one)
        self.page.verticalScrollBar().setValue(0)

    def _lay_out(self) -> None:
        self.judge.setProperty("kind", "primary")
        self._cards.setSpacing(tokens.SPACE_4)
        column = self.page.column
        column.setSpacing(tokens.SPACE_4)
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_3)
        head.addWidget(self.title, 1)
        head.addWidget(self.back)
        column.addLayout(head)
        for part in (self.error, self._waiting):
            column.addWidget(part)
        column.addLayout(self._cards)
        column.addWidget(self.judge, 0, Qt.AlignmentFlag.AlignLeading)
        column.addStretch(1)
        self.page.fill(self)


def _held_out(found: Adaptation) -> str:
    return set_words(found.local) if found.local is not None else ""
