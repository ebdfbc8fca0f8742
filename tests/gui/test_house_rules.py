"""What holds for every widget: names for readers, keys in tooltips, text that fits, cheap lists, both directions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QSlider, QWidget
from window_desk import Desk

from leukdesk.app.viewmodels.image_list import ImageList
from leukdesk.app.views.widgets.labels import ElidedLabel

CONTROLS = (QAbstractButton, QComboBox, QSlider)


def shown(window: QWidget) -> list[QWidget]:
    return [one for one in window.findChildren(QWidget) if one.isVisible()]


def controls_of(window: QWidget) -> list[QWidget]:
    """What a person can use, but for the parts that Qt itself puts into a control (a line's own buttons)."""
    own = (one for one in shown(window) if isinstance(one, CONTROLS) and "qt_" not in one.objectName())
    return [one for one in own if not isinstance(one.parentWidget(), QLineEdit)]


def clipped(widgets: list[QWidget]) -> Iterator[str]:
    for one in widgets:
        if isinstance(one, QLabel) and not isinstance(one, ElidedLabel) and one.text():
            need = one.heightForWidth(one.width()) if one.wordWrap() else one.sizeHint().height()
            wide = one.width() if one.wordWrap() else one.sizeHint().width()
            if need > one.height() or wide > one.width():
                yield one.text()


def test_every_control_has_a_name(desk: Desk, smear_folder: Path) -> None:
    desk.start(smear_folder)
    for place in (0, 1):
        desk.window.go_to(place)
        controls = controls_of(desk.window)
        assert len(controls) > 3
        assert [one for one in controls if not (one.accessibleName() or getattr(one, "text", str)())] == []


def test_every_control_can_be_reached_with_the_tab_key(desk: Desk, smear_folder: Path) -> None:
    desk.start(smear_folder)
    controls = controls_of(desk.window)
    assert [one.accessibleName() for one in controls if not one.focusPolicy() & Qt.FocusPolicy.TabFocus] == []


def test_tooltips_name_the_key(desk: Desk) -> None:
    for action in desk.window.commands.all():
        if action.shortcuts():
            assert action.shortcuts()[0].toString() in action.toolTip()


def test_no_key_is_given_twice(desk: Desk) -> None:
    keys = [key.toString() for action in desk.window.commands.all() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("size", [(960, 600), (1280, 800), (2560, 1440)])
def test_no_text_is_clipped(desk: Desk, smear_folder: Path, broken: Path, size: tuple[int, int]) -> None:
    desk.start()
    desk.window.resize(*size)
    QApplication.processEvents()
    assert list(clipped(shown(desk.window))) == []
    desk.window.open_paths([smear_folder])
    desk.finish()
    desk.model.show_truth(True)
    QApplication.processEvents()
    assert list(clipped(shown(desk.window))) == []


def test_words_for_research_only_stay_whatever_is_open(desk: Desk, smear_folder: Path) -> None:
    desk.start(smear_folder)
    for place in (0, 1):
        desk.window.go_to(place)
        assert desk.window.status.research.isVisible()
        assert desk.window.status.research.width() >= desk.window.status.research.sizeHint().width()


def test_the_window_can_be_read_from_right_to_left(desk: Desk, smear_folder: Path) -> None:
    QApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        desk.start(smear_folder)
        assert desk.window.rail.x() > desk.analyse.inspector.x()
        assert list(clipped(shown(desk.window))) == []
        assert not desk.window.grab().isNull()
    finally:
        QApplication.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)


def test_a_list_of_ten_thousand_paints_what_is_visible(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.start()
    images, asked = desk.model.images, set[int]()
    face = ImageList.face
    monkeypatch.setattr(ImageList, "face", lambda self, place: asked.add(place) or face(self, place))
    images.fill([Path(f"{number:05d}.png") for number in range(10_000)])
    desk.model.opened.emit()
    desk.until(lambda: bool(asked))
    view = desk.analyse.strip.view
    view.horizontalScrollBar().setValue(view.horizontalScrollBar().maximum())
    desk.until(lambda: 9_999 in asked)
    assert len(asked) < 60


def test_the_first_paint_is_told_once(desk: Desk) -> None:
    told: list[int] = []
    desk.window.painted.connect(lambda: told.append(1))
    desk.start()
    desk.window.paintEvent(QPaintEvent(desk.window.rect()))
    assert told == [1]
