"""The reading of a slide: it grows by what is found in one part after another, and knows again what a case keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from leukdesk.domain import outlines
from leukdesk.domain.cell import Box, Cell, CellAnalysis, CellWarning
from leukdesk.domain.cells_elsewhere import Boxes, without_known
from leukdesk.domain.image import Region
from leukdesk.domain.marked_cell import FieldReading, MarkedCell, reading_of
from leukdesk.domain.remembered_cells import RememberedCell
from leukdesk.domain.review import NOT_CLASSED


def grown(before: FieldReading | None, more: CellAnalysis, view: Region) -> FieldReading:
    """A slide's reading with what was found in one more part of it; a cell that is there already is not added."""
    if before is None:
        return replace(reading_of(more), views=(view,))
    old = before.analysis
    fresh = list(without_known(more.field.cells, known_boxes(before)))
    numbers = {cell.number: at for at, cell in enumerate(fresh, before.next_key)}
    cells = tuple(replace(cell, number=numbers[cell.number]) for cell in fresh)
    named = tuple(
        replace(one, cell=replace(one.cell, number=numbers[one.cell.number]))
        for one in more.named
        if one.cell.number in numbers
    )
    said = {one.cell.number: one for one in named}
    field = replace(old.field, cells=(*old.field.cells, *cells))
    analysis = replace(
        old,
        quality=more.quality,
        field=field,
        named=(*old.named, *named),
        warnings=_warnings(old, more, field.countable),
    )
    marked = tuple(MarkedCell(cell.number, cell, said.get(cell.number)) for cell in cells)
    next_key = before.next_key + len(fresh)
    return replace(
        before, analysis=analysis, cells=(*before.cells, *marked), next_key=next_key, views=(*before.views, view)
    )


def known_boxes(reading: FieldReading) -> list[Box]:
    """Where something was found or drawn, also what a person took away: it is not found again."""
    return [*(one.box for one in reading.analysis.field.cells), *(one.cell.box for one in reading.cells if one.drawn)]


def known_again(reading: FieldReading, kept: Iterable[RememberedCell]) -> FieldReading:
    """A slide's reading with the numbers, and what was said, of the cells that a case keeps of it.

    A cell that is found where one is kept takes its number; no other cell has a number that the case uses. What a
    person named, and nobody found again yet, is drawn as an ellipse.
    """
    waiting = [one for one in kept if one.key not in reading.known]
    found = [one for one in reading.cells if one.key not in reading.known]
    there = Boxes(one.cell.box for one in found)
    same = {one.key: found[at] for one in waiting if (at := there.same(one.box)) is not None}
    reading = _renumbered(reading, {one.key: key for key, one in same.items()}, {one.key for one in waiting})
    for one in waiting:
        if one.key in same:
            reading = _said_again(reading, one)
        elif one.label not in ("", NOT_CLASSED):
            reading = reading.drawn_as(one.key, one.outline or outlines.ellipse(one.box), one.label)
    settled = {one.key for one in waiting if one.key in same or one.label not in ("", NOT_CLASSED)}
    return replace(reading, known=reading.known | settled)


def _said_again(reading: FieldReading, one: RememberedCell) -> FieldReading:
    now = reading.cell(one.key)
    if now is None or now.by_hand or not one.label:
        return reading  # what was said in this session stands
    return reading.without([one.key]) if one.label == NOT_CLASSED else reading.named([one.key], one.label)


def _renumbered(reading: FieldReading, new: Mapping[int, int], taken: set[int]) -> FieldReading:
    """Cells under other numbers: as `new` says; what has one that is taken gets one that nothing has."""
    numbers = dict(new)
    following = max([reading.next_key, *(key + 1 for key in taken)])
    for key in sorted({one.number for one in reading.analysis.field.cells} | {one.key for one in reading.cells}):
        if key in taken and key not in numbers:
            numbers[key], following = following, following + 1
    moved = {old: now for old, now in numbers.items() if old != now}
    if not moved:
        return replace(reading, next_key=following)
    analysis = reading.analysis
    cells = tuple(replace(one, number=moved.get(one.number, one.number)) for one in analysis.field.cells)
    named = tuple(
        replace(one, cell=replace(one.cell, number=moved[one.cell.number])) if one.cell.number in moved else one
        for one in analysis.named
    )
    marked = tuple(
        replace(one, key=moved[one.key], cell=replace(one.cell, number=moved[one.key])) if one.key in moved else one
        for one in reading.cells
    )
    return replace(
        reading,
        analysis=replace(analysis, field=replace(analysis.field, cells=cells), named=named),
        cells=marked,
        next_key=following,
        removed=tuple(moved.get(key, key) for key in reading.removed),
        known=frozenset(moved.get(key, key) for key in reading.known),
    )


def _warnings(old: CellAnalysis, more: CellAnalysis, countable: Sequence[Cell]) -> tuple[CellWarning, ...]:
    both = dict.fromkeys((*old.warnings, *more.warnings))
    if countable:
        both.pop(CellWarning.NO_CELL, None)
    return tuple(both)
