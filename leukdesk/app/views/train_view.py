"""The Train place: the runs on the left, and the page of one, of a new one, or of what is done with one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.train_desk import TrainDesk
from leukdesk.app.views.remove_run_dialog import RemoveRunDialog
from leukdesk.app.views.run_list_view import RunList
from leukdesk.app.views.run_page_view import RunPage
from leukdesk.app.views.widgets.action_button import ActionButton
from leukdesk.app.views.widgets.banner import Banner
from leukdesk.app.views.widgets.empty_state import EmptyState
from leukdesk.domain.errors import KnownError
from leukdesk.training_runs import TrainingRun


class TrainView(QWidget):
    """A page is a widget of its own file, shown by `show_page`; `show_runs` leads back to the runs.

    A page that has a method `first_control` says where keys go when one comes to it.
    """

    new_wished = Signal()  # a new run is to be set up
    judge_wished = Signal(object)  # a trained run (`TrainingRun`) is to be judged and compared

    def __init__(self, desk: TrainDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk, self._theme = desk, theme
        self.banner, self.pages = Banner(theme), QStackedWidget()
        self.empty, self.page, self.list = EmptyState(theme, "train"), RunPage(desk, theme), RunList(desk, theme)
        self._say_empty()
        for one in (self.empty, self.page):
            self.pages.addWidget(one)
        self._lay_out()
        self._connect()
        self._show_list()

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
        self.list.mark(self.page.key if page is self.page else "")
        self.banner.hide()
        if self.isVisible():
            self.first_control().setFocus()

    def offer(self, action: QAction) -> None:
        """Something that helps before training: offered where there is no run, and below the list of runs."""
        self.empty.add_foot(ActionButton(self._theme, action, "toggle"))
        below = self.list.layout()
        assert below is not None  # for the type checker
        below.addWidget(ActionButton(self._theme, action, "toggle"))

    def show_run(self, key: str) -> None:
        """The page of a run."""
        self.page.show_run(key)
        self.show_page(self.page)

    def show_runs(self) -> None:
        """Leave a page for the run that was shown last, else the newest, else for what is said where there is none."""
        runs = self.desk.runs
        if not runs:
            self.show_page(self.empty)
        elif self.desk.run(self.page.key) is None:
            self.show_run(runs[0].key)
        else:
            self.show_page(self.page)

    # -- what happens

    def _connect(self) -> None:
        desk = self.desk
        desk.listed.connect(self._show_list)
        desk.begun.connect(self._show_begun)
        desk.failed.connect(self._tell)
        self.list.chosen.connect(self.show_run)
        for one in (self.list.new_wished, self.begin.clicked):
            one.connect(lambda *_: self._wish_new())
        self.page.judge_wished.connect(self.judge_wished)
        self.page.remove_wished.connect(self._ask_removal)

    def _show_begun(self, key: str) -> None:
        """The page of a run that is not listed yet: it fills as soon as it is."""
        self.page.show_run(key)
        self.pages.setCurrentWidget(self.page)

    def _show_list(self) -> None:
        self.list.setVisible(bool(self.desk.runs))
        shown = self.pages.currentWidget()
        nothing = shown is self.page and self.desk.run(self.page.key) is None
        if shown is self.empty or (nothing and self.desk.known):
            self.show_runs()
        elif shown is self.page:
            self.list.mark(self.page.key)

    def _wish_new(self) -> None:
        if (missing := self.desk.trainer.missing) is not None:
            self.banner.tell(missing)
        else:
            self.new_wished.emit()

    def _ask_removal(self, run: TrainingRun) -> None:
        dialog = RemoveRunDialog(self._theme, run.title, self.window(), copies=self.desk.has_own_copies(run))
        dialog.accepted.connect(lambda: self.desk.remove(run.key))
        dialog.open()

    def _tell(self, error: KnownError) -> None:
        self.banner.tell(error)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self.desk.look()
        return super().event(event)

    # -- building

    def _say_empty(self) -> None:
        words = self.tr(
            "Train a model on your own labelled images. Before it may be used it is judged beside the present one."
        )
        self.empty.say(self.tr("No model has been trained here"), words)
        self.begin = self.empty.add_button(self.tr("Train a model…"), primary=True)

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.pages, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addLayout(column, 1)
