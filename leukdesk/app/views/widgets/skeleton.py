"""What stands where something is being loaded: the shape of what will come, in grey, breathing slowly."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEasingCurve, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme

_BREATH_MS = 1600
_FAINTEST = 0.55
_LARGE_STRENGTH = 0.5  # a large plate in full grey would be the loudest thing on screen
_TILE = QSize(120, 72)


class Skeleton(QWidget):
    """Lines of text, a card, tiles of a filmstrip or an image: `shape` is one of lines, card, tiles, image."""

    def __init__(self, theme: Theme, shape: str = "lines", name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._shape = theme, shape
        self._strength = 1.0
        self._breath = QVariantAnimation(self)
        self._breath.setDuration(_BREATH_MS)
        self._breath.setLoopCount(-1)
        self._breath.setEasingCurve(QEasingCurve.Type.InOutSine)
        for at, strength in ((0.0, 1.0), (0.5, _FAINTEST), (1.0, 1.0)):
            self._breath.setKeyValueAt(at, strength)
        self._breath.valueChanged.connect(self._draw_at)
        self.setAccessibleName(name or self.tr("Loading"))
        tall = QSizePolicy.Policy.Expanding if shape == "image" else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Expanding, tall)
        theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        tall = {"lines": 4 * (line + tokens.SPACE_2), "card": 9 * (line + tokens.SPACE_1), "tiles": 128}
        return QSize(240, tall.get(self._shape, 240))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._theme.moving:
            self._breath.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._breath.stop()
        super().hideEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("track"))
        painter.setOpacity(self._strength * (_LARGE_STRENGTH if self._shape == "image" else 1.0))
        for bone in self._bones():
            painter.drawRoundedRect(bone, tokens.SPACE_1, tokens.SPACE_1)

    def _draw_at(self, strength: float) -> None:
        self._strength = strength
        self.update()

    def _bones(self) -> Iterator[QRectF]:
        if self._shape == "image":
            edge = tokens.SPACE_4
            yield self.rect().toRectF().adjusted(edge, edge, -edge, -edge)
        elif self._shape == "tiles":
            yield from self._tiles()
        else:
            yield from self._lines()

    def _lines(self) -> Iterator[QRectF]:
        step = self.fontMetrics().height() + tokens.SPACE_2
        bone = self.fontMetrics().ascent()
        for number, top in enumerate(range(tokens.SPACE_1, self.height() - bone, step)):
            share = 0.4 if number == 0 and self._shape == "card" else (1.0, 0.9, 0.96, 0.62)[number % 4]
            left = self.width() * (1 - share) if self.isRightToLeft() else 0.0
            yield QRectF(left, top, self.width() * share, bone)

    def _tiles(self) -> Iterator[QRectF]:
        bone = self.fontMetrics().ascent()
        for left in range(tokens.SPACE_2, self.width(), _TILE.width() + tokens.SPACE_4):
            yield QRectF(left, tokens.SPACE_2, _TILE.width(), _TILE.height())
            yield QRectF(left, 2 * tokens.SPACE_2 + _TILE.height(), 0.7 * _TILE.width(), bone)
