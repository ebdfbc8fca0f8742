"""A technician goes over a slide: the cells of what is in view are found, again elsewhere, none of them twice; kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import sleep

import pytest
from PySide6.QtCore import QPointF, Qt
from window_desk import Desk

from leukdesk.analysis import slide_cells
from leukdesk.domain.case import Case, CaseDetails
from leukdesk.domain.recorded import WHOLE_IMAGE
from leukdesk.imaging import file_bytes, slide_part, slides

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(desk: Desk, slide: Path) -> Desk:
    desk.bench.limit_px = 4_000_000  # as that of the desk's pictures
    desk.start(slide)
    desk.until(lambda: desk.model.picture is not None)
    return desk


def look(desk: Desk, x: float, y: float) -> None:
    """Go to a place of the slide, with a few cells in view."""
    canvas = desk.analyse.stage.canvas
    canvas.look_at(QPointF(x, y), 0.6)
    desk.until(lambda: not canvas.gliding)


def press(desk: Desk, key: Qt.Key) -> None:
    desk.analyse.stage.canvas.setFocus()
    desk.bot.keyClick(desk.analyse.stage.canvas, key)


def find(desk: Desk) -> int:
    """Find the cells in view; how many are known then."""
    before = len(desk.model.cells.reading.views) if desk.model.cells.reading else 0
    press(desk, Qt.Key.Key_V)
    desk.until(lambda: desk.model.cells.reading is not None and len(desk.model.cells.reading.views) > before)
    desk.until(lambda: not desk.model.cells.run.running)
    return len(desk.model.cells.reading.cells)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slide's hash takes long the first time, until it is given up."""
    read, times = file_bytes.sha256_of, []

    def hashed(path: Path, told: Callable[[int, int], None]) -> str:
        times.append(path)
        for _ in range(1_000 if len(times) == 1 else 0):
            told(900_000_000, 3_000_000_000)
            sleep(0.01)
        return read(path, told)

    for room in (slide_cells, slides):
        monkeypatch.setattr(room, "sha256_of", hashed)


@pytest.mark.usefixtures("slowly")
def test_a_slide_is_read_whole_once_and_that_can_be_watched_and_stopped(opened: Desk) -> None:
    desk, panel = opened, opened.analyse.cells
    look(desk, 700, 600)
    press(desk, Qt.Key.Key_V)
    desk.until(lambda: "Reading the slide once: 900 of 3" in panel.progress.words.text())
    desk.until(lambda: "left" in panel.progress.words.text())
    press(desk, Qt.Key.Key_Escape)
    desk.until(lambda: not desk.model.cells.run.running)
    assert not panel.progress.isVisible()
    assert find(desk) > 2


@pytest.mark.usefixtures("slowly")
def test_the_analysis_of_a_field_can_be_watched_and_stopped_too(opened: Desk) -> None:
    desk, section = opened, opened.analyse.inspector.field
    look(desk, 700, 600)
    desk.until(section.button.isEnabled)
    desk.bot.mouseClick(section.button, LEFT)
    desk.until(lambda: "Reading the slide once: 900 of 3" in section.place.text())
    assert section.button.text() == "Stop"
    desk.bot.mouseClick(section.button, LEFT)
    assert not section.place.isVisible()
    desk.bot.mouseClick(section.button, LEFT)
    desk.until(lambda: desk.model.finding is not None)


