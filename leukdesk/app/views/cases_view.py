"""The Cases place: the list of all cases, or the page of one; its dialogs; and pages that others put there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.case_desk import CaseDesk
from leukdesk.app.viewmodels.recorder import SIGNED
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.case_dialog import CaseDialog
from leukdesk.app.views.case_list_view import CaseListView
from leukdesk.app.views.case_page_view import CasePageView
from leukdesk.app.views.erase_dialog import EraseDialog
from leukdesk.app.views.put_into_case import PutIntoCase
from leukdesk.app.views.review_desk import ReviewDesk
from leukdesk.app.views.widgets.banner import Banner
from leukdesk.domain.case import Case, CaseDetails
from leukdesk.domain.user import Right


class CasesView(QWidget):
    """`images_wanted` carries files to look at in Analyse, and which first; they belong to `case`.

    Another page for a case (its review, say): `add_page` once, then `show_page`; `show_case` leads back.
    """

    images_wanted = Signal(list, object)  # list[Path], Path or None
    refused_images = Signal()  # the case that is shown is signed: opened images do not belong to it
    shown = Signal()  # another page

    def __init__(
        self, desk: CaseDesk, model: AnalyseViewModel, theme: Theme, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._model = desk, model
        self._casebook, self._cases, self._page = desk.casebook, desk.cases, desk.page
        self._theme, self._actions = theme, actions
        self.banner = Banner(theme)
        self.list = CaseListView(desk.casebook, desk.cases, theme, actions)
        self.page = CasePageView(desk.page, desk.casebook, theme, actions)
        self.pages = QStackedWidget()
        self._dialog: QObject | None = None
        for one in (self.list, self.page):
            self.pages.addWidget(one)
        self._lay_out()
        self._connect()
        self._show_rights()

    @property
    def case(self) -> Case | None:
        """The case whose page (or review, say) is shown."""
        return self._page.case if self.pages.currentWidget() is not self.list else None

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        shown = self.pages.currentWidget()
        return shown.first_control() if isinstance(shown, CaseListView | CasePageView | ReviewDesk) else self.pages

    def case_for_images(self) -> Case | None:
        """The case that images which are opened now belong to; says so where it is signed and takes none."""
        case = self.case if self.isVisible() else None
        if case is not None and case.status in SIGNED:
            self.refused_images.emit()
            return None
        return case

    def show_list(self) -> None:
        """All cases."""
        self._page.leave()
        self._go_to(self.list)

    def show_case(self, case_id: int) -> None:
        """The page of a case."""
        self._page.show(case_id)
        self._go_to(self.page)

    def add_page(self, page: QWidget) -> None:
        """Another page for the case that is shown."""
        self.pages.addWidget(page)

    def show_page(self, page: QWidget) -> None:
        """Show one of those that were added."""
        self._go_to(page)

    # -- dialogs

    def ask_new(self, accession: str = "") -> None:
        """Ask for the details of a new case."""
        dialog = CaseDialog(self._theme, CaseDetails(accession), new=True, parent=self.window())
        dialog.finished_with.connect(lambda details, _why: self._open_new(dialog, details))
        dialog.open()

    def ask_correction(self) -> None:
        """Ask for other details of the case that is shown."""
        case = self._page.case
        if case is None:
            return
        dialog = CaseDialog(self._theme, case.details, new=False, signed=self._page.is_signed, parent=self.window())
        dialog.finished_with.connect(lambda details, why: self._page.correct(details, why, dialog.refuse))
        self._page.written.connect(dialog.accept)
        dialog.open()

    def ask_erasure(self) -> None:
        """Ask why the case that is shown is to be erased."""
        case = self._page.case
        if case is None:
            return
        dialog = EraseDialog(self._theme, case.details.accession, self.window())
        dialog.agreed.connect(lambda why: self._page.erase(why, dialog.refuse))
        self._page.erased.connect(dialog.accept)
        dialog.open()

    def ask_put(self) -> None:
        """Ask for the case that the open images go into."""
        PutIntoCase(self._model, self._desk, self._theme, self.window()).open()

    def _open_new(self, dialog: CaseDialog, details: CaseDetails) -> None:
        user = self._casebook.user
        if user is None:
            return

        def opened(case: Case) -> None:
            dialog.accept()
            self.show_case(case.id)

        self._casebook.write(lambda history: history.cases.open(user.id, details), opened, dialog.refuse)

    # -- what happens

    def _connect(self) -> None:
        one = self._actions
        self.list.chosen.connect(self.show_case)
        self.list.wanted.connect(self.ask_new)
        self.page.left.connect(self.show_list)
        self.page.chosen.connect(self.show_case)
        self.page.images_wanted.connect(self.images_wanted)
        self._page.refused.connect(self.banner.tell)
        self._page.erased.connect(self._tell_erased)
        self._casebook.user_changed.connect(self._show_rights)
        one.new_case.triggered.connect(lambda: self.ask_new())
        one.edit_case.triggered.connect(self.ask_correction)
        one.add_to_case.triggered.connect(one.open_images.trigger)
        one.put_into_case.triggered.connect(self.ask_put)
        self._model.opened.connect(self._show_rights)
        one.erase_case.triggered.connect(self.ask_erasure)

    def _tell_erased(self) -> None:
        self.show_list()
        self.banner.say(self.tr("The case was erased."), self.tr("Its tombstone stays in the history."), "ok")

    def _show_rights(self) -> None:
        may = self._casebook.may(Right.EDIT_CASE)
        self._actions.new_case.setEnabled(may)
        self._actions.put_into_case.setEnabled(may and self._model.images.rowCount() > 0)

    def _go_to(self, page: QWidget) -> None:
        self.banner.hide()
        self.pages.setCurrentWidget(page)
        if self.isVisible():
            self.first_control().setFocus()
        self.shown.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._leads_back(event):
            self.show_list()
        else:
            super().keyPressEvent(event)

    def _leads_back(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and self.pages.currentWidget() is self.page

    def event(self, event: QEvent) -> bool:
        """Esc leads back to the list, whatever else it does in the window."""
        over = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride
        if isinstance(event, QKeyEvent) and over and self._leads_back(event):
            event.accept()
            return True
        if event.type() == QEvent.Type.Show:
            self._cases.begin()
        return super().event(event)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.pages, 1)
