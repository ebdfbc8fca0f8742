"""The image canvas: smooth zoom about the pointer, panning, heatmap and truth over the image."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QEasingCurve, QEvent, QLineF, QPoint, QPointF, QRect, QRectF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from leukdesk.analysis.sample import TrueCell
from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.tiles import Tiles
from leukdesk.app.views.widgets.measure import draw_region, draw_ruler, length_words
from leukdesk.app.views.widgets.picture_items import OverlayItem, PictureItem
from leukdesk.app.views.widgets.truth_boxes import draw_truth

_STEP = 1.25  # one step of keys or buttons
_WHEEL_STEP = 1.0015  # for each eighth of a degree the wheel turned; 120 of them are a notch
_MOST = 40.0  # screen pixels for one image pixel
_FIT_MARGIN = tokens.SPACE_4


class Hand(Protocol):
    """Takes what the mouse does over the image, with points in px of the image; each tells whether it did."""

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        """A button goes down."""

    def move(self, at: QPointF, event: QMouseEvent) -> bool:
        """The pointer moves, with or without a button."""

    def release(self, at: QPointF, event: QMouseEvent) -> bool:
        """A button comes up."""


class Canvas(QGraphicsView):
    """Shows one image. `zoomed` tells the magnification: screen pixels (logical) for one image pixel.

    `looked` says that another part is in view, `pointed` at which point of the image the pointer is (None: at none).
    """

    zoomed = Signal(float)
    looked = Signal()
    pointed = Signal(object)
    measured = Signal(str)  # the ruler's length in words; empty when it is taken away

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture, self._overlay = PictureItem(), OverlayItem()
        self._truth: Sequence[TrueCell] = ()
        self._fitted = True
        self._target = 1.0
        self._anchor = (QPointF(), QPointF())  # in the scene, in the view
        self._pan_from: QPointF | None = None
        self._measuring = self._drawing = False
        self._ruler = QLineF()
        self._um_per_px: float | None = None
        self._region = QRectF()
        self.hand: Hand | None = None  # what the mouse does instead of moving the image
        self.layers: list[Callable[[QPainter], None]] = []  # drawn over the image, by a painter that paints in its px
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
        self.viewport().setMouseTracking(True)
        self._show_cursor()

    # -- what is shown

    def show_picture(self, levels: tuple[QImage, ...], tiles: Tiles | None = None) -> None:
        """Show an image, fitted; an empty tuple shows none, unless `tiles` shows one."""
        self._glide.stop()
        self._picture.show_levels(levels, tiles)
        self._overlay.show_image(None, QRectF())
        self._truth = ()
        self._region = QRectF()
        self.clear_ruler()
        image = self.image_rect
        self.setSceneRect(image.adjusted(-image.width(), -image.height(), image.width(), image.height()))
        self.fit()

    def show_shaded(self, levels: tuple[QImage, ...]) -> None:
        """Show these levels in place of the image's own, adjusted for viewing; none shows it as it is."""
        self._picture.show_shaded(levels)

    def show_heatmap(self, image: QImage | None, opacity: float, area: QRectF | None = None) -> None:
        """Lay a heatmap over the image, or over a part of it, or take it away."""
        self._overlay.show_image(image, (area or self.image_rect) if image is not None else QRectF())
        self._overlay.setOpacity(opacity)

    def show_region(self, region: QRectF) -> None:
        """Outline the field of a slide that was analysed; empty takes the outline away."""
        self._region = region
        self._repaint()

    def show_truth(self, cells: Sequence[TrueCell]) -> None:
        """Outline what is known to be there."""
        self._truth = tuple(cells)
        self._repaint()

    def view_as_it_is(self) -> tuple[QImage, bool]:
        """What is in view, without the adjustment for viewing, and whether every part of it is there already."""
        self._picture.as_it_is = True
        made = self.viewport().grab().toImage()  # not `render`, which counts the whole picture as exposed
        self._picture.as_it_is = False
        return made, self._picture.complete

    def pixel(self, at: QPointF) -> QColor | None:
        """The image's own colour at a point; None outside, and where it is not at hand in full size."""
        return self._picture.pixel(QPoint(math.floor(at.x()), math.floor(at.y())))

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
        """One step closer, about the pointer if it is over the image, else about the middle."""
        self._zoom_to(self._target * _STEP, self._pointer())

    def zoom_out(self) -> None:
        """One step back, about the pointer if it is over the image, else about the middle."""
        self._zoom_to(self._target / _STEP, self._pointer())

    def pan(self, right: int, down: int) -> None:
        """Move the view by a quarter of its size for each step."""
        self._free()
        self._scroll(QPointF(-right * self.viewport().width() / 4, -down * self.viewport().height() / 4))
        self.looked.emit()

    @property
    def seen(self) -> QRectF:
        """The part of the image that is in view, in px of the image."""
        whole = self.viewport().rect().toRectF()
        return self.viewportTransform().inverted()[0].mapRect(whole).intersected(self.image_rect)

    @property
    def centre(self) -> QPointF:
        """The point of the image in the middle of the view."""
        return self._scene_at(self._middle())

    def look_at(self, centre: QPointF, zoom: float) -> None:
        """Show this point in the middle at this magnification, at once."""
        if self.has_picture:
            self._free()
            self._target = min(max(zoom, min(self._fitting(), 1.0) / 4), _MOST)
            self._set_scale(self._target, (centre, self._middle()))

    # -- ruler

    def measure(self, on: bool) -> None:
        """Dragging draws a ruler instead of moving the image."""
        self._measuring = on
        if not on:
            self.clear_ruler()
        self._show_cursor()

    def calibrate(self, um_per_px: float | None) -> None:
        """What a pixel measures; None leaves lengths in px."""
        self._um_per_px = um_per_px
        self._repaint()

    def clear_ruler(self) -> None:
        """Take the ruler away."""
        self._ruler = QLineF()
        self.measured.emit("")
        self._repaint()

    @property
    def ruler_words(self) -> str:
        """The ruler's length: "12.5 µm", in px as long as nothing is calibrated; empty without a ruler."""
        return length_words(self._ruler.length(), self._um_per_px) if not self._ruler.isNull() else ""

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
        self.looked.emit()

    def _scroll(self, away: QPointF) -> None:
        for bar, distance in ((self.horizontalScrollBar(), away.x()), (self.verticalScrollBar(), away.y())):
            bar.setValue(round(bar.value() - distance))

    def _free(self) -> None:
        """The user moves the image: no zoom is on its way any more, and it does not stay fitted."""
        self._glide.stop()
        self._target, self._fitted = self.zoom, False

    def _pointer(self) -> QPointF:
        """Where the pointer is, if it is over the image and not over what floats there; else the middle."""
        at = self.viewport().mapFromGlobal(QCursor.pos())
        free = self.viewport().rect().contains(at) and self.childAt(at) in (self.viewport(), None)
        return at.toPointF() if free and self.window().isActiveWindow() else self._middle()

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
        if self._measuring and event.button() == Qt.MouseButton.LeftButton and self.has_picture:
            at = self._scene_at(event.position())
            self._ruler = QLineF(at, at)
        elif self.hand is not None and self.has_picture and self.hand.press(self._scene_at(event.position()), event):
            return
        elif event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pan_from = event.position()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.hand is not None and self._pan_from is None and self.hand.move(self._scene_at(event.position()), event):
            pass
        elif self._pan_from is not None:
            self._free()
            self._scroll(event.position() - self._pan_from)
            self._pan_from = event.position()
            self.looked.emit()
        elif self._measuring and event.buttons() & Qt.MouseButton.LeftButton:
            self._ruler.setP2(self._scene_at(event.position()))
            self.measured.emit(self.ruler_words)
            self._repaint()
        self.pointed.emit(self._scene_at(event.position()) if self.has_picture else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.hand is not None and not self._measuring:
            self.hand.release(self._scene_at(event.position()), event)
        self._pan_from = None
        self._show_cursor()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        if not self._measuring:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # arrows belong to the list of images, not to scroll bars nobody sees

    def drawForeground(self, painter: QPainter, _rect: QRectF | QRect) -> None:
        if self._truth:
            draw_truth(painter, self._truth, self.font())
        for draw in self.layers:
            draw(painter)
        if not self._region.isEmpty():
            draw_region(painter, self._region)
        if not self._ruler.isNull():
            draw_ruler(painter, self._ruler, self.ruler_words, self.font())

    def show_drawing(self, on: bool) -> None:
        """Whether a press draws, for the pointer's shape."""
        self._drawing = on
        self._show_cursor()

    def _show_cursor(self) -> None:
        exact = self._measuring or self._drawing
        shape = Qt.CursorShape.CrossCursor if exact else Qt.CursorShape.OpenHandCursor
        self.viewport().setCursor(shape)
