"""A list of cells of one size, in one row, one column, or as many columns as fit.

QListView asks for the size of every row whenever anything changes: 20 ms with 10 000 rows, and as much for each width
a window is dragged through. Here a place is arithmetic, so that a list of any length costs what is visible of it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, cast

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QCursor, QImage, QPainter, QPaintEvent, QPixmap, QRegion, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.faces import Face
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.widgets.grid import Grid, Groups, Shape
from leukdesk.app.views.widgets.row_delegates import RowDelegate, Stand
from leukdesk.app.views.widgets.sketch import Sketch

_Index = QModelIndex | QPersistentModelIndex
_MOVING_S = 0.1  # since it was scrolled: so long new cells may come a little later than the rest
_SHARE_S = 0.004  # of the GUI thread's time for new cells while it moves
_BAND = 32  # px at 100 % text, of a group's heading


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a group of cells."""

    title: str
    count: int
    colour: str = ""  # of its class, #RRGGBB; else an icon in a tone
    icon: str = ""
    tone: str = "muted"


class _Faces(Protocol):
    """What the model of a `GridView` has beside Qt's own methods."""

    def seen(self, row: int) -> tuple[Face, QImage | None]:
        """Everything a cell shows, its words and its picture if that is there, without a detour through Qt."""


class GridView(QListView):
    """A QListView (which screen readers know) with a geometry of its own.

    Its delegate is a `RowDelegate`, its model one of `_Faces`.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        # First of all: Qt asks for the geometry while this is being made, and PySide does not survive an error there.
        self._shape, self._cell = Shape.STRIP, QSize(100, 100)
        self._groups: Groups | None = None
        self._headings: tuple[Heading, ...] = ()
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._moved = 0.0  # time.monotonic() of the last scrolling
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self.viewport().update)
        # It paints its own ground, so that what is already painted can be moved when it scrolls.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self.viewport().update)

    @property
    def shape(self) -> Shape:
        """How the cells stand."""
        return self._shape

    def arrange(self, shape: Shape, cell: QSize) -> None:
        """Stand the cells differently; `cell` is the least size of one, which a list or gallery widens to fit."""
        self._shape, self._cell = shape, cell
        strip = shape is Shape.STRIP
        off, on = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setFlow(QListView.Flow.LeftToRight if strip else QListView.Flow.TopToBottom)
        self.setVerticalScrollBarPolicy(off if strip else on)
        self.setHorizontalScrollBarPolicy(on if strip else off)
        self.doItemsLayout()

    def group(self, headings: Sequence[Heading]) -> None:
        """Let rows stand in groups from now on, in their order; nothing ends it."""
        self._headings = tuple(headings)
        band = self._theme.px(_BAND)
        self._groups = Groups(tuple(one.count for one in headings), band) if headings else None
        self.updateGeometries()
        self.viewport().update()

    def columns(self) -> int:
        """How many cells stand beside each other."""
        return self._grid().columns

    # -- where cells are

    def visualRect(self, index: _Index) -> QRect:
        return self._grid().rect(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._grid().row_at(point) if self.viewport().rect().contains(point) else None
        return QModelIndex() if row is None else self._index(row)

    def scrollTo(
        self, index: _Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        if not index.isValid():
            return
        strip, centred = self._shape is Shape.STRIP, hint is QAbstractItemView.ScrollHint.PositionAtCenter
        grid, along = self._grid(), 0 if strip else 1
        bar = self.horizontalScrollBar() if strip else self.verticalScrollBar()
        size, room = grid.cell[along], grid.room[along]
        start = replace(grid, dx=0, dy=0, mirrored=False).rect(index.row()).topLeft().toTuple()[along]
        if centred:
            bar.setValue(start - (room - size) // 2)
        else:
            bar.setValue(min(start, max(bar.value(), start + size - room)))

    def moveCursor(self, action: QAbstractItemView.CursorAction, _modifiers: Qt.KeyboardModifier) -> QModelIndex:
        grid, now = self._grid(), self.currentIndex().row()
        if grid.count == 0:
            return QModelIndex()
        strip, move = self._shape is Shape.STRIP, QAbstractItemView.CursorAction
        across = -1 if self.isRightToLeft() else 1
        page = max(1, grid.room[0] // grid.cell[0] if strip else grid.room[1] // grid.cell[1])
        steps = {
            move.MoveLeft: -across, move.MoveRight: across, move.MovePrevious: -1, move.MoveNext: 1,
            move.MoveHome: -grid.count, move.MoveEnd: grid.count,
        }  # fmt: skip
        lines = {move.MoveUp: -1, move.MoveDown: 1, move.MovePageUp: -page, move.MovePageDown: page}
        if strip:
            steps, lines = steps | lines, {}
        wanted = 0 if now < 0 else grid.beside(now, lines[action]) if action in lines else now + steps.get(action, 0)
        return self._index(min(max(wanted, 0), grid.count - 1))

    def horizontalOffset(self) -> int:
        return int(self.horizontalScrollBar().value())

    def verticalOffset(self) -> int:
        return int(self.verticalScrollBar().value())

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Qt spans `rect` between two cells for a selection from one to the other."""
        ends = [self.indexAt(point) for point in (rect.topLeft(), rect.bottomRight())]
        rows = sorted(one.row() for one in ends if one.isValid())
        chosen = QItemSelection(self._index(rows[0]), self._index(rows[-1])) if rows else QItemSelection()
        self.selectionModel().select(chosen, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        region, grid = QRegion(), self._grid()
        for index in selection.indexes():
            region = region.united(grid.rect(index.row()))
        return region

    # -- what changes

    def doItemsLayout(self) -> None:
        QAbstractItemView.doItemsLayout(self)

    def updateGeometries(self) -> None:
        grid = self._grid()
        for bar, whole, room, step in zip(
            (self.horizontalScrollBar(), self.verticalScrollBar()), grid.whole, grid.room, grid.cell, strict=True
        ):
            bar.setRange(0, max(0, whole - room))
            bar.setPageStep(room)
            bar.setSingleStep(max(1, step // 2))

    def dataChanged(self, first: _Index, last: _Index, _roles: Sequence[int] = ()) -> None:
        if first.row() != last.row():
            self.viewport().update()
        elif (room := self._grid().rect(first.row())).intersects(self.viewport().rect()):
            self.viewport().update(room)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._moved = time.monotonic()
        self.viewport().scroll(-dx if self.isRightToLeft() else dx, dy)

    def keyboardSearch(self, _text: str) -> None:
        """Letters are commands of the window; looking through 10 000 names at each would be noticed."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._shape is Shape.STRIP and event.angleDelta().x() == 0:
            moved = event.pixelDelta().y() or event.angleDelta().y()
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - moved)
            event.accept()
        else:
            super().wheelEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, part = QPainter(self.viewport()), event.rect()
        painter.fillRect(part, self._theme.colour("surface"))
        grid = self._grid()
        rows = grid.rows_in(part)
        made = self._cells(rows, grid)
        for (left, top), cell in zip(grid.places(rows), made, strict=True):
            if cell is not None:
                painter.drawPixmap(left, top, cell)
        for group, band in grid.bands():
            _heading(painter, band, self._headings[group], self._theme)
        painter.end()

    def _cells(self, rows: range, grid: Grid) -> Iterator[QPixmap | None]:
        """Finished cells; while the list moves, only as many new ones as there is time for, the others soon."""
        delegate, seen = cast("RowDelegate", self.itemDelegate()), cast("_Faces", self.model()).seen
        font = self.font()
        now = time.monotonic()
        until = now + _SHARE_S if now - self._moved < _MOVING_S else math.inf
        stands = self._stands(grid, rows)
        plain = stands.pop(-1)
        for row in rows:
            face, picture = seen(row)
            stand = stands.get(row, plain)
            cell = delegate.kept(face, picture, stand)
            if cell is None and time.monotonic() < until:
                cell = delegate.make(face, picture, stand, font)
            elif cell is None:
                self._later.start()
            yield cell

    def _stands(self, grid: Grid, rows: range) -> dict[int, Stand]:
        """How cells stand: under -1 all but those that are named."""
        plain = Stand(*grid.cell, self.devicePixelRatioF(), grid.mirrored)
        stands, current = {-1: plain}, self.currentIndex().row()
        if self.selectionMode() is QAbstractItemView.SelectionMode.ExtendedSelection:
            parts = [(part.top(), part.bottom()) for part in list(self.selectionModel().selection())]  # type: ignore[call-overload]  # PySide's stub
            chosen = {row for row in rows if any(first <= row <= last for first, last in parts)}
            stands |= dict.fromkeys(chosen, replace(plain, selected=True))
            if self.hasFocus() and current >= 0:
                stands[current] = replace(plain, selected=True, focused=True)
        elif current >= 0:
            stands[current] = replace(plain, selected=True, focused=self.hasFocus())
        if self.viewport().underMouse():
            pointed = self.indexAt(self.viewport().mapFromGlobal(QCursor.pos())).row()
            if pointed >= 0:
                stands[pointed] = replace(stands.get(pointed, plain), hovered=True)
        return stands

    # -- arithmetic

    def _grid(self) -> Grid:
        room = self.viewport().size()
        return Grid(
            self._shape,
            self.model().rowCount() if self.model() is not None else 0,
            (self._cell.width(), self._cell.height()),
            (room.width(), room.height()),
            self.horizontalOffset(),
            self.verticalOffset(),
            self.isRightToLeft(),
            self._groups,
        )

    def _index(self, row: int) -> QModelIndex:
        return self.model().index(row, 0)


def _heading(painter: QPainter, band: QRect, heading: Heading, theme: Theme) -> None:
    """A group's title with its mark and count, over a line."""
    sketch = Sketch(painter, band, theme)
    room = band.adjusted(tokens.SPACE_2, 0, -tokens.SPACE_2, 0)
    sketch.mark(room, heading, 14)
    room.adjust(theme.px(20), 0, 0, 0)
    sketch.words(room, heading.title, "text")
    room.adjust(sketch.width_of(heading.title) + tokens.SPACE_2, 0, 0, 0)
    sketch.words(room, number(heading.count), "muted")
