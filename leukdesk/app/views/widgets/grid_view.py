"""A list of cells of one size, in one row, one column, or as many columns as fit.

QListView asks for the size of every row whenever anything changes: 20 ms with 10 000 rows, and as much for each width
a window is dragged through. Here a place is arithmetic, so that a list of any length costs what is visible of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QCursor, QPainter, QPaintEvent, QRegion, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem, QWidget

from leukdesk.app.theme.theme import Theme

_Index = QModelIndex | QPersistentModelIndex


class Shape(Enum):
    """How the cells stand."""

    STRIP = "strip"
    LIST = "list"
    GALLERY = "gallery"


class GridView(QListView):
    """A QListView (which screen readers know) with a geometry of its own; its delegate draws whole cells."""

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
        if self._shape is Shape.STRIP:
            return max(1, self._count())
        return 1 if self._shape is Shape.LIST else max(1, self.viewport().width() // self._cell.width())

    # -- where cells are

    def visualRect(self, index: _Index) -> QRect:
        return self._rect(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        if not self.viewport().rect().contains(point):
            return QModelIndex()
        x, y = self._content(point)
        column, columns = x // self._width(), self.columns()
        row = y // self._cell.height() * columns + column
        return self._index(row) if 0 <= column < columns and 0 <= row < self._count() else QModelIndex()

    def scrollTo(
        self, index: _Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        if not index.isValid():
            return
        strip, centred = self._shape is Shape.STRIP, hint is QAbstractItemView.ScrollHint.PositionAtCenter
        bar = self.horizontalScrollBar() if strip else self.verticalScrollBar()
        size = self._width() if strip else self._cell.height()
        room = self.viewport().width() if strip else self.viewport().height()
        start = index.row() // (1 if strip else self.columns()) * size
        if centred:
            bar.setValue(start - (room - size) // 2)
        else:
            bar.setValue(min(start, max(bar.value(), start + size - room)))

    def moveCursor(self, action: QAbstractItemView.CursorAction, _modifiers: Qt.KeyboardModifier) -> QModelIndex:
        count, columns = self._count(), self.columns()
        if count == 0:
            return QModelIndex()
        now = self.currentIndex().row()
        page = max(1, self.viewport().height() // self._cell.height()) * columns
        if self._shape is Shape.STRIP:
            page, columns = max(1, self.viewport().width() // self._width()), 1
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
        region = QRegion()
        for index in selection.indexes():
            region = region.united(self._rect(index.row()))
        return region

    # -- what changes

    def doItemsLayout(self) -> None:
        QAbstractItemView.doItemsLayout(self)

    def updateGeometries(self) -> None:
        strip = self._shape is Shape.STRIP
        rows = -(-self._count() // self.columns())
        for bar, whole, room, step in (
            (self.horizontalScrollBar(), self._count() * self._width() if strip else 0, self.viewport().width(),
             self._width()),
            (self.verticalScrollBar(), 0 if strip else rows * self._cell.height(), self.viewport().height(),
             self._cell.height()),
        ):  # fmt: skip
            bar.setRange(0, max(0, whole - room))
            bar.setPageStep(room)
            bar.setSingleStep(max(1, step // 2))

    def dataChanged(self, first: _Index, last: _Index, _roles: Sequence[int] = ()) -> None:
        if first.row() != last.row():
            self.viewport().update()
        elif (room := self._rect(first.row())).intersects(self.viewport().rect()):
            self.viewport().update(room)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
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
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._theme.colour("surface"))
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        plain, current = option.state, self.currentIndex().row()
        pointed = self.indexAt(self.viewport().mapFromGlobal(QCursor.pos())).row() if self._under_pointer() else -1
        for row in self._rows_in(event.rect()):
            option.rect = self._rect(row)
            option.state = plain
            if row == current:
                option.state |= QStyle.StateFlag.State_Selected
                option.state |= QStyle.StateFlag.State_HasFocus if self.hasFocus() else QStyle.StateFlag.State_None
            if row == pointed:
                option.state |= QStyle.StateFlag.State_MouseOver
            self.itemDelegate().paint(painter, option, self._index(row))
        painter.end()

    # -- arithmetic

    def _count(self) -> int:
        return self.model().rowCount() if self.model() is not None else 0

    def _index(self, row: int) -> QModelIndex:
        return self.model().index(row, 0)

    def _under_pointer(self) -> bool:
        return self.viewport().underMouse()

    def _width(self) -> int:
        wide = self.viewport().width()
        if self._shape is Shape.STRIP:
            return self._cell.width()
        return max(1, wide if self._shape is Shape.LIST else wide // self.columns())

    def _rect(self, row: int) -> QRect:
        columns = self.columns()
        left = row % columns * self._width() - self.horizontalOffset()
        top = row // columns * self._cell.height() - self.verticalOffset()
        if self.isRightToLeft():
            left = self.viewport().width() - left - self._width()
        return QRect(left, top, self._width(), self._cell.height())

    def _content(self, point: QPoint) -> tuple[int, int]:
        x = self.viewport().width() - 1 - point.x() if self.isRightToLeft() else point.x()
        return x + self.horizontalOffset(), point.y() + self.verticalOffset()

    def _rows_in(self, part: QRect) -> range:
        """The rows that a part of the viewport touches; in a gallery whole lines of them."""
        corners = [self._content(part.topLeft()), self._content(part.bottomRight())]
        (left, right), (top, bottom) = sorted(one[0] for one in corners), sorted(one[1] for one in corners)
        columns = self.columns()
        if self._shape is Shape.STRIP:
            return range(max(0, left // self._width()), min(self._count(), right // self._width() + 1))
        first, last = top // self._cell.height(), bottom // self._cell.height()
        return range(max(0, first * columns), min(self._count(), (last + 1) * columns))
