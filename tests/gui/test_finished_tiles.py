"""The cells of a list are painted once and kept, and painted anew when what they show is another."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication
from window_desk import Desk

from leukdesk.app.viewmodels.faces import RowState
from leukdesk.app.views.widgets import grid_view, kept_cells
from leukdesk.app.views.widgets.grid import Shape
from leukdesk.app.views.widgets.grid_view import GridView
from leukdesk.app.views.widgets.kept_cells import KeptCells
from leukdesk.app.views.widgets.row_delegates import RowDelegate


def cell(view: GridView, row: int) -> QImage:
    """What is painted of one row."""
    QApplication.processEvents()
    return view.viewport().grab(view.visualRect(view.model().index(row, 0))).toImage()


def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the cells that are drawn from now on."""
    names: list[str] = []
    make = RowDelegate.make

    def noted(self: RowDelegate, face, picture, stand, font):  # type: ignore[no-untyped-def]
        names.append(face.name)
        return make(self, face, picture, stand, font)

    monkeypatch.setattr(RowDelegate, "make", noted)
    return names


@pytest.fixture
def view(desk: Desk, smears: list[Path]) -> GridView:
    """A gallery whose pictures are there."""
    desk.start(*smears)
    desk.analyse.strip.show_shape(Shape.GALLERY)
    images = desk.model.images
    desk.until(lambda: all(images.seen(place)[1] is not None for place in range(6)))
    desk.bot.wait(100)
    return desk.analyse.strip.view


def test_an_image_that_did_not_change_is_not_drawn_again(view: GridView, monkeypatch: pytest.MonkeyPatch) -> None:
    view.viewport().repaint()
    names = made(monkeypatch)
    view.viewport().repaint()
    assert names == []


def test_an_outcome_a_selection_and_a_theme_are_seen_at_once(desk: Desk, view: GridView) -> None:
    plain = cell(view, 2)
    desk.model.images.mark(2, RowState.WAITING)
    waiting = cell(view, 2)
    desk.model.select(2)
    selected = cell(view, 2)
    desk.session.theme.use("dark")
    dark = cell(view, 2)
    desk.session.theme.use("dark", 200)
    views = [plain, waiting, selected, dark, cell(view, 2)]
    assert all(first != second for first, second in pairwise(views))


def test_while_it_moves_cells_may_come_late_but_all_come(
    desk: Desk, view: GridView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid_view, "_SHARE_S", -1.0)
    monkeypatch.setattr(grid_view, "_MOVING_S", 0.3)
    names = made(monkeypatch)
    desk.session.theme.changed.emit()  # every cell is drawn anew
    view.scrollContentsBy(0, -1)
    view.viewport().repaint()
    assert names == []
    desk.until(lambda: len(set(names)) == 6)


def test_memory_for_cells_is_bounded(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_cells, "_KEPT_BYTES", 70 * 4)
    kept = KeptCells()
    for key in range(100):
        kept.keep(key, QPixmap(1, 1), None)
        assert kept.of(0) is not None  # asked for again and again: never the oldest
    assert [key for key in range(100) if kept.of(key) is not None] == [0, *range(31, 100)]
