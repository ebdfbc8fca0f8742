"""Zoom about the pointer, fit, pixel for pixel, panning, heatmap and truth over the image."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_fixtures import WAIT_MS

from leukdesk import paths
from leukdesk.analysis.sample import TrueCell
from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.canvas import Canvas
from leukdesk.app.views.widgets.canvas_overlays import nice_length

PINK, NONE = QColor(230, 200, 210), Qt.KeyboardModifier.NoModifier


def image(width: int, height: int, colour: QColor = PINK) -> QImage:
    made = QImage(width, height, QImage.Format.Format_RGB32)
    made.fill(colour)
    return made


@pytest.fixture
def canvas(qapp: QApplication, qtbot: QtBot) -> Iterator[Canvas]:
    theme = Theme(qapp, paths.resources() / "icons", "light")
    theme.use("light")
    made = Canvas(theme)
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    qtbot.waitExposed(made)
    return made


def scene_at(canvas: Canvas, point: QPoint) -> QPointF:
    return canvas.viewportTransform().inverted()[0].map(QPointF(point))


def wheel(canvas: Canvas, at: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(canvas.mapToGlobal(at)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas.viewport(), event)


def pinch(canvas: Canvas, at: QPoint, spread: float) -> None:
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2,
        QPointF(at), QPointF(at), QPointF(canvas.mapToGlobal(at)), spread, QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(canvas.viewport(), event)


def settle(canvas: Canvas, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not canvas.gliding, timeout=WAIT_MS)


@pytest.mark.parametrize("size", [(64, 64), (640, 480), (224, 224), (4000, 30), (1, 1)])
def test_an_image_is_shown_whole_at_first(canvas: Canvas, size: tuple[int, int]) -> None:
    canvas.show_picture((image(*size),))
    shown = canvas.viewportTransform().mapRect(canvas.image_rect)
    assert canvas.viewport().rect().toRectF().contains(shown)
    middle = canvas.viewport().rect().toRectF().center()  # inside the ring that shows the focus
    assert shown.center().x() == pytest.approx(middle.x(), abs=1.5)
    assert shown.center().y() == pytest.approx(middle.y(), abs=1.5)


def test_it_stays_whole_when_the_window_changes(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_picture((image(640, 480),))
    before = canvas.zoom
    canvas.resize(1200, 800)
    qtbot.waitUntil(lambda: canvas.zoom > before, timeout=WAIT_MS)
    assert canvas.viewport().rect().toRectF().contains(canvas.viewportTransform().mapRect(canvas.image_rect))


@pytest.mark.parametrize("at", [QPoint(300, 200), QPoint(120, 90), QPoint(470, 310)])
def test_the_wheel_zooms_about_the_pointer(canvas: Canvas, qtbot: QtBot, at: QPoint) -> None:
    canvas.show_picture((image(640, 480),))
    before, zoom = scene_at(canvas, at), canvas.zoom
    wheel(canvas, at, 3)
    settle(canvas, qtbot)
    after = scene_at(canvas, at)
    assert canvas.zoom > 1.5 * zoom
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()), abs=1.5 / canvas.zoom)


@pytest.mark.parametrize("at", [QPoint(300, 200), QPoint(120, 330)])
def test_two_fingers_on_a_touchpad_zoom_about_the_pointer(canvas: Canvas, qtbot: QtBot, at: QPoint) -> None:
    canvas.show_picture((image(640, 480),))
    before, zoom = scene_at(canvas, at), canvas.zoom
    for _ in range(5):
        pinch(canvas, at, 0.1)
    settle(canvas, qtbot)
    after = scene_at(canvas, at)
    assert canvas.zoom == pytest.approx(zoom * 1.1**5, rel=0.02)
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()), abs=1.5 / canvas.zoom)
    pinch(canvas, at, -0.3)
    settle(canvas, qtbot)
    assert canvas.zoom == pytest.approx(zoom * 1.1**5 * 0.7, rel=0.02)


def test_zoom_has_ends(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_picture((image(640, 480),))
    for notches in (60, -120):
        wheel(canvas, QPoint(300, 200), notches)
        settle(canvas, qtbot)
        assert 0.05 < canvas.zoom <= 40.0


def test_pixel_for_pixel_and_back(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_picture((image(2000, 1500), image(1000, 750)))
    fitted = canvas.zoom
    canvas.actual_size()
    settle(canvas, qtbot)
    assert canvas.zoom == pytest.approx(1.0 / canvas.devicePixelRatioF())
    canvas.fit()
    assert canvas.zoom == pytest.approx(fitted)


def test_dragging_moves_the_image_with_the_pointer(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_picture((image(640, 480),))
    before = scene_at(canvas, QPoint(200, 200))
    port, left = canvas.viewport(), Qt.MouseButton.LeftButton
    qtbot.mousePress(port, left, pos=QPoint(200, 200))
    qtbot.mouseMove(port, QPoint(260, 170))
    qtbot.mouseRelease(port, left, pos=QPoint(260, 170))
    after = scene_at(canvas, QPoint(260, 170))
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()), abs=1.5 / canvas.zoom)


def test_without_an_image_nothing_happens(canvas: Canvas) -> None:
    canvas.show_picture(())
    for act in (canvas.fit, canvas.actual_size, canvas.zoom_in, canvas.zoom_out):
        act()
    wheel(canvas, QPoint(10, 10), 1)
    assert not canvas.has_picture


def test_a_heatmap_lies_exactly_over_the_image_and_opacity_fades_it(canvas: Canvas) -> None:
    canvas.show_picture((image(200, 100),))
    veil = QImage(20, 10, QImage.Format.Format_ARGB32_Premultiplied)
    veil.fill(QColor(0, 0, 0, 255))
    plain = canvas.grab().toImage().pixelColor(300, 200)
    seen = []
    for opacity in (1.0, 0.5):
        canvas.show_heatmap(veil, opacity)
        seen.append(canvas.grab().toImage().pixelColor(300, 200).lightness())
    assert seen[0] < seen[1] < plain.lightness()
    edge = canvas.viewportTransform().mapRect(canvas.image_rect)
    outside = canvas.grab().toImage().pixelColor(round(edge.left()) - 4, 200)
    assert outside.lightness() > 100
    canvas.show_heatmap(None, 1.0)
    assert canvas.grab().toImage().pixelColor(300, 200) == plain


def test_another_image_takes_the_old_heatmap_and_truth_away(canvas: Canvas) -> None:
    veil = QImage(2, 2, QImage.Format.Format_ARGB32_Premultiplied)
    veil.fill(QColor(0, 0, 0, 255))
    canvas.show_picture((image(200, 100),))
    plain = canvas.grab().toImage()
    canvas.show_heatmap(veil, 1.0)
    canvas.show_truth([TrueCell("blast", (20.0, 20.0, 90.0, 90.0))])
    canvas.show_picture((image(200, 100),))
    assert canvas.grab().toImage() == plain


def test_truth_is_outlined_where_it_is(canvas: Canvas) -> None:
    canvas.show_picture((image(200, 100),))
    plain = canvas.grab().toImage()
    canvas.show_truth([TrueCell("blast", (50.0, 25.0, 150.0, 75.0))])
    outlined = canvas.grab().toImage()
    left = canvas.viewportTransform().map(QPointF(50.0, 50.0))
    assert outlined.pixelColor(round(left.x()), round(left.y())) != plain.pixelColor(round(left.x()), round(left.y()))
    assert outlined.pixelColor(300, 200) == plain.pixelColor(300, 200)


@pytest.mark.parametrize(
    ("most", "length"), [(140.0, 100.0), (99.0, 50.0), (20.0, 20.0), (4.9, 2.0), (1.0, 1.0), (0.7, 0.5), (0.13, 0.1)]
)
def test_scale_bars_have_round_lengths(most: float, length: float) -> None:
    assert nice_length(most) == pytest.approx(length)
