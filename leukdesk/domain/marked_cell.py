"""The cells of one image as they stand: what was found, what the model says of each, and what a person changed.

Nothing is overwritten: the analysis stays as the model gave it, and what a person says lies beside it. Every change
makes a new value, so that undoing is going back to the one before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from leukdesk.domain import outlines
from leukdesk.domain.cell import Cell, CellAnalysis, CellKind, Measurements, NamedCell, Polygon
from leukdesk.domain.cell_counts import CellCounts
from leukdesk.domain.finding import Decision
from leukdesk.domain.image import Region
from leukdesk.domain.review import UNIDENTIFIED


@dataclass(frozen=True, slots=True, eq=False)
class MarkedCell:
    """One object of an image. `key` names it for good: a found cell's number, or a number after all of those."""

    key: int
    cell: Cell
    said: NamedCell | None  # by the model; None for what is kept apart, and for an outline it was not asked about yet
    label: str = ""  # the class a person gave, or `UNIDENTIFIED`; empty as long as nobody did
    drawn: bool = False  # a person drew or changed the outline

    @property
    def by_hand(self) -> bool:
        """Whether a person changed anything about it."""
        return self.drawn or bool(self.label)

    @property
    def counts(self) -> bool:
        """Whether it enters the differential: whole cells, and whatever a person named."""
        return self.cell.kind is CellKind.CELL or bool(self.label)

    @property
    def class_id(self) -> str:
        """What counts: the person's word, else the model's accepted answer, else `UNIDENTIFIED`; "" if kept apart."""
        if self.label:
            return self.label
        if not self.counts:
            return ""
        accepted = self.said is not None and self.said.decision is Decision.ACCEPTED
        return self.said.prediction.label if accepted and self.said is not None else UNIDENTIFIED

    @property
    def certainty(self) -> float:
        """The model's probability of what counts, else of what it holds most likely; 0 where it was not asked."""
        if self.said is None:
            return 0.0
        prediction = self.said.prediction
        known = dict(zip(prediction.classes, prediction.probabilities, strict=True))
        return known.get(self.label, prediction.probability) if self.label else prediction.probability


