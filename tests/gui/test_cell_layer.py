"""Outlines over the image: a chosen cell is drawn over the others, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QImage, QPainter, QTransform
from PySide6.QtWidgets import QApplication

from leukdesk.app.viewmodels.cell_faces import CellFace, Line
from leukdesk.app.views.widgets.cell_layer import CellLayer
from leukdesk.domain import outlines
from leukdesk.domain.marked_cell import drawn_cell

FACE = CellFace(1, "lymphocyte", "Lymphocyte", "LY", "97%", 0.97, "#0072B2", Line.SOLID, False, False)


def grid(columns: int, rows: int) -> list[tuple[object, CellFace]]:
    return [
        (
            drawn_cell(at + 1, outlines.circle((60.0 * (at % columns) + 40, 60.0 * (at // columns) + 40), 18.0)),
            replace(FACE, key=at + 1, line=list(Line)[at % 3], blast=at % 4 == 0, by_hand=at == 1),
        )
        for at in range(columns * rows)
    ]


def painted(layer: CellLayer, scale: float = 1.0) -> NDArray[np.uint8]:
    image = QImage(800, 600, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setTransform(QTransform.fromScale(scale, scale))
    layer.draw(painter, QRectF(0, 0, 800 / scale, 600 / scale), QFont(), 1.0)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(600, 800, 4).copy()


@pytest.mark.parametrize(("columns", "rows"), [(4, 3), (13, 9)])
@pytest.mark.parametrize("chosen", [1, 20])
def test_choosing_changes_only_what_is_around_the_chosen_cells(
    qapp: QApplication, columns: int, rows: int, chosen: int
) -> None:
    layer = CellLayer()
    layer.show(grid(columns, rows))
    before = painted(layer)
    layer.select({6} if chosen == 1 else set(range(1, chosen + 1)))
    after = painted(layer)
    changed = np.argwhere((before != after).any(axis=2))
    assert len(changed) > 100
    if chosen == 1:
        middle = 60 * (5 % columns) + 40, 60 * (5 // columns) + 40
        assert abs(changed[:, 1] - middle[0]).max() < 60
        assert abs(changed[:, 0] - middle[1]).max() < 60
    layer.select(set())
    assert (painted(layer) == before).all()


@pytest.mark.parametrize(("columns", "rows"), [(4, 3), (13, 9)])
def test_the_mark_of_a_hand_lies_on_the_outline(qapp: QApplication, columns: int, rows: int) -> None:
    layer = CellLayer()
    found = grid(columns, rows)
    layer.show(found)
    by_hand = painted(layer)
    layer.show([(cell, replace(face, by_hand=False)) for cell, face in found])
    without = painted(layer)
    rows_of, columns_of = np.nonzero((by_hand != without).any(axis=2))
    away = np.hypot(columns_of - 100, rows_of - 40)
    assert len(away) > 10
    assert abs(away[(columns_of > 100) & (rows_of < 40)] - 18).max() < 8
