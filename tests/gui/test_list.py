"""A technician searches, filters and sorts the open images, in filmstrip, list and gallery."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from window_desk import Desk

from leukdesk.app.viewmodels.faces import RowState
from leukdesk.app.views.widgets.grid import Shape

LEFT = Qt.MouseButton.LeftButton


def shown(desk: Desk) -> list[str]:
    model = desk.model
    return [model.images.row(model.listed.place(at)).path.name for at in range(model.listed.rowCount())]


def test_slash_searches_names_and_escape_shows_all(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    strip = desk.analyse.strip
    desk.bot.keyClick(desk.window, Qt.Key.Key_Slash)
    assert strip.search.field.hasFocus()
    desk.bot.keyClicks(strip.search.field, "d 3")
    desk.until(lambda: shown(desk) == ["field 3.png"])
    assert strip._count.text() == "Images: 1 of 6"
    assert desk.model.path == smears[0]  # what is looked at stays
    desk.bot.keyClick(strip.search.field, Qt.Key.Key_Escape)
    desk.until(lambda: len(shown(desk)) == 6)
    assert strip.view.currentIndex().row() == 0


def test_nothing_found_says_so_and_offers_all(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    strip = desk.analyse.strip
    strip.search.field.setText("nothing")
    desk.until(lambda: strip.none.isVisible())
    desk.bot.mouseClick(strip.all, LEFT)
    desk.until(lambda: len(shown(desk)) == 6)
    assert strip.search.text() == ""
    assert not strip.none.isVisible()


def test_the_filter_offers_what_there_is_and_stays_open(desk: Desk, smears: list[Path], broken: Path) -> None:
    desk.start(broken, *smears)
    menu = desk.analyse.strip.filter.menu()
    menu.popup(QPoint(0, 0))
    failed = next(one for one in menu.actions() if one.text() == "Failed\t1")
    desk.bot.mouseClick(menu, LEFT, pos=menu.actionGeometry(failed).center())
    desk.until(lambda: shown(desk) == ["broken.jpg"])
    assert menu.isVisible()
    assert desk.analyse.strip.filter.text() == "Filter: 1"
    menu.close()
    desk.window.commands.show_all.trigger()
    desk.until(lambda: len(shown(desk)) == 7)


def test_sorting_keeps_the_selection_and_arrows_follow_the_order(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    name = next(one for one in desk.window.commands.sorts.actions() if one.data() == "name")
    name.trigger()
    desk.window.commands.sort_reversed.trigger()
    desk.until(lambda: shown(desk)[0] == "field 6.png")
    view = desk.analyse.strip.view
    assert desk.model.path == smears[0]
    assert view.currentIndex().row() == 5
    desk.bot.keyClick(view, Qt.Key.Key_Left)
    assert desk.model.path == smears[1]
    desk.bot.keyClick(view, Qt.Key.Key_Right)
    assert desk.model.path == smears[0]


def test_a_gallery_is_walked_with_the_keys_and_left_by_a_double_click(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    desk.bot.keyClick(desk.window, Qt.Key.Key_G)
    strip, view = desk.analyse.strip, desk.analyse.strip.view
    assert strip.shape is Shape.GALLERY
    assert not desk.analyse.stage.isVisible()
    desk.until(lambda: view.height() > 2 * view.visualRect(view.model().index(0, 0)).height())
    assert 1 < view.columns() < 6
    view.setFocus()
    desk.bot.keyClick(view, Qt.Key.Key_Down)
    assert desk.model.place == view.columns()
    place = view.visualRect(view.model().index(2, 0)).center()
    desk.bot.mouseClick(view.viewport(), LEFT, pos=place)
    desk.bot.mouseDClick(view.viewport(), LEFT, pos=place)
    assert strip.shape is Shape.STRIP
    assert desk.analyse.stage.isVisible()
    assert desk.model.path == smears[2]


def test_the_switch_and_the_actions_say_the_same(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    strip, commands = desk.analyse.strip, desk.window.commands
    for key, shape in ((Qt.Key.Key_L, Shape.LIST), (Qt.Key.Key_G, Shape.GALLERY), (Qt.Key.Key_G, Shape.STRIP)):
        desk.bot.keyClick(desk.window, key)
        assert strip.shape is shape
        assert strip.shapes.current() == shape.value
        assert commands.as_list.isChecked() == (shape is Shape.LIST)
        assert commands.as_gallery.isChecked() == (shape is Shape.GALLERY)


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
@pytest.mark.parametrize("shape", list(Shape))
def test_every_cell_is_found_where_it_is_painted(desk: Desk, shape: Shape, direction: Qt.LayoutDirection) -> None:
    desk.start()
    desk.model.images.fill([Path(f"{number}.png") for number in range(10_000)])
    desk.model.opened.emit()
    desk.analyse.strip.show_shape(shape)
    view = desk.analyse.strip.view
    view.setLayoutDirection(direction)
    QApplication.processEvents()
    for row in (0, 1, 4_321, 9_999):
        index = view.model().index(row, 0)
        view.scrollTo(index)
        room = view.visualRect(index)
        assert view.viewport().rect().contains(room.center())
        assert view.indexAt(room.center()) == index
        assert row in view._grid().rows_in(room)


def test_a_run_is_followed_in_a_sorted_list(desk: Desk, smears: list[Path]) -> None:
    desk.bench.go.clear()
    desk.start()
    desk.model.open(smears)
    desk.until(lambda: desk.model.images.rowCount() == 6)
    next(one for one in desk.window.commands.sorts.actions() if one.data() == "state").trigger()
    desk.bench.go.set()
    desk.finish()
    states = [desk.model.images.row(at).state for at in range(6)]
    assert states == [RowState.DONE] * 6
    desk.until(lambda: not desk.model.listed._due.isActive())
