"""The work of a batch that looks for cells: a few images from file to named cells, in one thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.analysis.analyse import NOT_SAID
from leukdesk.analysis.batch_work import Task, Worked, bug, file_size
from leukdesk.analysis.cells import analyse_cells_in_file, require_cell_scope
from leukdesk.domain.errors import EngineError, ImageError
from leukdesk.domain.finding import Failure
from leukdesk.domain.recorded import NewField

if TYPE_CHECKING:
    from leukdesk.analysis.ports import Predictor
    from leukdesk.domain.optics import Acquisition


class CellWork:
    """Finds and names the cells of whole images; threads may share it. Calling it raises nothing but bugs."""

    def __init__(
        self,
        predictor: Predictor,
        *,
        limit_px: int,
        taken: Callable[[Path], Acquisition] = lambda path: NOT_SAID,
    ) -> None:
        """Raises `BundleError` for a model that judges whole fields."""
        require_cell_scope(predictor.card)
        self._predictor, self._limit_px, self._taken = predictor, limit_px, taken

    def __call__(self, tasks: Sequence[Task]) -> list[Worked]:
        """Do some tasks."""
        return [Worked(task, self._outcome(task.path)) for task in tasks]

    def _outcome(self, path: Path) -> NewField | Failure:
        taken = self._taken(path)
        try:
            found = analyse_cells_in_file(path, self._predictor, limit_px=self._limit_px, explain=False, taken=taken)
        except (ImageError, EngineError) as error:
            return Failure(path, error)
        except Exception:  # noqa: BLE001 - nothing is swallowed: the row says "bug", the log says which
            return Failure(path, bug(path))
        return NewField(found, self._predictor.card.temperature, file_size(path))
