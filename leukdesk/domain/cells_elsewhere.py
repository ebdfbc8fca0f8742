"""Cells of parts of one picture brought together: at their place in the whole, and each only once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import floor

from leukdesk.domain.cell import Box, Cell

SAME = 0.5  # overlap of the boxes of one cell that was found twice
_SQUARE = 128.0  # px: boxes are looked up by the squares they touch


class Boxes:
    """Boxes by where they lie: which of them is a given one, without comparing all."""

    def __init__(self, boxes: Iterable[Box] = ()) -> None:
        self._squares: dict[tuple[int, int], list[tuple[int, Box]]] = defaultdict(list)
        for number, box in enumerate(boxes):
            for square in _squares(box):
                self._squares[square].append((number, box))

    def same(self, box: Box) -> int | None:
        """The place, in the order given, of the box that overlaps this one most, and enough to be of the same cell."""
        near = {number: other for square in _squares(box) for number, other in self._squares.get(square, ())}
        found = [(box.overlap(other), -number) for number, other in near.items()]
        best = max(found, default=(0.0, 0))
        return -best[1] if best[0] >= SAME else None


def without_known(cells: Iterable[Cell], known: Iterable[Box]) -> Iterator[Cell]:
    """The cells that are none of the known ones."""
    there = Boxes(known)
    return (cell for cell in cells if there.same(cell.box) is None)


def placed(cell: Cell, larger: float, right: float, down: float) -> Cell:
    """A cell so many times larger and moved by px, with what was measured in px of its size."""
    box = cell.box
    at = Box(box.left * larger + right, box.top * larger + down, box.right * larger + right, box.bottom * larger + down)
    outline = tuple((x * larger + right, y * larger + down) for x, y in cell.outline)
    nuclei = tuple(tuple((x * larger + right, y * larger + down) for x, y in one) for one in cell.nuclei)
    measured = replace(
        cell.measured,
        area_px=cell.measured.area_px * larger**2,
        nucleus_area_px=cell.measured.nucleus_area_px * larger**2,
    )
    return replace(cell, box=at, outline=outline, nuclei=nuclei, measured=measured)


def _squares(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(floor(box.left / _SQUARE), floor(box.right / _SQUARE) + 1):
        for row in range(floor(box.top / _SQUARE), floor(box.bottom / _SQUARE) + 1):
            yield column, row