@dataclass(frozen=True, slots=True, eq=False)
class FieldReading:
    """One image's analysis with a person's changes; `removed` are keys of found objects that he took away.

    Of a slide, `views` are the parts in which cells were looked for, and `known` the numbers under which a case keeps
    cells that were found again (see `grown_reading`).
    """

    analysis: CellAnalysis
    cells: tuple[MarkedCell, ...]
    next_key: int
    removed: tuple[int, ...] = ()
    views: tuple[Region, ...] = ()
    known: frozenset[int] = frozenset()

    def cell(self, key: int) -> MarkedCell | None:
        """One object; None where it is not, or no longer, there."""
        return next((one for one in self.cells if one.key == key), None)

    @property
    def changed(self) -> bool:
        """Whether a person changed anything."""
        return bool(self.removed) or any(one.by_hand for one in self.cells)

    def at(self, x: float, y: float) -> MarkedCell | None:
        """The object at a point; of several the one whose middle is nearest."""
        found = [one for one in self.cells if _in_box(one.cell, x, y) and one.cell.holds(x, y)]
        return min(found, key=lambda one: one.cell.distance(x, y), default=None)

    def named(self, keys: Collection[int], label: str) -> FieldReading:
        """A person names these cells; "" takes his word back."""
        cells = tuple(replace(one, label=label) if one.key in keys else one for one in self.cells)
        return replace(self, cells=cells)

    def added(self, outline: Polygon) -> FieldReading:
        """A person outlines a cell that was not found; what lies outside the image is cut off."""
        inside = self._inside(outline)
        if len(inside) < 3:
            return self
        drawn = MarkedCell(self.next_key, drawn_cell(self.next_key, inside), None, drawn=True)
        return replace(self, cells=(*self.cells, drawn), next_key=self.next_key + 1)

    def moved(self, key: int, right: float, down: float) -> FieldReading:
        """A person moves an outline; the model has to look again."""
        one = self.cell(key)
        inside = self._inside(outlines.moved(one.cell.outline, right, down)) if one is not None else ()
        if one is None or len(inside) < 3:
            return self
        placed = replace(one, cell=drawn_cell(key, inside), said=None, drawn=True)
        return replace(self, cells=tuple(placed if old is one else old for old in self.cells))

    def drawn_as(self, key: int, outline: Polygon, label: str) -> FieldReading:
        """A person's outline under a key of its own, or in place of what has that key."""
        inside = self._inside(outline)
        if len(inside) < 3:
            return self
        drawn = MarkedCell(key, drawn_cell(key, inside), None, label, drawn=True)
        others = tuple(one for one in self.cells if one.key != key)
        return replace(self, cells=(*others, drawn), next_key=max(self.next_key, key + 1))

    def without(self, keys: Collection[int]) -> FieldReading:
        """A person takes these away: they are no cells."""
        found = {one.number for one in self.analysis.field.cells}
        gone = tuple(one.key for one in self.cells if one.key in keys and one.key in found)
        cells = tuple(one for one in self.cells if one.key not in keys)
        return replace(self, cells=cells, removed=(*self.removed, *gone))

    def merged(self, keys: Collection[int]) -> FieldReading:
        """A person says that these are one cell; a name they share is kept. Fewer than two: unchanged."""
        parts = [one for one in self.cells if one.key in keys]
        if len(parts) < 2:
            return self
        whole = outlines.hull(point for one in parts for point in one.cell.outline)
        labels = {one.label for one in parts}
        return self.without(keys)._with([whole], labels.pop() if len(labels) == 1 else "")

    def split(self, key: int) -> FieldReading:
        """A person says that this is two cells: it is cut across its longest extent."""
        one = self.cell(key)
        if one is None:
            return self
        halves = [half for half in outlines.halves(one.cell.outline) if outlines.area(half) > 0]
        return self.without([key])._with(halves, "") if len(halves) == 2 else self

    def told(self, asked: Cell, answer: NamedCell) -> FieldReading:
        """The model's answer about an outline that a person drew; unchanged where that outline is gone."""
        if not any(one.cell is asked for one in self.cells):
            return self
        cells = tuple(
            replace(one, cell=replace(answer.cell, number=one.key), said=answer) if one.cell is asked else one
            for one in self.cells
        )
        return replace(self, cells=cells)

    def counted(self) -> CellCounts:
        """Counts of this image. What a person named counts even where the image is too poor for the model's answers."""
        wanted = [one for one in self.cells if one.counts]
        apart = len(self.cells) - len(wanted)
        refused = bool(self.analysis.quality.refuses)
        left_out = [one for one in wanted if refused and not one.label]
        names = Counter(one.class_id for one in wanted if not (refused and not one.label))
        unidentified = names.pop(UNIDENTIFIED, 0)
        return CellCounts(dict(names), unidentified, len(left_out), 1, apart)

    def _inside(self, outline: Polygon) -> Polygon:
        return outlines.within(outline, self.analysis.field.width, self.analysis.field.height)

    def _with(self, drawn: Iterable[Polygon], label: str) -> FieldReading:
        made = self
        for outline in drawn:
            made = made.added(outline)
            made = made.named([made.next_key - 1], label)
        return made


def reading_of(analysis: CellAnalysis) -> FieldReading:
    """The cells of an image as the model gave them."""
    said = {one.cell.number: one for one in analysis.named}
    cells = tuple(MarkedCell(cell.number, cell, said.get(cell.number)) for cell in analysis.field.cells)
    return FieldReading(analysis, cells, len(cells) + 1)


def drawn_cell(number: int, outline: Polygon) -> Cell:
    """A cell of which only the outline is known yet: nothing inside was measured."""
    rounded = tuple((round(x, 1), round(y, 1)) for x, y in outline)
    measured = Measurements(
        area_px=round(outlines.area(rounded), 1),
        nucleus_area_px=0.0,
        roundness=round(outlines.roundness(rounded), 3),
        lobes=0,
        nucleus_density=0.0,
        texture=0.0,
        nucleus_colour=(0, 0, 0),
        cytoplasm_colour=None,
    )
    return Cell(number, CellKind.CELL, outlines.bounds(rounded), rounded, (), measured)


def _in_box(cell: Cell, x: float, y: float) -> bool:
    return cell.box.left <= x <= cell.box.right and cell.box.top <= y <= cell.box.bottom
