"""What a person said of an image's cells before, laid over what is found now: by another model, or on another day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leukdesk.domain import outlines
from leukdesk.domain.cell import Box, Polygon
from leukdesk.domain.marked_cell import FieldReading, MarkedCell
from leukdesk.domain.review import NOT_CLASSED

_SAME = 0.8  # overlap of the boxes of one cell


@dataclass(frozen=True, slots=True)
class RememberedCell:
    """One object. `label` is "" where nobody named it, `NOT_CLASSED` where somebody took it away."""

    key: int
    box: Box
    label: str
    outline: Polygon = ()  # that a person drew, where it is known


def remembered(reading: FieldReading) -> tuple[RememberedCell, ...]:
    """Everything that a person changed in a reading."""
    found = {cell.number: cell.box for cell in reading.analysis.field.cells}
    gone = [RememberedCell(key, found[key], NOT_CLASSED) for key in reading.removed]
    said = [
        RememberedCell(one.key, one.cell.box, one.label, one.cell.outline if one.drawn else ())
        for one in reading.cells
        if one.by_hand
    ]
    return (*gone, *said)


def laid_over(reading: FieldReading, before: Iterable[RememberedCell]) -> FieldReading:
    """A reading with what was said before; what a person has said in it already stands.

    A box without an outline that lies where nothing is found was drawn or moved: it becomes an ellipse, or the outline
    of its number moves there.
    """
    found = tuple(one for one in reading.cells if not one.by_hand)
    last = max((one.number for one in reading.analysis.field.cells), default=0)
    for one in before:
        same = None if one.outline or one.key > last else _same(found, one)
        if same is not None:
            taken_away = one.label == NOT_CLASSED
            reading = reading.without([same.key]) if taken_away else reading.named([same.key], one.label)
        elif one.label != NOT_CLASSED:
            reading = _redrawn(reading, found, one, last)
    return reading


def _same(found: Iterable[MarkedCell], one: RememberedCell) -> MarkedCell | None:
    near = [(other.cell.box.overlap(one.box), other.key == one.key, other) for other in found]
    there = [entry for entry in near if entry[0] >= _SAME]
    return max(there, key=lambda entry: (entry[1], entry[0]), default=(0.0, False, None))[2]


def _redrawn(reading: FieldReading, found: Iterable[MarkedCell], one: RememberedCell, last: int) -> FieldReading:
    """The outline by hand; what was found before and is no longer is passed over unless somebody named it."""
    own = next((other for other in found if other.key == one.key), None)
    now = reading.cell(one.key)
    if now is not None and now.by_hand:
        return reading
    if one.outline or one.key > last:
        return reading.drawn_as(one.key, one.outline or outlines.ellipse(one.box), one.label)
    if own is not None and own.cell.box.overlap(one.box) > 0:
        x, y = outlines.bounds(own.cell.outline).centre
        there = outlines.moved(own.cell.outline, one.box.centre[0] - x, one.box.centre[1] - y)
        return reading.drawn_as(one.key, there, one.label)
    return reading.drawn_as(reading.next_key, outlines.ellipse(one.box), one.label) if one.label else reading
