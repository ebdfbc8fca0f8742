"""The image canvas: smooth zoom about the pointer, panning, heatmap and truth over the image."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEasingCurve, QPointF, QRect, QRectF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QNativeGestureEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from leukdesk.analysis.sample import TrueCell
from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.picture_items import OverlayItem, PictureItem
from leukdesk.app.views.widgets.truth_boxes import draw_truth

_STEP = 1.25  # one step of keys or buttons
_WHEEL_STEP = 1.0015  # for each eighth of a degree the wheel turned; 120 of them are a notch
_MOST = 40.0  # screen pixels for one image pixel
_FIT_MARGIN = tokens.SPACE_4


class Canvas(QGraphicsView):
    """Shows one image. `zoomed` tells the magnification: screen pixels (logical) for one image pixel."""

    zoomed = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture, self._overlay = PictureItem(), OverlayItem()
        self._truth: Sequence[TrueCell] = ()
        self._fitted = True
        self._target = 1.0
        self._anchor = (QPointF(), QPointF())  # in the scene, in the view
        self._pan_from: QPointF | None = None
        scene = QGraphicsScene(self)
        scene.addItem(self._picture)
        scene.addItem(self._overlay)
        self.setScene(scene)
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(tokens.ZOOM_MS)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(lambda power: self._set_scale(math.exp(power)))
        self._set_up()
        theme.changed.connect(self._repaint)

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Image"))
        self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)

    # -- what is shown

    def show_picture(self, levels: tuple[QImage, ...]) -> None:
        """Show an image, fitted; an empty tuple shows none."""
        self._glide.stop()
        self._picture.show_levels(levels)
        self._overlay.show_image(None, QRectF())
        self._truth = ()
        image = self.image_rect
        self.setSceneRect(image.adjusted(-image.width(), -image.height(), image.width(), image.height()))
        self.fit()

    def show_heatmap(self, image: QImage | None, opacity: float) -> None:
        """Lay a heatmap over the image, or take it away."""
        self._overlay.show_image(image, self.image_rect if image is not None else QRectF())
        self._overlay.setOpacity(opacity)

    def show_truth(self, cells: Sequence[TrueCell]) -> None:
        """Outline what is known to be there."""
        self._truth = tuple(cells)
        self._repaint()

    @property
    def has_picture(self) -> bool:
        """Whether an image is shown."""
        return not self.image_rect.isEmpty()

    # -- zoom

    @property
    def zoom(self) -> float:
        """Screen pixels (logical) for one image pixel."""
        return self.transform().m11()

    @property
    def gliding(self) -> bool:
        """Whether a smooth zoom is on its way."""
        return self._glide.state() == QVariantAnimation.State.Running

    def fit(self) -> None:
        """Show the whole image."""
        image = self.image_rect
        if image.isEmpty():
            return
        self._glide.stop()
        self._fitted = True
        self._set_scale(self._fitting(), (image.center(), self._middle()))
        self._target = self.zoom

    def actual_size(self) -> None:
        """One image pixel for one pixel of the screen."""
        self._zoom_to(1.0 / self.devicePixelRatioF(), self._middle())

    def zoom_in(self) -> None:
        """One step closer, about the middle."""
        self._zoom_to(self._target * _STEP, self._middle())

    def zoom_out(self) -> None:
        """One step back, about the middle."""
        self._zoom_to(self._target / _STEP, self._middle())

    def _zoom_to(self, scale: float, at: QPointF) -> None:
        if not self.has_picture:
            return
        least = min(self._fitting(), 1.0) / 4
        self._target = min(max(scale, least), _MOST)
        self._fitted = False
        self._anchor = (self._scene_at(at), at)
        self._glide.stop()
        self._glide.setStartValue(math.log(self.zoom))
        self._glide.setEndValue(math.log(self._target))
        self._glide.start()

    def _set_scale(self, scale: float, anchor: tuple[QPointF, QPointF] | None = None) -> None:
        """Scale so that a point of the scene lies under a point of the view."""
        in_scene, in_view = anchor or self._anchor
        self.setTransform(self.transform().fromScale(scale, scale))
        away = in_view - self.viewportTransform().map(in_scene)
        self._scroll(away)
        self.zoomed.emit(scale)

    def _scroll(self, away: QPointF) -> None:
        for bar, distance in ((self.horizontalScrollBar(), away.x()), (self.verticalScrollBar(), away.y())):
            bar.setValue(round(bar.value() - distance))

    def _fitting(self) -> float:
        image, room = self.image_rect, self.viewport().size()
        width, height = max(room.width() - 2 * _FIT_MARGIN, 16), max(room.height() - 2 * _FIT_MARGIN, 16)
        return min(width / image.width(), height / image.height(), _MOST)

    @property
    def image_rect(self) -> QRectF:
        """The image, in its own pixels; empty without one."""
        return self._picture.boundingRect()

    def _middle(self) -> QPointF:
        return self.viewport().rect().toRectF().center()

    def _scene_at(self, point: QPointF) -> QPointF:
        return self.viewportTransform().inverted()[0].map(point)

    def _repaint(self) -> None:
        self.viewport().update()

    # -- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        self._zoom_to(self._target * _WHEEL_STEP**turned, event.position())
        event.accept()

    def viewportEvent(self, event: object) -> bool:
        pinch = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == pinch:
            self._zoom_to(self._target * (1.0 + event.value()), event.position())
            return True
        return super().viewportEvent(event)  # type: ignore[arg-type]  # PySide's own QEvent

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pan_from = event.position()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            self._glide.stop()
            self._target, self._fitted = self.zoom, False
            self._scroll(event.position() - self._pan_from)
            self._pan_from = event.position()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._pan_from = None
        self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # arrows belong to the list of images, not to scroll bars nobody sees

    def drawForeground(self, painter: QPainter, _rect: QRectF | QRect) -> None:
        if self._truth:
            draw_truth(painter, self._truth, self.font())
