"""The differential as it is looked at: of one image or all, to a target, beside what was counted by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.cells import Cells
from leukdesk.app.workers.lanes import Lane
from leukdesk.domain.cell_counts import CellCounts
from leukdesk.domain.differential import (
    NRBC_PER_100,
    Compared,
    Differential,
    LimitsMethod,
    Tally,
    compared,
    corrected_white_count,
    differential,
    is_white,
    stands_for_blast,
)
from leukdesk.domain.errors import KnownError
from leukdesk.domain.proportions import Limits


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; shares 0..1. `summed` lines repeat what stands above them."""

    name: str
    count: int
    share: float | None = None
    limits: Limits | None = None
    absolute: float | None = None  # 10^9/L
    per_100: float | None = None  # white cells; of cells that are none
    by_hand: float | None = None
    agree: bool | None = None
    summed: bool = False


class DifferentialViewModel(QObject):
    """Counts follow the cells; what was chosen here stays."""

    changed = Signal()
    saved = Signal(Path)
    failed = Signal(object)  # KnownError
    rang = Signal()  # the count by hand has reached its target

    def __init__(self, cells: Cells, lane: Lane, parent: QObject | None = None) -> None:
        """`lane`: where files are written."""
        super().__init__(parent)
        self._cells, self._lane = cells, lane
        self.all_images = True
        self.method = LimitsMethod.WILSON
        self.white_count: float | None = None  # 10^9/L, as entered
        self.tally = Tally()
        cells.changed.connect(self.changed)
        cells.model_changed.connect(self.changed)

    # -- what is known

    @property
    def target(self) -> int:
        """White cells to count."""
        return self.tally.target

    @property
    def counts(self) -> CellCounts:
        """Cells by class, of the image or of all open ones."""
        return self._cells.counted(all_images=self.all_images)

    @property
    def found(self) -> Differential | None:
        """Of what the model and the reader say; None before any model was asked."""
        if self._cells.card is None:
            return None
        counts = self.counts
        return differential(
            counts.classes,
            self._names(counts.classes),
            unidentified=counts.unidentified,
            not_classed=counts.not_classed,
            target=self.target,
            method=self.method,
        )

    @property
    def by_hand(self) -> Differential | None:
        """Of the tally; None while it is empty."""
        counts = self.tally.counts()
        if not counts:
            return None
        return differential(counts, self._names(counts), target=self.target, method=self.method)

    @property
    def agreement(self) -> Mapping[str, Compared]:
        """Classes counted both ways, by id."""
        hand, found = self.by_hand, self.found
        return {one.class_id: one for one in compared(hand, found)} if hand is not None and found is not None else {}

    @property
    def model_knows_blasts(self) -> bool:
        """Whether the model can answer "blast" at all; True before any was asked."""
        card = self._cells.card
        return card is None or any(stands_for_blast(one.id) for one in card.classes)

    @property
    def corrected(self) -> float | None:
        """The white cell count less nucleated red cells; None where none was entered or too few are there to matter."""
        found = self.found
        if self.white_count is None or found is None or found.nucleated_red_per_100 <= NRBC_PER_100:
            return None
        return corrected_white_count(self.white_count, found.nucleated_red_per_100)

    def rows(self) -> list[Row]:
        """The table: white cells in ICSH order, blasts summed, then cells beside, per 100 white cells."""
        found = self.found
        if found is None:
            return []
        white = self.corrected or self.white_count
        agreement = self.agreement
        rows = []
        for line in found.lines:
            both = agreement.get(line.class_id)
            rows.append(
                Row(
                    line.display, line.count, line.share, line.limits,
                    absolute=line.absolute(white) if white is not None else None,
                    by_hand=both.hand if both else None, agree=both.agree if both else None,
                )
            )  # fmt: skip
        if found.blasts is not None and sum(stands_for_blast(line.class_id) for line in found.lines) > 1:
            line = found.blasts
            absolute = line.absolute(white) if white is not None else None
            rows.append(Row(line.display, line.count, line.share, line.limits, absolute, summed=True))
        return rows + [Row(one.display, one.count, per_100=one.per_100) for one in found.beside]

    def _names(self, counted: Mapping[str, int]) -> dict[str, str]:
        """The model's classes, and of the others those that were counted."""
        looks = self._cells.looks
        return {one.id: one.display for one in looks.classes if one.known or counted.get(one.id)}

    # -- what the user does

    def pool(self, all_images: bool) -> None:
        """Count all open images, or the one that is looked at."""
        self.all_images = all_images
        self.changed.emit()

    def aim(self, target: int) -> None:
        """Count to another target."""
        self.tally = replace(self.tally, target=target)
        self.changed.emit()

    def limit_by(self, method: LimitsMethod) -> None:
        """Limits of each share for itself, or of all together."""
        self.method = method
        self.changed.emit()

    def enter_white_count(self, count: float | None) -> None:
        """White cells in 10^9/L, for absolute values; None takes them away."""
        self.white_count = count
        self.changed.emit()

    def tap(self, class_id: str) -> None:
        """Count one cell by hand; at the target nothing more is counted."""
        before = self.tally
        self.tally = before.add(class_id)
        if self.tally.full and (not before.full or self.tally is before) and is_white(class_id):
            self.rang.emit()
        self.changed.emit()

    def untap(self) -> None:
        """Take the last cell that was counted by hand back."""
        self.tally = self.tally.undone()
        self.changed.emit()

    def save_table(self, path: Path) -> None:
        """Write the differential as CSV, on the lane."""
        found, agreement, white = self.found, self.agreement, self.corrected or self.white_count
        if found is None:
            return

        def write() -> None:
            from leukdesk.report.atomic import replacing
            from leukdesk.report.marked_table import write_differential_csv

            with replacing(path) as stream:
                write_differential_csv(found, agreement, white, stream)

        self._lane.submit(write, lambda _: self.saved.emit(path), self._fail)

    def save_cells(self, path: Path) -> None:
        """Write every cell that is held with all that was measured and said of it as CSV, on the lane."""
        readings, card = self._cells.readings(), self._cells.card
        if card is None:
            return

        def write() -> None:
            from leukdesk.report.atomic import replacing
            from leukdesk.report.marked_table import write_marked_csv

            with replacing(path) as stream:
                write_marked_csv(readings, card, stream)

        self._lane.submit(write, lambda _: self.saved.emit(path), self._fail)

    def _fail(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.failed.emit(error)

    def start_over(self) -> None:
        """Count by hand anew."""
        self.tally = Tally(self.target)
        self.changed.emit()
