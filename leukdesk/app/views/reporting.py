"""The report of the case that is shown: its button on the case's page, and its dialog."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.case_desk import CaseDesk
from leukdesk.app.views.cases_view import CasesView
from leukdesk.app.views.report_dialog import show_report


class Reporting(QObject):
    """Belongs to the Cases place; its action can be taken while a case is shown."""

    def __init__(self, cases: CasesView, desk: CaseDesk, theme: Theme, action: QAction) -> None:
        super().__init__(cases)
        self._cases, self._desk, self._theme, self._action = cases, desk, theme, action
        cases.page.add_action(action)
        action.triggered.connect(self.show)
        for told in (cases.shown, desk.page.changed, desk.casebook.user_changed):
            told.connect(self._enable)
        self._enable()

    def show(self) -> None:
        """Open the report of the case that is shown."""
        case = self._cases.case
        if case is not None:
            show_report(self._desk.report, self._theme, case, self._cases.window())

    def _enable(self) -> None:
        self._action.setEnabled(self._cases.case is not None and self._desk.casebook.user is not None)
