"""A list of cells of one size, in one row, one column, or as many columns as fit.

QListView asks for the size of every row whenever anything changes: 20 ms with 10 000 rows, and as much for each width
a window is dragged through. Here a place is arithmetic, so that a list of any length costs what is visible of it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
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

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.faces import Face
from leukdesk.app.views.widgets.grid import Grid, Shape
from leukdesk.app.views.widgets.row_delegates import RowDelegate, Stand

_Index = QModelIndex | QPersistentModelIndex
_MOVING_S = 0.1  # since it was scrolled: so long new cells may come a little later than the rest
_SHARE_S = 0.004  # of the GUI thread's time for new cells while it moves


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
        self._shape, self._cell = Shape.STRIP, QSize(100, 100)
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
        start = index.row() // (1 if strip else grid.columns) * size
        if centred:
            bar.setValue(start - (room - size) // 2)
        else:
            bar.setValue(min(start, max(bar.value(), start + size - room)))

    def moveCursor(self, action: QAbstractItemView.CursorAction, _modifiers: Qt.KeyboardModifier) -> QModelIndex:
        grid = self._grid()
        count, columns = grid.count, grid.columns
        if count == 0:
            return QModelIndex()
        now = self.currentIndex().row()
        page = max(1, grid.room[1] // grid.cell[1]) * columns
        if self._shape is Shape.STRIP:
            page, columns = max(1, grid.room[0] // grid.cell[0]), 1
        move = QAbstractItemView.CursorAction
        across = -1 if self.isRightToLeft() else 1
        steps = {
            move.MoveLeft: -across, move.MoveRight: across, move.MovePrevious: -1, move.MoveNext: 1,
            move.MoveUp: -columns, move.MoveDown: columns, move.MovePageUp: -page, move.MovePageDown: page,
            move.MoveHome: -count, move.MoveEnd: count,
        }  # fmt: skip
        wanted = now + steps.get(action, 0) if now >= 0 else 0
        if action in (move.MoveUp, move.MoveDown) and not 0 <= wanted < count:
            wanted = now
        return self._index(min(max(wanted, 0), count - 1))

    def horizontalOffset(self) -> int:
        return int(self.horizontalScrollBar().value())

    def verticalOffset(self) -> int:
        return int(self.verticalScrollBar().value())

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        index = self.indexAt(rect.center())
        chosen = QItemSelection(index, index) if index.isValid() else QItemSelection()
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
        painter.end()

    def _cells(self, rows: range, grid: Grid) -> Iterator[QPixmap | None]:
        """Finished cells; while the list moves, only as many new ones as there is time for, the others soon."""
        delegate, seen = cast("RowDelegate", self.itemDelegate()), cast("_Faces", self.model()).seen
        font = self.font()
        now = time.monotonic()
        until = now + _SHARE_S if now - self._moved < _MOVING_S else math.inf
        stands = self._stands(grid)
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

    def _stands(self, grid: Grid) -> dict[int, Stand]:
        """How cells stand: under -1 all but those that are named."""
        plain = Stand(*grid.cell, self.devicePixelRatioF(), grid.mirrored)
        stands, current = {-1: plain}, self.currentIndex().row()
        if current >= 0:
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
        )

    def _index(self, row: int) -> QModelIndex:
        return self.model().index(row, 0)
