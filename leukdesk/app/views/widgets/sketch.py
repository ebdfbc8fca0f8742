"""The strokes that lines and tiles of the list are drawn with, mirrored where one reads from right to left."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.faces import Face

# Qt turns left and right around by itself where the painter's direction is from right to left.
STARTING = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
ENDING = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class Marked(Protocol):
    """What can be marked: by a class's colour, or by an icon in a tone."""

    @property
    def colour(self) -> str: ...

    @property
    def icon(self) -> str: ...

    @property
    def tone(self) -> str: ...


class Sketch:
    """Draws into one cell; every rectangle is given as if one read from left to right."""

    def __init__(self, painter: QPainter, cell: QRect, theme: Theme) -> None:
        self.cell = cell
        self._painter, self._theme = painter, theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)

    def ground(self, *, selected: bool, hovered: bool, focused: bool = False) -> None:
        """Say that the cell is selected, has the keyboard, or is under the pointer."""
        if not selected and not hovered:
            return
        edge = QPen(self._theme.colour("focus" if focused else "accent"), 2.5 if focused else 1)
        self._painter.setPen(edge if selected else Qt.PenStyle.NoPen)
        self._painter.setBrush(self._theme.colour("tint" if selected else "hover"))
        self._painter.drawRoundedRect(self.cell.toRectF().adjusted(2.5, 2.5, -2.5, -2.5), 6, 6)

    def picture(self, room: QRect, picture: QImage | None) -> None:
        """The picture, whole, in the middle of its room; a plate of that room while there is none."""
        room = self._mirrored(room)
        if picture is None or picture.isNull():
            plate = QPainterPath()
            plate.addRoundedRect(room.toRectF(), 4, 4)
            self._painter.fillPath(plate, self._theme.colour("track"))
            return
        frame = QRectF(QRect(room.topLeft(), picture.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)))
        frame.moveCenter(room.toRectF().center())
        self._painter.drawImage(frame, picture)

    def frame(self, room: QRect, pen: QPen) -> None:
        """A frame around a part."""
        self._painter.setPen(pen)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRect(self._mirrored(room).adjusted(0, 0, -1, -1))

    def words(
        self,
        room: QRect,
        text: str,
        tone: str,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        side: int = STARTING,
    ) -> None:
        """One line of text, shortened where there is no room."""
        self._painter.setPen(self._theme.colour(tone))
        shown = self._painter.fontMetrics().elidedText(text, elide, room.width())
        self._painter.drawText(self._mirrored(room), side, shown)

    def width_of(self, text: str) -> int:
        """How wide a text is, in px."""
        return self._painter.fontMetrics().horizontalAdvance(text)

    def font_size(self, px: int) -> None:
        """Take another place in the type scale."""
        font = self._painter.font()
        font.setPixelSize(px)
        self._painter.setFont(font)

    def mark(self, room: QRect, face: Marked, size: int) -> None:
        """The class's colour, or the icon of what took its place, at the start of `room`."""
        if face.colour:
            self.dot(room, face.colour, size)
        else:
            self._painter.drawPixmap(self._square(room, size).topLeft(), self._theme.pixmap(face.icon, face.tone, size))

    def dot(self, room: QRect, name: str, size: int) -> None:
        """A class's colour, `#RRGGBB`, at the start of `room`."""
        colour, square = QColor(name), self._square(room, size)
        self._painter.setPen(QPen(colour.darker(130), 1))
        self._painter.setBrush(colour)
        self._painter.drawEllipse(square.toRectF().adjusted(2.5, 2.5, -2.5, -2.5))

    def bar(self, room: QRect, face: Face) -> None:
        """A probability as a small bar."""
        filled = QRect(room.left(), room.top(), round(room.width() * face.probability), room.height())
        self._painter.setPen(Qt.PenStyle.NoPen)
        for part, colour in ((room, self._theme.colour("track")), (filled, QColor(face.colour))):
            self._painter.setBrush(colour)
            self._painter.drawRoundedRect(self._mirrored(part), 3, 3)

    def _square(self, room: QRect, size: int) -> QRect:
        side = self._theme.px(size)
        return self._mirrored(QRect(room.left(), room.top() + (room.height() - side) // 2, side, side))

    def _mirrored(self, room: QRect) -> QRect:
        return QStyle.visualRect(self._painter.layoutDirection(), self.cell, room)
