"""Outlines of what is truly there, of constant weight at every zoom, readable on any stain."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from leukdesk.analysis.sample import TrueCell
from leukdesk.app.theme import tokens

_DARK, _LIGHT = QColor("#16181A"), QColor("#FFFFFF")
_PENS = (QPen(_DARK, 4.0), QPen(_LIGHT, 2.0))  # seen on any stain
_QUIET_PENS = (QPen(QColor(22, 24, 26, 110), 1.0),)
_NAMED_FROM = 40  # px on screen; smaller boxes get no name
_QUIET = frozenset({"red_cell", "platelet"})  # there are hundreds: a thin line, no name


def draw_truth(painter: QPainter, cells: Sequence[TrueCell], font: QFont) -> None:
    """Draw boxes given in image px with a painter that paints in image px."""
    transform = painter.transform()
    painter.save()
    painter.resetTransform()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    small = QFont(font)
    small.setPixelSize(tokens.CAPTION)
    painter.setFont(small)
    for cell in cells:
        left, top, right, bottom = cell.box
        _draw_cell(painter, cell.kind, transform.mapRect(QRectF(left, top, right - left, bottom - top)))
    painter.restore()


def _draw_cell(painter: QPainter, kind: str, box: QRectF) -> None:
    quiet = kind in _QUIET
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in _QUIET_PENS if quiet else _PENS:
        painter.setPen(pen)
        painter.drawRoundedRect(box, 3, 3)
    if not quiet and box.width() >= _NAMED_FROM:
        _draw_name(painter, cell_name(kind), box.topLeft())


def _draw_name(painter: QPainter, name: str, corner: QPointF) -> None:
    metrics = QFontMetricsF(painter.font())
    plate = QRectF(
        corner.x() - 1, corner.y() - metrics.height() - 4, metrics.horizontalAdvance(name) + 10, metrics.height() + 2
    )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_DARK)
    painter.drawRoundedRect(plate, 3, 3)
    painter.setPen(_LIGHT)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, name)


def cell_name(kind: str) -> str:
    """A kind of cell in words."""
    names = {
        "blast": QCoreApplication.translate("Cells", "Blast"),
        "segmented": QCoreApplication.translate("Cells", "Segmented neutrophil"),
        "lymphocyte": QCoreApplication.translate("Cells", "Lymphocyte"),
        "red_cell": QCoreApplication.translate("Cells", "Red cell"),
        "platelet": QCoreApplication.translate("Cells", "Platelet"),
    }
    return names.get(kind, kind.replace("_", " ").capitalize())
