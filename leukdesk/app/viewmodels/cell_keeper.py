"""Cells and human labels on their way into the case history, when the user asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.domain.errors import HistoryError, HistoryReason, KnownError

if TYPE_CHECKING:
    from leukdesk.analysis.keep_cells import Kept, Written
    from leukdesk.domain.remembered_cells import RememberedCell
    from leukdesk.history.history import History


class CellKeeper(QObject):
    """Writes through the `Casebook`; `kept` tells how many cells and labels were new."""

    kept = Signal(int, int)
    failed = Signal(object)  # KnownError

    def __init__(self, casebook: Casebook, model: AnalyseViewModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._casebook, self._model = casebook, model
        self._written: Written = {}
        self._busy = False
        model.opened.connect(self._forget)
        model.case_changed.connect(self._forget)

    def keep(self) -> None:
        """Keep the cells of all open images, in the case that is open, or in none."""
        cells, user = self._model.cells, self._casebook.user
        if self._busy or cells.card is None:
            return
        if user is None:
            self.failed.emit(
                HistoryError(
                    "the cells cannot be kept: the case history is not open, or nobody is signed in",
                    reason=HistoryReason.NOT_ALLOWED,
                    advice="Open it in Cases, or sign in, and try again.",
                )
            )
            return
        self._busy = True
        if any(one.views for one in cells.readings()):
            # What the case keeps of a slide was asked for before: once this is answered, its numbers are known.
            self._casebook.read(lambda history: None, lambda _: self._write(user.id), self._fail)
        else:
            self._write(user.id)

    def _write(self, who: int) -> None:
        cells, case = self._model.cells, self._model.case
        if cells.card is None:
            self._busy = False
            return
        case_id = case.id if case is not None else None
        readings, written, temperature = cells.readings(), self._written, cells.card.temperature

        def work(history: History) -> Kept:
            from leukdesk.analysis.keep_cells import keep_cells

            return keep_cells(
                readings, history.findings, history.reviews, user=who, case_id=case_id, temperature=temperature,
                written=written,
            )  # fmt: skip

        self._casebook.write(work, self._done, self._fail, case_id=case_id)

    def know(self, path: Path, kept: Sequence[RememberedCell]) -> None:
        """What is in the history of an image: it is not written again, and can be taken back."""
        self._written = {(path, one.key): one.label for one in kept if one.label} | dict(self._written)

    def _done(self, kept: Kept) -> None:
        self._busy = False
        self._written = kept.written
        self.kept.emit(kept.cells, kept.labels)

    def _fail(self, error: Exception) -> None:
        self._busy = False
        if isinstance(error, KnownError):
            self.failed.emit(error)

    def _forget(self) -> None:
        self._written = {}
