"""Cells and names that a case keeps come back into the view when its images are opened again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.cell_keeper import CellKeeper
from leukdesk.domain.grown_reading import known_again
from leukdesk.domain.remembered_cells import RememberedCell, laid_over

if TYPE_CHECKING:
    from leukdesk.history.history import History


class CellMemory(QObject):
    """Looks an image's cells up once they are found, and those of all images once another case is open."""

    def __init__(
        self, casebook: Casebook, model: AnalyseViewModel, keeper: CellKeeper, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._casebook, self._model, self._keeper = casebook, model, keeper
        model.cells.found.connect(self._look_up)
        model.case_changed.connect(self._look_all_up)

    def _look_all_up(self) -> None:
        for reading in self._model.cells.readings():
            self._look_up(reading.analysis.source.path)

    def _look_up(self, path: Path) -> None:
        case, reading = self._model.case, self._model.cells.reading_of(path)
        if case is None or reading is None:
            return
        sha256, case_id = reading.analysis.source.sha256, case.id

        def work(history: History) -> tuple[RememberedCell, ...]:
            from leukdesk.analysis.kept_cells import kept_cells

            return kept_cells(sha256, case_id, history.findings, history.reviews)

        self._casebook.read(work, partial(self._recall, path, sha256, case_id))

    def _recall(self, path: Path, sha256: str, case_id: int, kept: Sequence[RememberedCell]) -> None:
        case, reading = self._model.case, self._model.cells.reading_of(path)
        if case is None or case.id != case_id or reading is None or reading.analysis.source.sha256 != sha256:
            return  # something else was opened meanwhile
        if kept:
            self._model.cells.recall(path, lambda one: known_again(one, kept) if one.views else laid_over(one, kept))
            self._keeper.know(path, kept)
