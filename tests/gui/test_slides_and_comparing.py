"""A technician looks at a slide and has a field of it analysed; compares; measures; saves what is in view."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tifffile
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from window_desk import Desk
from window_fixtures import SLIDE_SIDE, WAIT_MS

from leukdesk.app.viewmodels.comparison import Compared
from leukdesk.app.viewmodels.tiles import CACHE_BYTES
from leukdesk.app.views.widgets.measure import length_words
from leukdesk.domain.vocabulary import RESEARCH_USE

LEFT, NONE, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def opened(desk: Desk, slide: Path) -> Iterator[Desk]:
    """A desk with the slide in it, every tile there."""
    desk.bench.limit_px = 4_000_000  # as that of the desk's pictures
    desk.start(slide)
    desk.until(lambda: desk.model.picture is not None)
    settle(desk)
    return desk


def settle(desk: Desk) -> None:
    """Wait until zooming is over and all tiles are here."""
    canvas, tiles = desk.analyse.stage.canvas, desk.model.shown.tiles
    desk.until(lambda: not canvas.gliding and not tiles.waiting)
    QApplication.processEvents()
    desk.until(lambda: not tiles.waiting)


def key(desk: Desk, pressed: Qt.Key, how: Qt.KeyboardModifier = NONE) -> None:
    """Press a key with the focus on the image, as after a click there."""
    desk.analyse.stage.canvas.setFocus()
    desk.bot.keyClick(desk.analyse.stage.canvas, pressed, how)


def drag(desk: Desk, start: QPoint, end: QPoint) -> None:
    port = desk.analyse.stage.canvas.viewport()
    desk.bot.mousePress(port, LEFT, pos=start)
    desk.bot.mouseMove(port, end)
    desk.bot.mouseRelease(port, LEFT, pos=end)


def wheel(desk: Desk, at: QPoint, notches: int) -> None:
    canvas = desk.analyse.stage.canvas
    event = QWheelEvent(
        QPointF(at), QPointF(canvas.mapToGlobal(at)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas.viewport(), event)


# -- slides


def test_a_slide_is_shown_and_its_fields_are_analysed(opened: Desk) -> None:
    desk, inspector, canvas = opened, opened.analyse.inspector, opened.analyse.stage.canvas
    assert inspector.field.isVisible()
    assert "not classified as one image" in inspector.field.words.text()
    assert desk.model.finding is None
    assert desk.model.images.counts() == (1, 0)  # done, and no failure
    key(desk, Qt.Key.Key_1)
    settle(desk)
    desk.bot.mouseClick(inspector.field.button, LEFT)
    desk.until(lambda: desk.model.finding is not None)
    finding, seen = desk.model.finding, canvas.seen.toAlignedRect()
    assert finding is not None
    assert finding.source.region == (seen.x(), seen.y(), seen.width(), seen.height())
    assert (finding.source.width, finding.source.height) == (seen.width(), seen.height())
    assert str(seen.width()) in inspector.field.place.text()
    key(desk, Qt.Key.Key_Space)
    desk.until(lambda: desk.analyse.stage.legend.isVisible())


def test_a_field_above_the_limit_is_refused_with_the_reason(opened: Desk) -> None:
    desk = opened
    key(desk, Qt.Key.Key_A)  # the whole slide is in view
    desk.until(lambda: desk.analyse.banner.isVisible())
    assert "megapixels" in desk.analyse.banner.accessibleName()
    assert "Zoom in further" in desk.analyse.banner.accessibleName()
    assert desk.analyse.inspector.field.button.isEnabled()


def test_what_is_on_screen_is_what_is_in_the_file(opened: Desk, slide: Path) -> None:
    desk, canvas = opened, opened.analyse.stage.canvas
    canvas.look_at(QPointF(1_100, 900), 1.0)
    settle(desk)
    shot = canvas.viewport().grab().toImage()
    pixels = tifffile.imread(slide)
    for spot in (QPoint(40, 200), QPoint(222, 111), QPoint(300, 222)):
        at = canvas.viewportTransform().inverted()[0].map(QPointF(spot) + QPointF(0.5, 0.5))
        assert shot.pixelColor(spot).getRgb()[:3] == tuple(pixels[int(at.y()), int(at.x())])
        desk.bot.mouseMove(canvas.viewport(), spot)
        words = desk.analyse.stage.pane.readout.text()
        red, green, blue = pixels[int(at.y()), int(at.x())]
        assert words == f"x {int(at.x())}  y {int(at.y())}  ·  R {red} G {green} B {blue}"


def test_zooming_with_wheel_and_keys_keeps_tiles_within_their_limit(opened: Desk) -> None:
    desk, tiles = opened, opened.model.shown.tiles
    for notches in (8, 8, -5, 6, -20):
        wheel(desk, QPoint(300, 150), notches)
        settle(desk)
        assert tiles.held_bytes <= CACHE_BYTES
    before = desk.analyse.stage.canvas.zoom
    key(desk, Qt.Key.Key_Plus)
    settle(desk)
    assert desk.analyse.stage.canvas.zoom > before


def test_the_overview_shows_where_one_is_and_leads_elsewhere(opened: Desk) -> None:
    desk, canvas, overview = opened, opened.analyse.stage.canvas, opened.analyse.stage.pane.overview
    assert not overview.isVisible()  # all is in view
    key(desk, Qt.Key.Key_1)
    settle(desk)
    assert overview.isVisible()
    desk.bot.mouseClick(overview, LEFT, pos=QPoint(overview.width() // 4, overview.height() // 2))
    assert canvas.centre.x() == pytest.approx(SLIDE_SIDE / 4, abs=40)
    left = canvas.centre.x()
    key(desk, Qt.Key.Key_Right, SHIFT)
    assert canvas.centre.x() == pytest.approx(left + canvas.viewport().width() / 4, abs=2)


def test_a_slide_that_breaks_off_is_told_in_a_banner(desk: Desk, slide: Path, tmp_path: Path) -> None:
    data = bytearray(slide.read_bytes())
    with tifffile.TiffFile(slide) as file:
        page = file.pages[0]
        for start, size in zip(page.dataoffsets, page.databytecounts, strict=True):
            data[start : start + size] = bytes(size)
    path = tmp_path / "broken.tif"
    path.write_bytes(data)
    desk.bench.limit_px = 4_000_000
    desk.start(path)
    desk.until(lambda: desk.model.picture is not None)
    key(desk, Qt.Key.Key_1)
    desk.until(lambda: desk.analyse.banner.isVisible())
    assert "damaged" in desk.analyse.banner.accessibleName()
    settle(desk)


# -- ruler, brightness, threshold


def test_the_ruler_measures_in_the_files_own_scale(opened: Desk) -> None:
    desk, canvas = opened, opened.analyse.stage.canvas
    key(desk, Qt.Key.Key_R)
    canvas.look_at(QPointF(1_500, 1_500), 1.0)
    drag(desk, QPoint(100, 100), QPoint(200, 100))
    assert canvas.ruler_words == "22.91 µm"  # 100 px of 0.2291 µm
    assert canvas.centre.x() == pytest.approx(1_500, abs=1)  # dragging did not move the image
    key(desk, Qt.Key.Key_R)
    assert canvas.ruler_words == ""
    assert length_words(12.5, None) == "12.5 px"


@pytest.mark.parametrize("large", [True, False])
def test_brightness_changes_the_screen_and_nothing_else(
    desk: Desk, slide: Path, smears: list[Path], tmp_path: Path, large: bool
) -> None:
    desk.bench.limit_px = 4_000_000
    desk.start(slide if large else smears[0])
    desk.until(lambda: desk.model.picture is not None)
    settle(desk)
    stage, spot = desk.analyse.stage, QPoint(330, 150)
    colour = lambda: stage.canvas.viewport().grab().toImage().pixelColor(spot)  # noqa: E731
    as_it_is, section = colour(), desk.analyse.inspector.view
    section.brightness.setFocus()
    for _ in range(4):
        desk.bot.keyClick(section.brightness, Qt.Key.Key_PageDown)
    desk.until(lambda: colour().lightness() < as_it_is.lightness() - 20)
    assert stage.pane.adjusted.isVisible()
    assert stage.pane.snapshot()[0].pixelColor(spot) == as_it_is
    assert stage.canvas.pixel(stage.canvas.centre) == stage.canvas.pixel(stage.canvas.centre)
    desk.bot.mouseClick(section.reset, LEFT)
    desk.until(lambda: colour() == as_it_is)
    assert not stage.pane.adjusted.isVisible()


def test_the_threshold_clears_what_is_weak(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    key(desk, Qt.Key.Key_Space)
    desk.until(lambda: desk.model.heatmap.image is not None)
    clear = lambda: sum(  # noqa: E731
        desk.model.heatmap.image.pixelColor(x, y).alpha() == 0 for x in range(0, 160, 8) for y in range(0, 120, 8)
    )
    before, slider = clear(), desk.analyse.inspector.heatmap.threshold
    slider.setFocus()
    for _ in range(6):
        desk.bot.keyClick(slider, Qt.Key.Key_PageUp)
    desk.until(lambda: clear() > before)
    assert desk.model.heatmap.threshold == pytest.approx(0.6)


# -- comparing


def test_image_and_heatmap_stand_side_by_side_and_look_at_the_same_place(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    key(desk, Qt.Key.Key_C)
    comparing = desk.analyse.stage.comparing
    desk.until(lambda: comparing.second.legend.isVisible())
    first, second = comparing.first.canvas, comparing.second.canvas
    assert not comparing.first.legend.isVisible()
    assert first.geometry().width() == pytest.approx(second.geometry().width(), abs=2)
    wheel(desk, QPoint(100, 80), 4)
    settle(desk)
    assert second.zoom == pytest.approx(first.zoom)
    assert second.centre.x() == pytest.approx(first.centre.x(), abs=2 / first.zoom)
    desk.bot.mousePress(second.viewport(), LEFT, pos=QPoint(80, 80))
    desk.bot.mouseMove(second.viewport(), QPoint(110, 95))
    desk.bot.mouseRelease(second.viewport(), LEFT, pos=QPoint(110, 95))
    assert second.centre.y() == pytest.approx(first.centre.y(), abs=2 / first.zoom)
    key(desk, Qt.Key.Key_C, SHIFT)
    assert not comparing.second.isVisible()
    assert not desk.model.comparison.on


def test_blinking_shows_both_in_turn_at_one_place(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    key(desk, Qt.Key.Key_C)
    key(desk, Qt.Key.Key_B)
    comparing = desk.analyse.stage.comparing
    assert comparing.first.geometry() == comparing.second.geometry() == comparing.rect()
    above = comparing.children()[-1]
    desk.until(lambda: comparing.children()[-1] is not above)
    key(desk, Qt.Key.Key_B)
    key(desk, Qt.Key.Key_C, SHIFT)
    assert comparing.children()[-1] is comparing.first


def test_two_models_say_what_each_of_them_says(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    key(desk, Qt.Key.Key_M)
    comparing, comparison = desk.analyse.stage.comparing, desk.model.comparison
    desk.until(lambda: comparison.finding is not None)
    assert comparison.finding is not None
    assert comparison.finding.bundle.name == "fake-other"
    assert "fake-stage 1.0" in comparing.first.caption.text()
    comparing.models.setFocus()
    desk.bot.keyClick(comparing.models, Qt.Key.Key_Down)
    desk.until(lambda: comparison.finding is not None and comparison.finding.bundle.name == "phantom-demo")
    desk.bot.keyClick(desk.analyse.stage.canvas, Qt.Key.Key_Right)
    desk.until(lambda: comparison.finding is not None and comparison.finding.source.path == smears[1])


def test_another_image_stays_beside_the_ones_that_are_selected(desk: Desk, smears: list[Path]) -> None:
    desk.start(*smears)
    key(desk, Qt.Key.Key_I)
    key(desk, Qt.Key.Key_Right)
    desk.finish()
    comparing = desk.analyse.stage.comparing
    desk.until(lambda: comparing.first.caption.text() == smears[1].name)
    assert comparing.second.caption.text() == smears[0].name
    assert desk.model.comparison.mode is Compared.IMAGES


# -- keeping a view


def test_a_view_is_saved_with_what_has_to_be_said(opened: Desk, tmp_path: Path) -> None:
    desk, path = opened, tmp_path / "view.png"
    key(desk, Qt.Key.Key_1)
    settle(desk)
    key(desk, Qt.Key.Key_A)
    desk.until(lambda: desk.model.finding is not None)
    with desk.bot.waitSignal(desk.model.view_kept, timeout=WAIT_MS):
        key(desk, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        dialog = desk.window.findChildren(QFileDialog)[0]
        dialog.fileSelected.emit(str(path))
        dialog.reject()
    port = desk.analyse.stage.canvas.viewport()
    with Image.open(path) as kept:
        assert kept.info["leukdesk-synthetic"] == "1"
        assert kept.width == port.width()
        assert kept.height > port.height()
        assert RESEARCH_USE in kept.info["Description"]
        assert "fake-stage 1.0" in kept.info["Description"]


def test_a_view_that_cannot_be_saved_is_told(opened: Desk, tmp_path: Path) -> None:
    opened.analyse.stage.export_view(tmp_path / "nowhere" / "view.png")
    opened.until(lambda: opened.analyse.banner.isVisible())
    assert "folder does not exist" in opened.analyse.banner.accessibleName()
