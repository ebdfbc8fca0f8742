"""Where the cells of a list stand: arithmetic, so that a list of any length costs what is visible of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPoint, QRect


class Shape(Enum):
    """How the cells stand."""

    STRIP = "strip"
    LIST = "list"
    GALLERY = "gallery"


@dataclass(frozen=True, slots=True)
class Grid:
    """One state of a list: `count` cells, seen through a viewport that is scrolled by `dx`, `dy`; all in px."""

    shape: Shape
    count: int
    least: tuple[int, int]  # size of a cell; a list or gallery widens it to fit
    room: tuple[int, int]  # size of the viewport
    dx: int = 0
    dy: int = 0
    mirrored: bool = False  # one reads from right to left

    @property
    def columns(self) -> int:
        """How many cells stand beside each other."""
        if self.shape is Shape.STRIP:
            return max(1, self.count)
        return 1 if self.shape is Shape.LIST else max(1, self.room[0] // self.least[0])

    @property
    def cell(self) -> tuple[int, int]:
        """The size of every cell."""
        if self.shape is Shape.STRIP:
            return self.least
        return max(1, self.room[0] // self.columns), self.least[1]

    @property
    def whole(self) -> tuple[int, int]:
        """The size of everything, in the direction one scrolls; 0 in the other."""
        wide, high = self.cell
        if self.shape is Shape.STRIP:
            return self.count * wide, 0
        return 0, -(-self.count // self.columns) * high

    def places(self, rows: range) -> list[tuple[int, int]]:
        """The upper left corners of cells, as seen through the viewport."""
        columns, (wide, high) = self.columns, self.cell
        lefts = ((row % columns * wide - self.dx, row // columns * high - self.dy) for row in rows)
        return [(self.room[0] - left - wide if self.mirrored else left, top) for left, top in lefts]

    def rect(self, row: int) -> QRect:
        """Where one cell stands, as seen through the viewport."""
        return QRect(*self.places(range(row, row + 1))[0], *self.cell)

    def row_at(self, point: QPoint) -> int | None:
        """Which cell is under a point of the viewport."""
        (wide, high), columns = self.cell, self.columns
        x, y = self._content(point.x(), point.y())
        column, row = x // wide, y // high * columns + x // wide
        return row if 0 <= column < columns and 0 <= row < self.count else None

    def rows_in(self, part: QRect) -> range:
        """The rows that a part of the viewport touches; in a gallery whole lines of them."""
        corners = [self._content(point.x(), point.y()) for point in (part.topLeft(), part.bottomRight())]
        (left, right), (top, bottom) = (sorted(ends) for ends in zip(*corners, strict=True))
        columns, (wide, high) = self.columns, self.cell
        if self.shape is Shape.STRIP:
            return range(max(0, left // wide), min(self.count, right // wide + 1))
        return range(max(0, top // high * columns), min(self.count, (bottom // high + 1) * columns))

    def _content(self, x: int, y: int) -> tuple[int, int]:
        return (self.room[0] - 1 - x if self.mirrored else x) + self.dx, y + self.dy
