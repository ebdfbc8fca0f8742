"""Where the cells of a list stand: arithmetic, so that a list of any length costs what is visible of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate

from PySide6.QtCore import QPoint, QRect


class Shape(Enum):
    """How the cells stand."""

    STRIP = "strip"
    LIST = "list"
    GALLERY = "gallery"


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows that belong together: each group begins on a line of its own, below a band for its heading."""

    sizes: tuple[int, ...]
    band: int  # px

    def starts(self) -> tuple[int, ...]:
        """The first row of each group."""
        return tuple(accumulate(self.sizes, initial=0))[:-1]

    def tops(self, columns: int, high: int) -> tuple[int, ...]:
        """Where each group's band begins, and where the last one ends, in px."""
        tall = (self.band + -(-size // columns) * high for size in self.sizes)
        return tuple(accumulate(tall, initial=0))


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
    groups: Groups | None = None  # only of a list or gallery

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
        if self.shape is Shape.STRIP:
            return self.count * self.cell[0], 0
        return 0, self._tops()[-1]

    def places(self, rows: range) -> Iterator[tuple[int, int]]:
        """The upper left corners of cells, as seen through the viewport."""
        columns, (wide, high) = self.columns, self.cell
        starts, tops, band = self._starts(), self._tops(), self.groups.band if self.groups else 0
        for row in rows:
            group = bisect_right(starts, row) - 1
            line, column = divmod(row - starts[group], columns)
            left, top = column * wide - self.dx, tops[group] + band + line * high - self.dy
            yield (self.room[0] - left - wide if self.mirrored else left), top

    def rect(self, row: int) -> QRect:
        """Where one cell stands, as seen through the viewport."""
        return QRect(*next(self.places(range(row, row + 1))), *self.cell)

    def row_at(self, point: QPoint) -> int | None:
        """Which cell is under a point of the viewport."""
        x, y = self._content(point.x(), point.y())
        column = x // self.cell[0]
        line = self._line_at(y)
        if line is None or not 0 <= column < self.columns or column >= len(line):
            return None
        return line[column]

    def beside(self, row: int, lines: int) -> int:
        """The row in the same column so many lines further, or in the last line there is, or the end of it."""
        here = self._line_of(row)
        step, found = (1 if lines > 0 else -1), here
        for _ in range(abs(lines)):
            edge = found.stop if step > 0 else found.start - 1
            if not 0 <= edge < self.count:
                break
            found = self._line_of(edge)
        return min(found.start + row - here.start, found.stop - 1)

    def rows_in(self, part: QRect) -> range:
        """The rows that a part of the viewport touches; in a gallery whole lines of them."""
        corners = [self._content(point.x(), point.y()) for point in (part.topLeft(), part.bottomRight())]
        (left, right), (top, bottom) = (sorted(ends) for ends in zip(*corners, strict=True))
        if self.shape is Shape.STRIP:
            wide = self.cell[0]
            return range(max(0, left // wide), min(self.count, right // wide + 1))
        return range(self._first_at(top), self._first_at(bottom, after=True))

    def bands(self) -> Iterator[tuple[int, QRect]]:
        """The bands of headings that are in the viewport, each with the number of its group."""
        if self.groups is not None:
            for group, top in enumerate(self._tops()[:-1]):
                if -self.groups.band < top - self.dy < self.room[1]:
                    yield group, QRect(0, top - self.dy, self.room[0], self.groups.band)

    def _starts(self) -> tuple[int, ...]:
        return self.groups.starts() if self.groups and self.groups.sizes else (0,)

    def _tops(self) -> tuple[int, ...]:
        columns, high = self.columns, self.cell[1]
        if self.groups and self.groups.sizes:
            return self.groups.tops(columns, high)
        return 0, -(-self.count // columns) * high

    def _first_at(self, y: int, *, after: bool = False) -> int:
        """The first row of the line at a height; the first one after that line if asked so."""
        starts, tops, band = self._starts(), self._tops(), self.groups.band if self.groups else 0
        group = min(max(0, bisect_right(tops, y) - 1), len(starts) - 1)
        line = (y - tops[group] - band) // self.cell[1] + after
        end = (*starts, self.count)[group + 1]
        return min(max(starts[group] + line * self.columns, starts[group]), end, self.count)

    def _line_of(self, row: int) -> range:
        starts = self._starts()
        group = bisect_right(starts, row) - 1
        first = starts[group] + (row - starts[group]) // self.columns * self.columns
        return range(first, min(first + self.columns, (*starts, self.count)[group + 1]))

    def _line_at(self, y: int) -> range | None:
        if self.shape is Shape.STRIP:
            return range(self.count)
        if not 0 <= y < self._tops()[-1]:
            return None
        first, end = self._first_at(y), self._first_at(y, after=True)
        return range(first, end) if first < end else None

    def _content(self, x: int, y: int) -> tuple[int, int]:
        return (self.room[0] - 1 - x if self.mirrored else x) + self.dx, y + self.dy
