"""What lies on the canvas: the image in the level that fits the zoom, and the heatmap over it."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

_PIXELS_FROM = 8.0  # magnification from which pixels are shown as squares, since there is nothing between them


class PictureItem(QGraphicsItem):
    """An image and its halved levels; painting costs what is on screen, not what is in the file."""

    def __init__(self) -> None:
        super().__init__()
        self._levels: tuple[QImage, ...] = ()

    def show_levels(self, levels: tuple[QImage, ...]) -> None:
        """Show another image; `levels[0]` is full size."""
        self.prepareGeometryChange()
        self._levels = levels
        self.update()

    def boundingRect(self) -> QRectF:
        return self._levels[0].rect().toRectF() if self._levels else QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        if not self._levels:
            return
        scale = painter.deviceTransform().m11() or 1.0
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < _PIXELS_FROM)
        level = self._level(scale)
        whole = self.boundingRect()
        seen = option.exposedRect.intersected(whole).adjusted(-2, -2, 2, 2).intersected(whole)
        ratio_x, ratio_y = level.width() / whole.width(), level.height() / whole.height()
        source = QRectF(seen.x() * ratio_x, seen.y() * ratio_y, seen.width() * ratio_x, seen.height() * ratio_y)
        painter.drawImage(seen, level, source)

    def _level(self, scale: float) -> QImage:
        """The smallest level that still has a pixel for each pixel of the screen."""
        fitting = [one for one in self._levels if one.width() >= self._levels[0].width() * scale]
        return fitting[-1] if fitting else self._levels[0]


class OverlayItem(QGraphicsItem):
    """A picture stretched over the image."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._area = QRectF()
        self.setZValue(1)

    def show_image(self, image: QImage | None, area: QRectF) -> None:
        """Stretch `image` over `area`; None hides it."""
        if image is not self._image or area != self._area:
            self.prepareGeometryChange()
            self._image, self._area = image, area
            self.update()
        self.setVisible(image is not None)

    def boundingRect(self) -> QRectF:
        return self._area

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            painter.drawImage(self._area, self._image, self._image.rect().toRectF())
