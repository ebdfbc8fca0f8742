"""Images or cells that people labelled in signed cases as a data set for training; that they leave is recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject

from leukdesk.app.viewmodels.casebook import Casebook, Failed
from leukdesk.app.workers.lanes import Lane
from leukdesk.domain.case import CaseQuery, CaseStatus
from leukdesk.domain.errors import DataError
from leukdesk.domain.user import Right

if TYPE_CHECKING:
    from leukdesk.app.viewmodels.ports import Bench
    from leukdesk.domain.reviewed import TrainingSet
    from leukdesk.history.history import History

translate = QCoreApplication.translate
_PAGE = 500


class ReviewedImages(QObject):
    """Copies them on the lane given; looks for signed cases on the history's."""

    def __init__(self, casebook: Casebook, lane: Lane, make_bench: Callable[[], Bench], folder: Path) -> None:
        """`folder`: each export makes a folder of its own below it. `make_bench` is called on the lane."""
        super().__init__()
        self._casebook, self._lane, self._make_bench, self._folder = casebook, lane, make_bench, folder

    @property
    def may_export(self) -> bool:
        """Whether who works here may take images out of the history."""
        return self._casebook.may(Right.EXPORT)

    def export(self, done: Callable[[Path, TrainingSet], object], failed: Failed, *, cells: bool = False) -> None:
        """Copy all of them into a new folder, images or the single cells in them.

        The model's answers are no labels: only what a person said is taken.
        """
        user = self._casebook.user.id if self._casebook.user is not None else 0

        def copy(cases: list[int]) -> None:
            folder = self._folder / datetime.now().strftime("%Y-%m-%d-%H%M%S")
            self._lane.submit(partial(self._copy, user, cases, folder, cells), partial(done, folder), failed)

        self._casebook.read(_signed, copy, failed)

    def _copy(self, user: int, cases: list[int], folder: Path, cells: bool) -> TrainingSet:
        bench = self._make_bench()
        write = bench.export_cells_for_training if cells else bench.export_for_training
        written = write(user, cases, folder) if cases else None
        if written is None or not written.written:
            images = translate("Training", "there are no signed cases with images that a person labelled")
            single = translate("Training", "there are no signed cases with single cells that a person labelled")
            raise DataError(
                single if cells else images,
                reason="empty",
                advice=translate("Training", "Review and sign cases first, or choose a folder of labelled images."),
            )
        return written


def _signed(history: History) -> list[int]:
    found: list[int] = []
    query = CaseQuery(statuses=frozenset({CaseStatus.SIGNED}))
    while True:
        page = history.cases.search(query, offset=len(found), limit=_PAGE)
        found += [one.id for one in page.cases]
        if not page.cases or len(found) >= page.total:
            return found
