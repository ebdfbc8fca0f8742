"""How an image looks in the list: as a line, or as a tile of the filmstrip."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.faces import Face
from leukdesk.app.viewmodels.image_list import FaceRole
from leukdesk.app.views.widgets.sketch import ENDING, Sketch

_Index = QModelIndex | QPersistentModelIndex
LINE_HEIGHT = 44
TILE = QSize(136, 128)
_LINE_PICTURE, _TILE_PICTURE = QSize(34, 34), QSize(120, 72)
_VERDICT_WIDTH, _PERCENT_WIDTH, _BAR_WIDTH = 180, 72, 96


class _Delegate(QStyledItemDelegate):
    """Ground and painter, shared by line and tile."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        painter.setFont(option.font)
        sketch = Sketch(painter, option.rect, self._theme)
        sketch.ground(
            selected=bool(option.state & QStyle.StateFlag.State_Selected),
            hovered=bool(option.state & QStyle.StateFlag.State_MouseOver),
        )
        self.draw(sketch, index.data(FaceRole), index.data(Qt.ItemDataRole.DecorationRole))
        painter.restore()

    def draw(self, sketch: Sketch, face: Face, picture: QImage | None) -> None:
        """Draw what is in front of the ground."""
        raise NotImplementedError


class LineDelegate(_Delegate):
    """One line: picture, name, what was found, how probable."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(320, LINE_HEIGHT)

    def draw(self, sketch: Sketch, face: Face, picture: QImage | None) -> None:
        inner = sketch.cell.adjusted(tokens.SPACE_3, 0, -tokens.SPACE_4, 0)
        middle = inner.center().y()
        sketch.picture(QRect(QPoint(inner.left(), middle - _LINE_PICTURE.height() // 2), _LINE_PICTURE), picture)
        percent = QRect(inner.right() - _PERCENT_WIDTH, inner.top(), _PERCENT_WIDTH, inner.height())
        bar = QRect(percent.left() - _BAR_WIDTH - tokens.SPACE_2, middle - 2, _BAR_WIDTH, 6)
        verdict = QRect(bar.left() - _VERDICT_WIDTH - tokens.SPACE_4, inner.top(), _VERDICT_WIDTH, inner.height())
        name = inner.adjusted(_LINE_PICTURE.width() + tokens.SPACE_3, 0, 0, 0)
        name.setRight(verdict.left() - tokens.SPACE_4)
        sketch.words(name, face.name, "text", Qt.TextElideMode.ElideMiddle)
        sketch.mark(verdict, face, 16)
        sketch.words(verdict.adjusted(22, 0, 0, 0), face.verdict, _tone(face))
        if face.colour:
            sketch.bar(bar, face)
            sketch.words(percent, face.percent, "text", side=ENDING)


class TileDelegate(_Delegate):
    """One tile of the filmstrip: picture, what was found, how probable, name."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return TILE

    def draw(self, sketch: Sketch, face: Face, picture: QImage | None) -> None:
        edge = tokens.SPACE_2
        inner = sketch.cell.adjusted(edge, edge, -edge, -edge)
        sketch.picture(QRect(inner.topLeft(), _TILE_PICTURE), picture)
        sketch.font_size(tokens.CAPTION)
        line = QRect(inner.left(), inner.top() + _TILE_PICTURE.height() + tokens.SPACE_1, inner.width(), 18)
        sketch.mark(line, face, 14)
        sketch.words(line.adjusted(18, 0, 0, 0), face.verdict, _tone(face))
        below = line.translated(0, 17)
        taken = sketch.width_of(face.percent) + edge if face.percent else 0
        sketch.words(below, face.percent, "text")
        sketch.words(below.adjusted(taken, 0, 0, 0), Path(face.name).stem, "muted", Qt.TextElideMode.ElideLeft)


def _tone(face: Face) -> str:
    return "text" if face.colour else face.tone
