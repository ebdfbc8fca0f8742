"""The whole image, small, with the part that is in view; a click or drag looks elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from leukdesk.app.theme.theme import Theme

_LONGEST = 168  # px
_SHORTEST = 24  # px
_LEAST = 5.0  # px, so that the part in view can be seen at any zoom


class OverviewMap(QWidget):
    """`wanted` carries a point of the image that should come into the middle."""

    wanted = Signal(QPointF)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image: QImage | None = None
        self._whole, self._seen = QSizeF(), QRectF()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Overview of the image"))
        self.setToolTip(self.tr("The whole image. Click or drag to look elsewhere."))
        theme.changed.connect(self.update)

    def show_image(self, image: QImage | None, whole: QSizeF) -> None:
        """Show another image of this size; without a picture of it, its outline."""
        self._whole = whole
        small = None
        if image is not None and not image.isNull():
            size = self.sizeHint() * self.devicePixelRatioF()
            how = Qt.TransformationMode.SmoothTransformation
            small = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, how)
        self._image = small
        self.resize(self.sizeHint())
        self.update()

    def show_seen(self, seen: QRectF) -> None:
        """Outline the part that is in view, given in px of the image."""
        self._seen = seen
        self.update()

    def sizeHint(self) -> QSize:
        longer = max(self._whole.width(), self._whole.height())
        if longer <= 0:
            return QSize(_SHORTEST, _SHORTEST)
        scale = _LONGEST / longer
        return QSize(
            max(_SHORTEST, round(self._whole.width() * scale)), max(_SHORTEST, round(self._whole.height() * scale))
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.rect().toRectF()
        painter.fillRect(area, self._theme.colour("raised"))
        if self._image is not None:
            painter.drawImage(area, self._image)
        painter.setPen(QPen(self._theme.colour("border"), 1))
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setPen(QPen(self._theme.colour("canvas"), 4))
        painter.drawRect(self._frame())
        painter.setPen(QPen(self._theme.colour("accent"), 2))
        painter.drawRect(self._frame())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._want(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._want(event)

    def _frame(self) -> QRectF:
        across, down = self._scales()
        seen = QRectF(
            self._seen.x() * across, self._seen.y() * down, self._seen.width() * across, self._seen.height() * down
        )
        grown = QRectF(0.0, 0.0, max(seen.width(), _LEAST), max(seen.height(), _LEAST))
        grown.moveCenter(seen.center())
        return grown.intersected(self.rect().toRectF().adjusted(1, 1, -1, -1))

    def _scales(self) -> tuple[float, float]:
        return self.width() / max(self._whole.width(), 1.0), self.height() / max(self._whole.height(), 1.0)

    def _want(self, event: QMouseEvent) -> None:
        across, down = self._scales()
        self.wanted.emit(QPointF(event.position().x() / across, event.position().y() / down))
