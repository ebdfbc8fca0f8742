"""A technician has the cells of a field found, looks through them, names and mends them, and counts."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from window_desk import Desk
from window_fixtures import WAIT_MS

from leukdesk.app.viewmodels.cell_faces import CellRef
from leukdesk.app.viewmodels.cell_list import Narrowed
from leukdesk.app.views.class_legend import CELLS
from leukdesk.app.views.quality_gate import ExampleDialog
from leukdesk.domain.case import Case, CaseDetails
from leukdesk.domain.review import UNIDENTIFIED
from leukdesk.domain.vocabulary import RESEARCH_USE
from training.phantom import random_slide, render_field, write_phantom

LEFT, NONE, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
FOUND = {"blast": 1, "lymphocyte": 2, "segmented": 2, "red_cell": 8}


@pytest.fixture(scope="module")
def fields(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("fields")
    for number in range(2):
        slide = random_slide(40 + number, um_per_px=0.2)
        write_phantom(
            render_field(40 + number, slide=slide, width=400, height=300, cells=FOUND), folder / f"field {number}.png"
        )
    return sorted(folder.glob("*.png"))


@pytest.fixture
def cells(desk: Desk, fields: list[Path]) -> Desk:
    """A desk with two fields, the cells of the first one found."""
    desk.start(*fields)
    key(desk, Qt.Key.Key_F)
    desk.until(lambda: desk.model.cells.reading is not None)
    desk.until(lambda: desk.analyse.cells.gallery.list.rowCount() > 2)
    QApplication.processEvents()
    return desk


def key(desk: Desk, pressed: Qt.Key, how: Qt.KeyboardModifier = NONE) -> None:
    """Press a key with the focus on the image."""
    desk.analyse.stage.canvas.setFocus()
    desk.bot.keyClick(desk.analyse.stage.canvas, pressed, how)


def on_screen(desk: Desk, x: float, y: float) -> QPoint:
    return desk.analyse.stage.canvas.viewportTransform().map(QPointF(x, y)).toPoint()


def click_cell(desk: Desk, number: int, how: Qt.KeyboardModifier = NONE) -> None:
    one = desk.model.cells.reading.cell(number)
    at = one.cell.box.centre
    if not one.cell.holds(*at):
        at = next(corner for corner in one.cell.nuclei[0])
    desk.bot.mouseClick(desk.analyse.stage.canvas.viewport(), LEFT, how, on_screen(desk, *at))


def drag(desk: Desk, start: QPoint, end: QPoint) -> None:
    port = desk.analyse.stage.canvas.viewport()
    desk.bot.mousePress(port, LEFT, NONE, start)
    desk.bot.mouseMove(port, (start + end) / 2)
    desk.bot.mouseMove(port, end)
    desk.bot.mouseRelease(port, LEFT, NONE, end)


def whole(desk: Desk) -> list[int]:
    """Numbers of the cells that count."""
    return [one.key for one in desk.model.cells.reading.cells if one.counts]


def settled(desk: Desk) -> None:
    """Every outline that a person drew has its answer."""
    desk.until(lambda: all(one.said is not None for one in desk.model.cells.reading.cells if one.drawn))


# -- finding and looking


def test_the_key_finds_outlines_and_names_the_cells(cells: Desk) -> None:
    panel, canvas = cells.analyse.cells, cells.analyse.stage.canvas
    assert panel.isVisible()
    assert not cells.analyse.strip.isVisible()
    assert f"Cells: {len(whole(cells))}," in panel.count.text()
    with_outlines = canvas.viewport().grab().toImage()
    key(cells, Qt.Key.Key_H)
    assert canvas.viewport().grab().toImage() != with_outlines
    key(cells, Qt.Key.Key_H)
    key(cells, Qt.Key.Key_F)
    assert not panel.isVisible()
    assert cells.analyse.strip.isVisible()


def test_what_is_chosen_in_the_image_is_chosen_in_the_gallery_and_back(cells: Desk) -> None:
    gallery, model = cells.analyse.cells.gallery, cells.model.cells
    first, second = whole(cells)[:2]
    click_cell(cells, first)
    assert gallery.list.ref(gallery.grid.currentIndex().row()).key == first
    row = gallery.list.row_of(CellRef(model.path, second))
    gallery.grid.scrollTo(gallery.list.index(row))
    cells.bot.mouseClick(gallery.grid.viewport(), LEFT, NONE, gallery.grid.visualRect(gallery.list.index(row)).center())
    assert [one.key for one in model.selected] == [second]
    assert f"Cell {second}" in cells.analyse.inspector.cell.title.text()
    click_cell(cells, first, CTRL)
    assert {one.key for one in model.selected} == {first, second}
    cells.bot.keyClick(gallery.grid, Qt.Key.Key_Home)
    assert gallery.list.ref(0) == model.selected[-1]


def test_groups_stand_in_icsh_order_and_the_surest_first(cells: Desk) -> None:
    gallery = cells.analyse.cells.gallery
    order = [one.id for one in cells.model.cells.looks.classes] + [UNIDENTIFIED]
    places = [order.index(group.class_id) for group in gallery.list.groups]
    assert places == sorted(places)
    for group in gallery.list.groups:
        rows = range(group.first, group.first + group.count)
        sure = [cells.model.cells.cell(gallery.list.ref(row)).certainty for row in rows]
        assert sure == sorted(sure, reverse=True)


def test_a_cell_of_another_image_is_shown_where_it_lies(cells: Desk) -> None:
    gallery, model = cells.analyse.cells.gallery, cells.model
    cells.window.commands.cells_everywhere.trigger()
    cells.until(lambda: not model.cells.run.running and len(model.cells.readings()) == 2)
    gallery.scope.findChildren(type(cells.analyse.cells.models.parent()))
    gallery.list.show(all_images=True)
    other = next(row for row in range(gallery.list.rowCount()) if gallery.list.ref(row).path != model.path)
    model.cells.choose(gallery.list.ref(other))
    assert model.path == gallery.list.ref(other).path
    assert model.cells.current is not None
    cells.until(lambda: model.picture is not None)
    key(cells, Qt.Key.Key_Z)
    assert cells.analyse.stage.canvas.centre.x() == pytest.approx(model.cells.current.cell.box.centre[0], abs=2)


def test_the_heatmap_explains_the_chosen_cell(cells: Desk) -> None:
    click_cell(cells, whole(cells)[0])
    key(cells, Qt.Key.Key_Space)
    cells.until(lambda: cells.model.heatmap.image is not None)
    cells.until(lambda: cells.analyse.stage.legend.isVisible())
    said = cells.model.cells.current.said.prediction.label
    assert cells.model.heatmap.label == said
    assert cells.model.cells.looks.look(said).display in cells.analyse.stage.legend.accessibleName()
    classes = cells.analyse.inspector.heatmap.classes
    assert {classes.itemData(at) for at in range(1, classes.count())} == set(cells.model.cells.card.class_ids)
    key(cells, Qt.Key.Key_F)
    assert cells.model.heatmap.finding is cells.model.finding  # that of the whole image again


def test_classes_are_hidden_and_shown(cells: Desk) -> None:
    panel = cells.analyse.cells
    cells.until(lambda: bool(panel.on_image.in_view))
    shown = panel.on_image.in_view[0]
    row = panel.gallery.legend.rows[shown]
    cells.until(lambda: "in view 0" not in row.accessibleName())
    cells.bot.mouseClick(row, LEFT)
    assert shown not in panel.on_image.in_view
    cells.bot.mouseClick(row, LEFT)
    assert shown in panel.on_image.in_view


def test_a_run_is_stopped(desk: Desk, fields: list[Path]) -> None:
    desk.start(*fields)
    desk.bench.go.clear()
    key(desk, Qt.Key.Key_F)
    desk.until(lambda: desk.analyse.cells.progress.isVisible())
    assert "Looking for cells" in desk.analyse.cells.progress.words.text()
    desk.window.commands.stop.trigger()
    assert not desk.model.cells.run.running
    desk.bench.go.set()


def test_an_image_that_cannot_be_read_is_told_in_place(desk: Desk, fields: list[Path], broken: Path) -> None:
    desk.start(broken, *fields)
    key(desk, Qt.Key.Key_F)
    desk.until(lambda: desk.model.cells.error is not None)
    assert desk.analyse.stage.trouble.isVisible()
    assert not desk.analyse.cells.gallery.none.isVisible()  # nothing is looked for any longer
    assert desk.model.cells.reading is None
    key(desk, Qt.Key.Key_Right)
    desk.until(lambda: desk.model.cells.reading is not None)


# -- naming


def test_a_key_names_the_chosen_cell_and_undo_takes_it_back(cells: Desk) -> None:
    model = cells.model.cells
    number = whole(cells)[0]
    click_cell(cells, number)
    before = model.current.class_id
    wanted = next(at for at, one in enumerate(model.keys, 1) if one.id != before)
    key(cells, Qt.Key(Qt.Key.Key_0 + wanted))
    assert model.current.label == model.keys[wanted - 1].id
    assert model.current.by_hand
    assert cells.analyse.inspector.cell.decision.text() == "Named by hand"
    key(cells, Qt.Key.Key_U)
    assert model.current.class_id == UNIDENTIFIED
    key(cells, Qt.Key.Key_Z, CTRL)
    key(cells, Qt.Key.Key_Z, CTRL)
    assert model.reading.cell(number).class_id == before
    assert not model.reading.changed
    key(cells, Qt.Key.Key_Y, CTRL)
    assert model.reading.cell(number).label == model.keys[wanted - 1].id
    key(cells, Qt.Key.Key_Backspace)
    assert model.reading.cell(number).class_id == before


def test_without_a_chosen_cell_the_keys_are_those_of_the_window(cells: Desk) -> None:
    key(cells, Qt.Key.Key_1)
    cells.until(lambda: not cells.analyse.stage.canvas.gliding)
    assert cells.analyse.stage.canvas.zoom * cells.analyse.stage.canvas.devicePixelRatioF() == pytest.approx(1.0)
    assert not cells.model.cells.reading.changed


def test_a_cell_is_dropped_on_a_class(cells: Desk) -> None:
    gallery, model = cells.analyse.cells.gallery, cells.model.cells
    click_cell(cells, whole(cells)[0])
    carried = QMimeData()
    carried.setData(CELLS, b"1")
    row = gallery.legend.rows["blast"]
    buttons = (Qt.DropAction.MoveAction, carried, LEFT, NONE)
    enter = QDragEnterEvent(row.rect().center(), *buttons)
    QApplication.sendEvent(row, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(row, QDropEvent(QPointF(row.rect().center()), *buttons))
    assert model.current.class_id == "blast"
    assert gallery.list.groups[0].class_id == "blast"


def test_the_menu_names_every_class(cells: Desk) -> None:
    click_cell(cells, whole(cells)[0])
    cells.analyse.cells.show_menu(QPoint(10, 10))
    menu = next(one for one in cells.analyse.cells.findChildren(QMenu) if one.isVisible())
    next(one for one in menu.actions() if one.text().startswith("Plasma cell")).trigger()
    menu.close()
    assert cells.model.cells.current.class_id == "plasma_cell"


def test_the_gallery_is_narrowed_down(cells: Desk) -> None:
    gallery, model = cells.analyse.cells.gallery, cells.model.cells
    click_cell(cells, whole(cells)[0])
    key(cells, Qt.Key.Key_U)
    gallery.narrowed.setFocus()
    gallery.narrowed.setCurrentIndex(gallery.narrowed.findData(Narrowed.BY_HAND.value))
    gallery.narrowed.activated.emit(gallery.narrowed.currentIndex())
    assert gallery.list.rowCount() == 1
    key(cells, Qt.Key.Key_Backspace)
    assert gallery.list.rowCount() == 0
    assert gallery.none.isVisible()
    assert not model.reading.changed


# -- mending outlines


def test_a_cell_is_outlined_moved_and_removed(cells: Desk) -> None:
    model = cells.model.cells
    before = len(model.reading.cells)
    key(cells, Qt.Key.Key_N)
    drag(cells, on_screen(cells, 200, 150), on_screen(cells, 230, 150))
    assert len(model.reading.cells) == before + 1
    drawn = model.current
    assert drawn.drawn
    assert drawn.cell.box.centre == pytest.approx((200, 150), abs=2)
    assert drawn.cell.box.width == pytest.approx(60, abs=4)
    settled(cells)
    assert model.current.said is not None
    key(cells, Qt.Key.Key_N)  # no longer outlining
    drag(cells, on_screen(cells, 200, 150), on_screen(cells, 220, 140))
    assert model.current.cell.box.centre == pytest.approx((220, 140), abs=3)
    settled(cells)
    key(cells, Qt.Key.Key_Delete)
    assert len(model.reading.cells) == before
    for _ in range(3):
        key(cells, Qt.Key.Key_Z, CTRL)
    assert not model.reading.changed


def test_outlines_are_merged_and_split(cells: Desk) -> None:
    model = cells.model.cells
    first, second = whole(cells)[:2]
    click_cell(cells, first)
    click_cell(cells, second, CTRL)
    before = len(model.reading.cells)
    key(cells, Qt.Key.Key_K)
    assert len(model.reading.cells) == before - 1
    assert set(model.reading.removed) == {first, second}
    settled(cells)
    model.choose(CellRef(model.path, model.reading.cells[-1].key))
    key(cells, Qt.Key.Key_X)
    assert len(model.reading.cells) == before
    settled(cells)
    key(cells, Qt.Key.Key_Z, CTRL)
    key(cells, Qt.Key.Key_Z, CTRL)
    assert sorted(whole(cells))[:2] == [first, second]


# -- counting


def test_the_differential_counts_says_what_it_cannot_and_is_saved(cells: Desk, tmp_path: Path) -> None:
    panel, model = cells.analyse.cells, cells.model.differential
    for number in whole(cells):
        click_cell(cells, number)
        cells.analyse.cells.gallery.name("lymphocyte" if number > 1 else "erythroblast")
    panel.show_page("differential")
    view = panel.differential
    assert view.blasts.isVisible()
    assert "blast count needs the reader" in view.blasts.accessibleName()
    count = len(whole(cells)) - 1
    assert f"{count} of 200 white cells" in view.total.text()
    lymphocytes = next(row for row in model.rows() if row.name == "Lymphocyte")
    assert (lymphocytes.count, lymphocytes.share) == (count, 1.0)
    assert next(row for row in model.rows() if row.name == "Erythroblast").per_100 == pytest.approx(100 / count)
    view.white.setFocus()
    cells.bot.keyClicks(view.white, "8")
    cells.bot.keyClick(view.white, Qt.Key.Key_Return)
    assert model.corrected == pytest.approx(8 * 100 / (100 + 100 / count))
    assert "without nucleated red cells" in view.words.text()
    model.aim(100)
    assert f"{100 - count} more to the target" in view.words.text()
    for button, name in ((view.save_table, "table.csv"), (view.save_cells, "cells.csv")):
        with cells.bot.waitSignal(model.saved, timeout=WAIT_MS):
            cells.bot.mouseClick(button, LEFT)
            dialog = next(one for one in cells.window.findChildren(QFileDialog) if one.isVisible())
            dialog.fileSelected.emit(str(tmp_path / name))
            dialog.reject()
    with (tmp_path / "table.csv").open() as stream:
        rows = {row["class"]: row for row in csv.DictReader(stream)}
    assert rows["lymphocyte"]["count"] == str(count)
    assert rows["lymphocyte"]["use"] == RESEARCH_USE
    with (tmp_path / "cells.csv").open() as stream:
        said = list(csv.DictReader(stream))
    assert {row["reader"] for row in said if row["kind"] == "cell"} == {"lymphocyte", "erythroblast"}
    assert all(row["area_px"] for row in said)


def test_named_blasts_are_counted_and_confirmed_by_hand(cells: Desk) -> None:
    click_cell(cells, whole(cells)[0])
    cells.analyse.cells.gallery.name("blast")
    cells.analyse.cells.show_page("differential")
    words = cells.analyse.cells.differential.words.text()
    assert "Blast: 1. Each is to be confirmed by hand." in words
    assert "more to settle it" in words


def test_counting_by_hand_rings_at_the_target_and_compares(cells: Desk) -> None:
    panel, model = cells.analyse.cells, cells.model.differential
    panel.segments.setFocus()
    panel.show_page("tally")
    view = panel.tally
    neutrophil = next(at for at, one in enumerate(cells.model.cells.keys, 1) if one.id == "neutrophil")
    model.aim(100)
    with cells.bot.waitSignal(model.rang, timeout=WAIT_MS):
        for _ in range(100):
            cells.bot.keyClick(view, Qt.Key(Qt.Key.Key_0 + neutrophil))
    cells.bot.mouseClick(view.buttons["lymphocyte"], LEFT)
    assert model.tally.white == 100  # nothing is counted beyond the target
    assert "target is reached" in view.said.text()
    cells.bot.keyClick(view, Qt.Key.Key_Backspace)
    cells.bot.mouseClick(view.buttons["lymphocyte"], LEFT)
    assert model.tally.counts() == {"neutrophil": 99, "lymphocyte": 1}
    panel.show_page("differential")
    assert not panel.differential.table.isColumnHidden(5)
    cells.bot.mouseClick(view.anew, LEFT)
    assert model.by_hand is None


# -- poor images, and the history


def test_a_poor_image_says_why_its_cells_do_not_count(desk: Desk, fields: list[Path], tmp_path: Path) -> None:
    poor = tmp_path / "field poor.png"
    with Image.open(fields[0]) as image:
        image.filter(ImageFilter.GaussianBlur(6)).save(poor)
    desk.start(poor)
    key(desk, Qt.Key.Key_F)
    gate = desk.analyse.cells.gate
    desk.until(lambda: gate.isVisible())
    assert any("Cells not counted: Out of focus" in chip.text() for chip in gate.chips)
    assert sum(desk.model.cells.counted(all_images=False).classes.values()) == 0
    desk.bot.mouseClick(gate.example, LEFT)
    dialog = next(one for one in desk.window.findChildren(ExampleDialog) if one.isVisible())
    desk.until(lambda: not dialog.picture.pixmap().isNull())
    dialog.accept()
    desk.window.commands.hide_overlays.trigger()
    assert not gate.isVisible()


def test_cells_and_names_are_kept_in_the_history(cells: Desk) -> None:
    cells.until(lambda: cells.session.casebook.user is not None)
    click_cell(cells, whole(cells)[0])
    cells.analyse.cells.gallery.name("plasma_cell")
    key(cells, Qt.Key.Key_S, CTRL)
    banner = cells.analyse.banner
    cells.until(lambda: "Kept:" in banner.accessibleName())
    assert "1 names by hand" in banner.accessibleName()
    found: list[list[str]] = []
    cells.session.casebook.read(
        lambda history: [one.human_label for one in history.reviews.answers(None) if one.cell], found.append
    )
    cells.until(lambda: bool(found))
    assert sorted(found[0])[-1] == "plasma_cell"
    assert len(found[0]) == sum(one.said is not None for one in cells.model.cells.reading.cells)
    key(cells, Qt.Key.Key_S, CTRL)
    cells.until(lambda: "Nothing new" in banner.accessibleName())


def test_what_a_case_keeps_of_its_cells_is_there_when_it_is_opened_again(cells: Desk, fields: list[Path]) -> None:
    cells.until(lambda: cells.session.casebook.user is not None)
    cases: list[Case] = []
    user = cells.session.casebook.user.id
    details = CaseDetails(accession="24-0117")
    cells.session.casebook.write(lambda history: history.cases.open(user, details), cases.append)
    cells.until(lambda: bool(cases))
    cells.model.put_into(cases[0])
    first, second, *_ = whole(cells)
    click_cell(cells, first)
    cells.analyse.cells.gallery.name("plasma_cell")
    click_cell(cells, second)
    key(cells, Qt.Key.Key_Delete)
    cells.model.cells.add(((5.0, 5.0), (45.0, 5.0), (45.0, 45.0), (5.0, 45.0)))
    settled(cells)
    drawn = cells.model.cells.reading.cells[-1].key
    cells.analyse.cells.gallery.name("monocyte")
    key(cells, Qt.Key.Key_S, CTRL)
    cells.until(lambda: "Kept:" in cells.analyse.banner.accessibleName())

    cells.model.open([fields[1]])
    cells.until(lambda: cells.model.path == fields[1])
    cells.model.open([fields[0]])
    cells.until(lambda: cells.model.path == fields[0])
    cells.model.put_into(cases[0])
    cells.until(lambda: cells.model.cells.reading is not None and cells.model.cells.reading.changed)
    reading = cells.model.cells.reading
    assert (reading.cell(first).label, reading.cell(drawn).label, reading.cell(second)) == (
        "plasma_cell",
        "monocyte",
        None,
    )
    settled(cells)
    key(cells, Qt.Key.Key_S, CTRL)
    cells.until(lambda: "Nothing new" in cells.analyse.banner.accessibleName())


def test_looking_again_keeps_what_a_person_changed(cells: Desk) -> None:
    first = whole(cells)[0]
    click_cell(cells, first)
    cells.analyse.cells.gallery.name("plasma_cell")
    cells.model.cells.find_anew()  # as for another model, or another scale
    assert cells.model.cells.reading is None
    cells.until(lambda: cells.model.cells.reading is not None)
    assert cells.model.cells.reading.cell(first).label == "plasma_cell"
