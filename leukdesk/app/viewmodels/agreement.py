"""How far the model and the people here agree: in one case, and month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.workers.lanes import Token
from leukdesk.domain.agreement import Kappa, MonthOfAgreement, kappa
from leukdesk.domain.errors import KnownError
from leukdesk.domain.review import Agreement

if TYPE_CHECKING:
    from leukdesk.history.history import History


@dataclass(frozen=True, slots=True)
class Month:
    """The agreement of one month's answers."""

    month: date
    kappa: Kappa


class AgreementViewModel(QObject):
    """`changed` follows every `open`."""

    changed = Signal()

    def __init__(self, casebook: Casebook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._casebook = casebook
        self._token = Token()
        self.case: Kappa | None = None  # of the case that was asked for
        self.all: Kappa | None = None  # of all cases
        self.pairs: Sequence[Agreement] = ()  # of the case, or of all without one: who said what how often
        self.months: Sequence[Month] = ()
        self.loading = False
        self.error: KnownError | None = None

    def open(self, case_id: int | None = None) -> None:
        """Look up the agreement of a case and of all, or of all alone."""
        self._token.cancel()
        self.loading, self.error = True, None

        def read(history: History) -> tuple[list[Agreement], list[Agreement], list[MonthOfAgreement]]:
            of_case = history.reviews.agreement(case_id) if case_id is not None else []
            return of_case, history.reviews.agreement(), history.reviews.agreement_by_month()

        self._case_id = case_id
        self._token = self._casebook.read(read, self._take, self._refuse)
        self.changed.emit()

    def _take(self, found: tuple[list[Agreement], list[Agreement], list[MonthOfAgreement]]) -> None:
        of_case, of_all, months = found
        self.case = kappa(of_case) if self._case_id is not None else None
        self.all, self.pairs = kappa(of_all), of_case if self._case_id is not None else of_all
        self.months = [Month(one.month, kappa(one.counts)) for one in months]
        self.loading = False
        self.changed.emit()

    def _refuse(self, error: Exception) -> None:
        self.loading = False
        self.error = error if isinstance(error, KnownError) else None
        self.changed.emit()
