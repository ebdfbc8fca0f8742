"""The Train place: the runs on the left, and the page of what is done with one, or of a new one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.train_desk import TrainDesk
from leukdesk.app.views.widgets.banner import Banner
from leukdesk.app.views.widgets.empty_state import EmptyState


class TrainView(QWidget):
    """A page is a widget of its own file, shown by `show_page`; `show_runs` leads back.

    A page that has a method `first_control` says where keys go when one comes to it.
    """

    new_wished = Signal()  # a new run is to be set up
    judge_wished = Signal(object)  # a trained run (`training_runs.TrainingRun`) is to be judged and compared

    def __init__(self, desk: TrainDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk, self._theme = desk, theme
        self.banner, self.pages = Banner(theme), QStackedWidget()
        self.empty = EmptyState(theme, "train")
        self._say_empty()
        self.pages.addWidget(self.empty)
        self._lay_out()

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        shown = self.pages.currentWidget()
        if shown is self.empty:
            return self.begin
        wanted: Callable[[], QWidget] | None = getattr(shown, "first_control", None)
        return wanted() if wanted is not None else self.pages

    def show_page(self, page: QWidget) -> None:
        """Show a page; it is taken in where it is new."""
        if self.pages.indexOf(page) < 0:
            self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        self.banner.hide()
        if self.isVisible():
            self.first_control().setFocus()

    def show_runs(self) -> None:
        """Leave a page for the run that is chosen, or for what is said where there is none."""
        self.show_page(self.empty)

    def _say_empty(self) -> None:
        words = self.tr(
            "Train a model on your own labelled images. Before it may be used it is judged beside the present one."
        )
        self.empty.say(self.tr("No model has been trained here"), words)
        self.begin = self.empty.add_button(self.tr("Train a model…"), primary=True)
        self.begin.clicked.connect(lambda: self.new_wished.emit())

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.pages, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(column, 1)
