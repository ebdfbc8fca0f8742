"""How an image looks in the list: as a line, or as a tile of the filmstrip."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.faces import Face
from leukdesk.app.viewmodels.image_list import FaceRole

_Index = QModelIndex | QPersistentModelIndex
LINE_HEIGHT = 44
TILE = QSize(136, 128)
_LINE_PICTURE, _TILE_PICTURE = QSize(34, 34), QSize(120, 72)
_VERDICT_WIDTH, _PERCENT_WIDTH, _BAR_WIDTH = 180, 72, 96
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_START, _MIDDLE, _END = Qt.TextElideMode.ElideLeft, Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight


class _Delegate(QStyledItemDelegate):
    """Ground, thumbnail and words, shared by line and tile."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(option.font)
        self._draw_ground(painter, option)
        room: QRect = option.rect
        self.draw(painter, room, index.data(FaceRole), index.data(Qt.ItemDataRole.DecorationRole))
        painter.restore()

    def draw(self, painter: QPainter, room: QRect, face: Face, picture: QImage | None) -> None:
        """Draw what is in front of the ground."""
        raise NotImplementedError

    def _draw_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        state = option.state
        room = option.rect.toRectF().adjusted(2.5, 2.5, -2.5, -2.5)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(self._theme.colour("accent"), 1.5))
            painter.setBrush(self._theme.colour("tint"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("hover"))
        else:
            return
        painter.drawRoundedRect(room, tokens.RADIUS, tokens.RADIUS)

    def _draw_picture(self, painter: QPainter, room: QRect, picture: QImage | None) -> None:
        """The picture, whole, on a plate that has the same size for all."""
        plate = QPainterPath()
        plate.addRoundedRect(room.toRectF(), 4, 4)
        painter.fillPath(plate, self._theme.colour("track"))
        if picture is None or picture.isNull():
            return
        frame = QRectF(QRect(room.topLeft(), picture.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)))
        frame.moveCenter(room.toRectF().center())
        painter.setClipPath(plate)
        painter.drawImage(frame, picture)
        painter.setClipping(False)

    def _draw_words(
        self, painter: QPainter, room: QRect, text: str, tone: str, elide: Qt.TextElideMode = _END, side: int = _LEFT
    ) -> None:
        painter.setPen(self._theme.colour(tone))
        painter.drawText(room, side, painter.fontMetrics().elidedText(text, elide, room.width()))

    def _draw_mark(self, painter: QPainter, room: QRect, face: Face, size: int) -> None:
        """The class's colour, or the icon of what took its place, centred in a square at the left of `room`."""
        square = QRect(room.left(), room.top() + (room.height() - size) // 2, size, size)
        if face.colour:
            colour = QColor(face.colour)
            painter.setPen(QPen(colour.darker(130), 1))
            painter.setBrush(colour)
            painter.drawEllipse(square.toRectF().adjusted(2.5, 2.5, -2.5, -2.5))
        else:
            painter.drawPixmap(square.topLeft(), self._theme.pixmap(face.icon, face.tone, size))

    def _tone(self, face: Face) -> str:
        return "text" if face.colour else face.tone


class LineDelegate(_Delegate):
    """One line: picture, name, what was found, how probable."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(320, LINE_HEIGHT)

    def draw(self, painter: QPainter, room: QRect, face: Face, picture: QImage | None) -> None:
        inner = room.adjusted(tokens.SPACE_3, 0, -tokens.SPACE_4, 0)
        square = QRect(inner.left(), inner.center().y() - _LINE_PICTURE.height() // 2, 34, 34)
        self._draw_picture(painter, square, picture)
        percent = QRect(inner.right() - _PERCENT_WIDTH, inner.top(), _PERCENT_WIDTH, inner.height())
        bar = QRect(percent.left() - _BAR_WIDTH - tokens.SPACE_2, inner.center().y() - 2, _BAR_WIDTH, 6)
        verdict = QRect(bar.left() - _VERDICT_WIDTH - tokens.SPACE_4, inner.top(), _VERDICT_WIDTH, inner.height())
        name = inner.adjusted(_LINE_PICTURE.width() + tokens.SPACE_3, 0, 0, 0)
        name.setRight(verdict.left() - tokens.SPACE_4)
        self._draw_words(painter, name, face.name, "text", _MIDDLE)
        self._draw_mark(painter, verdict, face, 16)
        self._draw_words(painter, verdict.adjusted(22, 0, 0, 0), face.verdict, self._tone(face))
        if face.colour:
            self._draw_bar(painter, bar, face)
            self._draw_words(painter, percent, face.percent, "text", side=_RIGHT)

    def _draw_bar(self, painter: QPainter, room: QRect, face: Face) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("track"))
        painter.drawRoundedRect(room, 3, 3)
        painter.setBrush(QColor(face.colour))
        painter.drawRoundedRect(QRectF(room.left(), room.top(), room.width() * face.probability, room.height()), 3, 3)


class TileDelegate(_Delegate):
    """One tile of the filmstrip: picture, what was found, name."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return TILE

    def draw(self, painter: QPainter, room: QRect, face: Face, picture: QImage | None) -> None:
        inner = room.adjusted(tokens.SPACE_2, tokens.SPACE_2, -tokens.SPACE_2, -tokens.SPACE_2)
        self._draw_picture(painter, QRect(inner.topLeft(), _TILE_PICTURE), picture)
        font = painter.font()
        font.setPixelSize(tokens.CAPTION)
        painter.setFont(font)
        line = QRect(inner.left(), inner.top() + _TILE_PICTURE.height() + tokens.SPACE_1, inner.width(), 18)
        self._draw_mark(painter, line, face, 14)
        self._draw_words(painter, line.adjusted(18, 0, 0, 0), face.verdict, self._tone(face))
        below = line.translated(0, 17)
        taken = painter.fontMetrics().horizontalAdvance(face.percent) + tokens.SPACE_2 if face.percent else 0
        self._draw_words(painter, below, face.percent, "text")
        self._draw_words(painter, below.adjusted(taken, 0, 0, 0), Path(face.name).stem, "muted", _START)
