"""A picture as wide as there is room, never larger than it is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_SMALLEST = 120  # px


class FittedPicture(QWidget):
    """Shows one image; hidden until there is one."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.hide()

    def show_image(self, image: QImage | None) -> None:
        """Show an image; None, or one that is empty, hides the widget."""
        self._image = image if image is not None else QImage()
        self.setVisible(not self._image.isNull())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return self._image.size()

    def minimumSizeHint(self) -> QSize:
        return QSize(_SMALLEST, self.heightForWidth(_SMALLEST))

    def heightForWidth(self, width: int) -> int:
        if self._image.isNull():
            return 0
        return round(min(width, self._image.width()) * self._image.height() / self._image.width())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        wide = min(self.width(), self._image.width())
        painter.drawImage(QRectF(0, 0, wide, self.heightForWidth(wide)), self._image)
