"""A new training run, step by step: the steps across the top, one page each, and the way back and on at the foot."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.train_choice import Step
from leukdesk.app.viewmodels.train_setup import TrainSetup
from leukdesk.app.views.train_check_step import CheckStep
from leukdesk.app.views.train_data_step import DataStep
from leukdesk.app.views.train_look_step import LookStep
from leukdesk.app.views.train_recipe_step import RecipeStep
from leukdesk.app.views.train_split_step import SplitStep
from leukdesk.app.views.train_start_step import StartStep
from leukdesk.app.views.train_step import TrainStep
from leukdesk.app.views.widgets.empty_state import EmptyState
from leukdesk.app.views.widgets.inline_error import InlineError, in_words
from leukdesk.app.views.widgets.labels import ElidedLabel
from leukdesk.app.views.widgets.progress_row import ProgressRow
from leukdesk.app.views.widgets.segments import Segments


class TrainSetupView(QWidget):
    """`left` follows when one turns away from it; what was chosen stays until the run is begun."""

    left = Signal()

    def __init__(self, setup: TrainSetup, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup, self._theme = setup, theme
        self.steps = Segments(theme, self.tr("Steps"))
        self.pages, self.error = QStackedWidget(), InlineError(theme)
        self.again = QPushButton(self.tr("Try again"))
        self.cancel = QAction(self.tr("Cancel"), self)
        theme.dress(self.cancel, "stop")
        self.progress = ProgressRow(theme, cancel=self.cancel)
        self.leave = QPushButton(self.tr("Leave"))
        self.back, self.next = QPushButton(self.tr("Back")), QPushButton(self.tr("Next"))
        self.missing = EmptyState(theme, "train")
        self.why = ElidedLabel("caption", Qt.TextElideMode.ElideRight)
        self.way: tuple[TrainStep, ...] = (
            DataStep(setup, theme),
            CheckStep(setup, theme),
            SplitStep(setup, theme),
            RecipeStep(setup, theme),
            LookStep(setup, theme),
            StartStep(setup, theme),
        )
        self._lay_out()
        self._connect()
        self._turn(int(setup.step))

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        return self.leave if self._setup.missing is not None else self.way[self._setup.step].first_control()

    def _connect(self) -> None:
        setup = self._setup
        setup.changed.connect(self._show)
        setup.turned.connect(self._turn)
        self.steps.chosen.connect(lambda key: setup.go(Step(int(key))))
        self.back.clicked.connect(setup.back)
        self.next.clicked.connect(self._go_on)
        self.again.clicked.connect(setup.try_again)
        self.cancel.triggered.connect(setup.cancel)
        self.leave.clicked.connect(self._leave)

    def _leave(self) -> None:
        self._setup.cancel()
        self.left.emit()

    def _go_on(self) -> None:
        if self._setup.step is Step.START:
            self._setup.start()
        else:
            self._setup.next()

    def _turn(self, step: int) -> None:
        self.steps.choose(str(step))
        self.pages.setCurrentIndex(step)
        self._show()
        if self.isVisible():
            self.first_control().setFocus()

    def _show(self) -> None:
        setup = self._setup
        self._show_missing()
        self.way[setup.step].show_choice()
        self.error.tell(setup.error)
        self.again.setVisible(setup.error is not None)
        self.cancel.setEnabled(bool(setup.doing))
        self.progress.setVisible(bool(setup.doing))
        self.progress.show_progress(setup.progress, "" if setup.progress.total else self._words())
        self._show_way()

    def _show_way(self) -> None:
        setup = self._setup
        for step in Step:
            self._buttons[step].setEnabled(setup.choice.reachable(step))
        self.steps.choose(str(int(setup.step)))
        self.back.setEnabled(setup.step is not Step.DATA)
        last = setup.step is Step.START
        self.next.setText(self.tr("Start training") if last else self.tr("Next"))
        self.next.setEnabled(setup.choice.reachable(Step.START) if last else setup.choice.ready(setup.step))

        self.why.set_text("" if self.next.isEnabled() or setup.doing or setup.missing else self._why_not())
        self.why.setVisible(bool(self.why.text()))

    def _why_not(self) -> str:
        choice = self._setup.choice
        if self._setup.step is Step.RECIPE and choice.problems:
            return self.tr("The recipe has mistakes: see below its text")
        if self._setup.step is Step.RECIPE and choice.lacks_stage:
            return self.tr("Train its first stage first")
        return {
            Step.DATA: self.tr("Choose images whose classes are known"),
            Step.CHECK: self.tr("Mend what is listed, then check again") if choice.blocked else "",
            Step.RECIPE: self.tr("Choose what to begin with"),
        }.get(self._setup.step, "")

    def _show_missing(self) -> None:
        missing = self._setup.missing
        if missing is not None:
            self.missing.say(self.tr("Nothing can be trained here"), in_words(missing))
        self.missing.setVisible(missing is not None)
        for one in (self._head, self.pages, self.back, self.next):
            one.setVisible(missing is None)

    def _words(self) -> str:
        setup = self._setup
        stages = {
            "reading": self.tr("Reading the list of images"),
            "comparing": self.tr("Looking for images of the same view"),
            "dividing": self.tr("Dividing"),
            "starting": self.tr("Starting the network"),
            "timing": self.tr("Timing a few batches"),
        }
        return stages.get(setup.stage) or {
            "look": self.tr("Looking at the data"),
            "copy": self.tr("Copying reviewed images"),
            "check": self.tr("Opening every image"),
            "divide": self.tr("Dividing"),
            "recipes": self.tr("Looking for recipes"),
            "write": self.tr("Writing the recipe"),
            "check_text": self.tr("Checking the recipe"),
            "preview": self.tr("Varying a few images"),
            "estimate": self.tr("Measuring how long it takes here"),
        }.get(setup.doing, "")

    # -- building

    def _lay_out(self) -> None:
        names = (
            self.tr("Data"),
            self.tr("Check"),
            self.tr("Division"),
            self.tr("Recipe"),
            self.tr("Variation"),
            self.tr("Start"),
        )
        self._buttons = {
            step: self.steps.add(str(int(step)), f"{step + 1}  {name}") for step, name in zip(Step, names, strict=True)
        }
        for page in self.way:
            self.pages.addWidget(page)
        self.next.setProperty("kind", "primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._head = self._row("header", self.steps, None)
        column.addWidget(self._head)
        column.addWidget(self.missing, 1)
        column.addWidget(self.pages, 1)
        column.addWidget(self._error_row())
        column.addWidget(self._row("status", self.leave, None, self.progress, self.why, None, self.back, self.next))
        self.setProperty("panel", "surface")

    def _error_row(self) -> QWidget:
        self._trouble = QWidget()
        row = QHBoxLayout(self._trouble)
        row.setContentsMargins(tokens.SPACE_5, 0, tokens.SPACE_5, tokens.SPACE_2)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(self.error, 1)
        row.addWidget(self.again)
        return self._trouble

    def _row(self, panel: str, *widgets: QWidget | None) -> QWidget:
        """Widgets beside each other; None is room between them."""
        holder = QWidget()
        holder.setProperty("panel", panel)
        row = QHBoxLayout(holder)
        row.setContentsMargins(tokens.SPACE_4, tokens.SPACE_2, tokens.SPACE_4, tokens.SPACE_2)
        row.setSpacing(tokens.SPACE_2)
        for one in widgets:
            if one is None:
                row.addStretch(1)
            else:
                row.addWidget(one)
        return holder
