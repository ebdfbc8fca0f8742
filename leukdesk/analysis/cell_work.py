"""The work of a batch that looks for cells: a few images from file to named cells, in one thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.analysis.analyse import NOT_SAID
from leukdesk.analysis.batch_work import Task, Worked, file_size, of_one_file
from leukdesk.analysis.cells import analyse_cells_in_file, require_cell_scope
from leukdesk.domain.recorded import NewField
from leukdesk.imaging.read import sha256_to_know

if TYPE_CHECKING:
    from leukdesk.analysis.ports import Predictor
    from leukdesk.domain.cell import CellAnalysis
    from leukdesk.domain.optics import Acquisition

KnownFields = Callable[[Sequence[str]], Mapping[str, "CellAnalysis"]]


class CellWork:
    """Finds and names the cells of whole images; threads may share it. Calling it raises nothing but bugs."""

    def __init__(
        self,
        predictor: Predictor,
        *,
        limit_px: int,
        taken: Callable[[Path], Acquisition] = lambda path: NOT_SAID,
        known: KnownFields | None = None,
    ) -> None:
        """`known` gives, of some hashes, what the model found before, which is used again.

        Raises `BundleError` for a model that judges whole fields.
        """
        require_cell_scope(predictor.card)
        self._known = known
        self._predictor, self._limit_px, self._taken = predictor, limit_px, taken

    def __call__(self, tasks: Sequence[Task]) -> list[Worked]:
        """Do some tasks."""
        known: Mapping[int, NewField] = {}
        if self._known is not None:
            hashes = [sha256_to_know(task.path, self._limit_px) for task in tasks]
            known = fields_already(tasks, hashes, known=self._known, temperature=self._predictor.card.temperature)
        return [
            Worked(task, known[at] if at in known else of_one_file(task.path, self._found))
            for at, task in enumerate(tasks)
        ]

    def _found(self, path: Path) -> NewField:
        taken = self._taken(path)
        found = analyse_cells_in_file(path, self._predictor, limit_px=self._limit_px, explain=False, taken=taken)
        return NewField(found, self._predictor.card.temperature, file_size(path))


def fields_already(
    tasks: Sequence[Task], hashes: Sequence[str], *, known: KnownFields, temperature: float
) -> dict[int, NewField]:
    """Which of the tasks, by their place, were done before, as if found in the file of today; "" is no image's hash."""
    found = known([one for one in hashes if one])
    fields: dict[int, NewField] = {}
    for at, (task, sha256) in enumerate(zip(tasks, hashes, strict=True)):
        if sha256 in found:
            source = replace(found[sha256].source, path=task.path)
            fields[at] = NewField(replace(found[sha256], source=source), temperature, file_size(task.path))
    return fields
