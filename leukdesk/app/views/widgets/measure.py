"""What is drawn on the image to measure it: the ruler with its length, and the outline of an analysed field."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLineF, QLocale, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from leukdesk.app.theme import tokens

_DARK, _LIGHT = QColor("#16181A"), QColor("#FFFFFF")
_TICK = 6.0  # px on screen, both ways


def length_words(length_px: float, um_per_px: float | None) -> str:
    """A length of the image in words: in micrometres, or in px as long as nothing is calibrated."""
    if um_per_px is None:
        return QCoreApplication.translate("Measure", "{length} px").format(length=QLocale().toString(length_px, "f", 1))
    return QCoreApplication.translate("Measure", "{length} µm").format(
        length=QLocale().toString(length_px * um_per_px, "f", 2)
    )


def draw_ruler(painter: QPainter, line: QLineF, words: str, font: QFont) -> None:
    """Draw a line given in image px, with ticks at its ends, readable on any stain; the length beside its middle."""
    on_screen = painter.transform().map(line)
    _begin(painter)
    across = on_screen.normalVector().unitVector()
    tick = QPointF(across.dx(), across.dy()) * _TICK
    strokes = [on_screen, *(QLineF(end - tick, end + tick) for end in (on_screen.p1(), on_screen.p2()))]
    for pen in (QPen(_DARK, 4.0), QPen(_LIGHT, 2.0)):
        painter.setPen(pen)
        painter.drawLines(strokes)
    small = QFont(font)
    small.setPixelSize(tokens.BODY)
    painter.setFont(small)
    metrics = QFontMetricsF(small)
    plate = QRectF(0.0, 0.0, metrics.horizontalAdvance(words) + 12, metrics.height() + 4)
    plate.moveCenter(on_screen.center() + QPointF(0.0, -plate.height()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_DARK)
    painter.drawRoundedRect(plate, 3, 3)
    painter.setPen(_LIGHT)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)
    painter.restore()


def draw_region(painter: QPainter, region: QRectF) -> None:
    """Outline a part of the image, given in its px."""
    on_screen = painter.transform().mapRect(region)
    _begin(painter)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(_DARK, 3.0), QPen(_LIGHT, 1.5, Qt.PenStyle.DashLine)):
        painter.setPen(pen)
        painter.drawRect(on_screen)
    painter.restore()


def _begin(painter: QPainter) -> None:
    """Paint in px of the screen from here on, until `restore`."""
    painter.save()
    painter.resetTransform()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