def test_cells_add_up_from_view_to_view_and_none_counts_twice(opened: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, cells = opened, opened.model.cells
    with monkeypatch.context() as less:
        less.setattr(slide_part, "MOST_PX", 1_000_000)
        desk.bot.mouseClick(desk.analyse.inspector.field.cells, LEFT)
        desk.until(lambda: desk.analyse.banner.isVisible())
    assert "too much to look for cells in" in desk.analyse.banner.accessibleName()
    assert "Zoom in first" in desk.analyse.banner.accessibleName()
    assert "press V" in desk.analyse.cells.gallery.none.text()
    look(desk, 700, 600)
    first = find(desk)
    assert first > 2
    assert desk.analyse.cells.isVisible()
    assert desk.analyse.cells.gallery.list.rowCount() == first
    outlined = {one.key: one.cell.box for one in cells.reading.cells}
    assert find(desk) == first, "the same view again brings nothing new"
    look(desk, 1_000, 800)
    second = find(desk)
    assert second > first
    assert {one.key: one.cell.box for one in cells.reading.cells if one.key <= first} == outlined
    boxes = [one.cell.box for one in cells.reading.cells]
    assert all(one.overlap(other) < 0.5 for at, one in enumerate(boxes) for other in boxes[:at])
    counted = cells.counted(all_images=False)
    assert sum(counted.classes.values()) + counted.unidentified == second
    look(desk, 2_000, 2_000)
    assert len(cells.reading.cells) == second, "moving on takes nothing away"
    ref = desk.analyse.cells.gallery.list.ref(0)
    desk.until(lambda: cells.pictures.of(ref, cells.cell(ref).cell) is not None)
    cells.choose(ref)
    assert cells.finding() is not None


def test_a_name_an_outline_and_undo_hold_while_views_are_added(opened: Desk) -> None:
    desk, cells = opened, opened.model.cells
    look(desk, 700, 600)
    find(desk)
    ref = desk.analyse.cells.gallery.list.ref(0)
    cells.name("monocyte", [ref])
    x, y = cells.cell(ref).cell.box.centre
    cells.add(tuple((x + 150 + a, y + b) for a, b in ((0, 0), (40, 0), (40, 40), (0, 40))))
    drawn = cells.reading.cells[-1].key
    desk.until(lambda: cells.reading.cell(drawn).said is not None)
    look(desk, 1_000, 900)
    count = find(desk)
    assert cells.cell(ref).label == "monocyte"
    assert cells.reading.cell(drawn).drawn
    cells.undo()
    assert len(cells.reading.cells) == count - 1
    cells.undo()
    assert cells.cell(ref).label == ""


def test_cells_of_a_slide_are_kept_with_the_case_and_known_again(opened: Desk) -> None:
    desk, cells = opened, opened.model.cells
    desk.until(lambda: desk.casebook.user is not None)
    cases: list[Case] = []
    user = desk.casebook.user.id
    desk.casebook.write(lambda history: history.cases.open(user, CaseDetails("24-0117", "P-7")), cases.append)
    desk.until(lambda: bool(cases))
    desk.model.put_into(cases[0])
    look(desk, 700, 600)
    count = find(desk)
    cells.name("monocyte", [desk.analyse.cells.gallery.list.ref(0)])
    named = next(one.key for one in cells.reading.cells if one.label)
    box = cells.reading.cell(named).cell.box
    desk.window.commands.keep_cells.trigger()
    desk.until(lambda: f"{count} cells" in desk.analyse.banner.accessibleName())
    cells.find_anew()
    desk.until(lambda: cells.reading is not None and not cells.run.running)
    cells.forget()
    look(desk, 1_000, 800)
    more = find(desk)
    desk.until(lambda: cells.reading.cell(named) is not None and cells.reading.cell(named).label == "monocyte")
    assert cells.reading.cell(named).cell.box.overlap(box) > 0.5
    desk.window.commands.keep_cells.trigger()
    answers: list[list[object]] = []
    desk.until(
        lambda: "Kept" in desk.analyse.banner.accessibleName() or "Nothing" in desk.analyse.banner.accessibleName()
    )
    desk.until(lambda: not desk.session.cell_keeper._busy)
    desk.casebook.read(lambda history: history.reviews.answers(cases[0].id), answers.append)
    desk.until(lambda: bool(answers))
    kept = [one for one in answers[0] if one.cell != WHOLE_IMAGE]
    assert len(kept) >= max(count, more)
    places = {one.cell for one in kept}
    assert len(places) == len(kept)
