"""A gallery whose cells stand in groups, each under its title; places are arithmetic, as in `GridView`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol, cast

from PySide6.QtCore import QItemSelection, QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QCursor, QFont, QImage, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QAbstractItemView, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.widgets.grid_view import GridView, _Index
from leukdesk.app.views.widgets.row_delegates import RowDelegate, Stand

_TITLE = 26  # px at 100 % text


class GroupLike(Protocol):
    """Neighbouring rows under one title."""

    @property
    def title(self) -> str: ...

    @property
    def first(self) -> int: ...

    @property
    def count(self) -> int: ...


class _Model(Protocol):
    """What its model has beside Qt's own methods."""

    @property
    def groups(self) -> Sequence[GroupLike]: ...

    def seen(self, row: int) -> tuple[Any, QImage | None]:
        """What the delegate draws of a row, and its picture if that is there."""

    def chosen(self, row: int) -> bool:
        """Whether it is drawn as selected."""


class GroupedGrid(GridView):
    """Shows a model that has `groups`, which cover its rows in order."""

    # Of the class, since the base asks for the geometry while it is being made.
    _tops: tuple[tuple[GroupLike, int], ...] = ()
    _laid_out = (-1, -1, -1)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        theme.changed.connect(self.doItemsLayout)

    def group_at(self, point: QPoint) -> GroupLike | None:
        """The group at a point of the viewport, its title included."""
        y = point.y() + self.verticalOffset()
        above = [group for group, top in self._places() if top <= y]
        return above[-1] if above else None

    def columns(self) -> int:
        return max(1, self.viewport().width() // self._cell.width())

    def indexAt(self, point: QPoint) -> QModelIndex:
        x, y = point.x(), point.y() + self.verticalOffset()
        x = self.viewport().width() - 1 - x if self.isRightToLeft() else x
        column = x // self._width()
        for group, top in self._places():
            line = (y - top - self._title_height()) // self._cell.height()
            row = line * self.columns() + column
            if y >= top + self._title_height() and 0 <= row < group.count and 0 <= column < self.columns():
                return self._index(group.first + row)
        return QModelIndex()

    def scrollTo(
        self, index: _Index, _hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        if index.isValid():
            bar, room = self.verticalScrollBar(), self.viewport().height()
            start = self._rect(index.row()).top() + self.verticalOffset()
            bar.setValue(min(start - self._title_height(), max(bar.value(), start + self._cell.height() - room)))

    def visualRect(self, index: _Index) -> QRect:
        return self._rect(index.row()) if index.isValid() else QRect()

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        region = QRegion()
        for index in selection.indexes():
            region = region.united(self._rect(index.row()))
        return region

    def dataChanged(self, _first: _Index, _last: _Index, _roles: Sequence[int] = ()) -> None:
        self.viewport().update()

    def moveCursor(self, action: QAbstractItemView.CursorAction, _modifiers: Qt.KeyboardModifier) -> QModelIndex:
        move, count, now = QAbstractItemView.CursorAction, self.model().rowCount(), self.currentIndex().row()
        if not count:
            return QModelIndex()
        if action in (move.MoveUp, move.MoveDown) and now >= 0:
            return self._beyond(now, 1 if action is move.MoveDown else -1)
        across = -1 if self.isRightToLeft() else 1
        page = max(1, self.viewport().height() // self._cell.height()) * self.columns()
        steps = {
            move.MoveLeft: -across, move.MoveRight: across, move.MovePrevious: -1, move.MoveNext: 1,
            move.MovePageUp: -page, move.MovePageDown: page, move.MoveHome: -count, move.MoveEnd: count,
        }  # fmt: skip
        return self._index(min(max(now + steps.get(action, 0), 0), count - 1))

    def _beyond(self, now: int, step: int) -> QModelIndex:
        """The cell above or below, in the next group where this one ends."""
        y, column = self._rect(now).center().y(), self._rect(now).left() // self._width()
        rows = range(now + step, self.model().rowCount() if step > 0 else -1, step)
        best = now
        for row in rows:
            rect = self._rect(row)
            if step * (rect.center().y() - y) > 2 * self._cell.height():
                break
            if step * (rect.center().y() - y) > 0 and abs(rect.left() // self._width() - column) <= abs(
                self._rect(best).left() // self._width() - column if best != now else self.columns()
            ):
                best = row
        return self._index(best)

    def updateGeometries(self) -> None:
        places = self._places()
        whole = self._bottom(*places[-1]) if places else 0
        bar, room = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, whole - room))
        bar.setPageStep(room)
        bar.setSingleStep(max(1, self._cell.height() // 2))
        self.horizontalScrollBar().setRange(0, 0)

    def reset(self) -> None:
        self._laid_out = (-1, -1, -1)
        super().reset()

    def doItemsLayout(self) -> None:
        self._laid_out = (-1, -1, -1)
        super().doItemsLayout()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._theme.colour("surface"))
        self._draw_cells(painter, event.rect())
        bold = QFont(self.font())
        bold.setPixelSize(self._theme.px(tokens.CAPTION))
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(self._theme.colour("muted"))
        for group, top in self._places():
            line = QRect(0, top - self.verticalOffset(), self.viewport().width(), self._title_height())
            if line.intersects(event.rect()):
                words = f"{group.title}  {number(group.count)}"
                side = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignBottom
                painter.drawText(line.adjusted(tokens.SPACE_2, 0, -tokens.SPACE_2, -tokens.SPACE_1), int(side), words)
        painter.end()

    def _draw_cells(self, painter: QPainter, part: QRect) -> None:
        delegate, model = cast("RowDelegate", self.itemDelegate()), cast("_Model", self.model())
        plain = Stand(self._width(), self._cell.height(), self.devicePixelRatioF(), self.isRightToLeft())
        over = self.viewport().underMouse()
        pointed = self.indexAt(self.viewport().mapFromGlobal(QCursor.pos())).row() if over else -1
        current = self.currentIndex().row()
        for row in self._rows_in(part):
            face, picture = model.seen(row)
            focused = row == current and self.hasFocus()
            stand = replace(plain, selected=model.chosen(row), focused=focused, hovered=row == pointed)
            made = delegate.kept(face, picture, stand) or delegate.make(face, picture, stand, self.font())
            painter.drawPixmap(self._rect(row).topLeft(), made)

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        self.viewport().update(QRegion(self.viewport().rect()))

    # -- arithmetic

    def _places(self) -> tuple[tuple[GroupLike, int], ...]:
        """Each group with the top of its title, in px of the content."""
        groups = getattr(self.model(), "groups", ())
        key = (id(groups), self.columns(), self._cell.height() + self._title_height())
        if key != self._laid_out:
            found, top = [], 0
            for group in groups:
                found.append((group, top))
                top = self._bottom(group, top)
            self._laid_out, self._tops = key, tuple(found)
        return self._tops

    def _bottom(self, group: GroupLike, top: int) -> int:
        return top + self._title_height() + -(-group.count // self.columns()) * self._cell.height()

    def _title_height(self) -> int:
        return self._theme.px(_TITLE)

    def _width(self) -> int:
        return max(1, self._cell.width())

    def _rect(self, row: int) -> QRect:
        for group, top in self._places():
            if group.first <= row < group.first + group.count:
                line, column = divmod(row - group.first, self.columns())
                left = column * self._width()
                if self.isRightToLeft():
                    left = self.viewport().width() - left - self._width()
                above = top + self._title_height() + line * self._cell.height() - self.verticalOffset()
                return QRect(left, above, self._width(), self._cell.height())
        return QRect()

    def _rows_in(self, part: QRect) -> Iterator[int]:
        first, last = part.top() + self.verticalOffset(), part.bottom() + self.verticalOffset()
        for group, top in self._places():
            begin = top + self._title_height()
            if begin > last or self._bottom(group, top) < first:
                continue
            lines = range(max(0, (first - begin) // self._cell.height()), (last - begin) // self._cell.height() + 1)
            for line in lines:
                rows = range(line * self.columns(), min(group.count, (line + 1) * self.columns()))
                yield from (group.first + row for row in rows)
