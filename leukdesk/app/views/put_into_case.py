"""The open images go into a case: scan or type its accession number; a number that is new opens a case."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.case_desk import CaseDesk
from leukdesk.app.viewmodels.recorder import SIGNED
from leukdesk.app.views.widgets.form_dialog import FormDialog
from leukdesk.domain.case import Case, CaseDetails
from leukdesk.domain.errors import HistoryError, HistoryReason

if TYPE_CHECKING:
    from leukdesk.history.history import History

_WIDTH = 460  # px


class PutIntoCase(FormDialog):
    """Enter finishes, as a scanner does."""

    def __init__(self, model: AnalyseViewModel, desk: CaseDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Put these images into a case"), _WIDTH, parent)
        self._model, self._desk = model, desk
        self.accession = QLineEdit()
        self.accession.setAccessibleName(self.tr("Accession number"))
        self.accession.setPlaceholderText(self.tr("scan or type"))
        self.put = put = QPushButton(self.tr("Put into the case"))
        self.put.setEnabled(False)
        self.put.clicked.connect(self._put)
        self.accession.textChanged.connect(lambda text: put.setEnabled(bool(text.strip())))
        words = self.tr("What was found in the open images is kept in this case. A number that is new opens a case.")
        self.say(words, "muted")
        self.ask(self.accession)
        self.end(self.put, self.tr("Cancel"))
        self.put.setDefault(True)

    def _put(self) -> None:
        user, accession = self._desk.casebook.user, self.accession.text().strip()
        if user is not None and accession:
            self.put.setEnabled(False)
            self._desk.casebook.write(partial(_case, user.id, accession), self._take, self._refuse)

    def _take(self, case: Case) -> None:
        self._model.put_into(case)
        self._desk.recorder.keep_all()
        self.accept()

    def _refuse(self, error: Exception) -> None:
        self.put.setEnabled(True)
        self.refuse(error)


def _case(user: int, accession: str, history: History) -> Case:
    """The case with this number, opened if there is none. Raises `HistoryError`, also for a signed one."""
    case = history.cases.by_accession(accession) or history.cases.open(user, CaseDetails(accession))
    if case.status in SIGNED:
        raise HistoryError("this case is signed", reason=HistoryReason.SIGNED, advice="Open it for amendment first.")
    return case
