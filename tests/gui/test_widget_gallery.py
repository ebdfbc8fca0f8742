"""The page of all widgets: every state is there, fits at every size of text, and can be used by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QScrollArea, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from leukdesk import paths
from leukdesk.app.theme.theme import Theme
from leukdesk.app.theme.tokens import TEXT_SIZES, THEMES
from leukdesk.app.views.widget_gallery import WidgetGallery
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import ElidedLabel
from leukdesk.app.views.widgets.search_field import SearchField
from leukdesk.app.views.widgets.segments import Segments


@pytest.fixture(scope="module")
def gallery(qapp: QApplication) -> Iterator[WidgetGallery]:
    theme = Theme(qapp, paths.resources() / "icons")
    theme.moving = False
    made = WidgetGallery(theme)
    theme.use("light")
    made.show()
    yield made
    made.close()
    made.deleteLater()


def too_small(widgets: list[QWidget]) -> Iterator[str]:
    for one in widgets:
        if one.isVisible() and isinstance(one, QLabel | QPushButton | QToolButton) and one.text():
            need, wraps = one.sizeHint(), isinstance(one, QLabel) and one.wordWrap()
            wide = one.width() if wraps or isinstance(one, ElidedLabel) else need.width()
            tall = one.heightForWidth(one.width()) if wraps else need.height()
            if wide > one.width() or tall > one.height():
                yield one.text()


@pytest.mark.parametrize("size", TEXT_SIZES[::-1])
def test_nothing_is_clipped_at_any_size_of_text(gallery: WidgetGallery, size: int) -> None:
    gallery.theme.use("light", size)
    QApplication.processEvents()
    assert list(too_small(gallery.findChildren(QWidget))) == []
    area = gallery.findChildren(QScrollArea)[0]
    assert area.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize("mode", THEMES)
def test_every_section_is_drawn_in_the_colours_of_the_theme(gallery: WidgetGallery, mode: str) -> None:
    gallery.theme.use(mode)
    picture = gallery.grab().toImage()
    assert picture.pixelColor(5, 5).name().upper() == THEMES[mode].surface
    for section in gallery.sections.values():
        drawn = section.grab().toImage()
        colours = {
            drawn.pixelColor(x, y).rgb() for x in range(0, drawn.width(), 3) for y in range(0, drawn.height(), 3)
        }
        assert len(colours) > 1


def test_segments_are_chosen_with_the_arrow_keys(gallery: WidgetGallery, qtbot: QtBot) -> None:
    segments = gallery.sections["Choices"].findChildren(Segments)[0]
    told: list[str] = []
    segments.chosen.connect(told.append)
    first = segments.findChildren(QToolButton)[0]
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Right)
    qtbot.keyClick(segments, Qt.Key.Key_Right)
    qtbot.keyClick(segments, Qt.Key.Key_Right)
    assert told == ["list", "grid", "strip"]
    assert segments.current() == "strip"


def test_a_search_is_typed_filtered_and_taken_back(gallery: WidgetGallery, qtbot: QtBot) -> None:
    search = gallery.sections["Choices"].findChildren(SearchField)[0]
    told: list[tuple[str, frozenset[str]]] = []
    search.changed.connect(lambda: told.append((search.text(), search.filters())))
    qtbot.keyClicks(search.field, "ab ")
    failed = next(one for one in search.findChildren(QPushButton) if one.text() == "Failed 3")
    qtbot.mouseClick(failed, Qt.MouseButton.LeftButton)
    assert told[-1] == ("ab", {"blasts", "failed"})
    qtbot.keyClick(search.field, Qt.Key.Key_Escape)
    search.clear()
    assert told[-1] == ("", frozenset())


def test_the_details_of_an_error_are_copied(gallery: WidgetGallery, qtbot: QtBot) -> None:
    shown = gallery.sections["Inline error"]
    assert isinstance(shown, InlineError)
    qtbot.mouseClick(shown.copy, Qt.MouseButton.LeftButton)
    assert "field 003.jpg" in QApplication.clipboard().text()
    shown.tell(None)
    assert not shown.isVisible()
