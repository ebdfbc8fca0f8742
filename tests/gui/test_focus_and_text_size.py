"""Whoever works by keyboard sees where the focus is; whoever needs large text gets it, and nothing is cut off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QGraphicsView,
    QSlider,
)
from test_house_rules import clipped, shown
from window_desk import Desk

from leukdesk.app.theme.tokens import THEMES
from leukdesk.settings import Settings, load

FOCUSABLE = (QAbstractButton, QComboBox, QSlider, QAbstractItemView, QGraphicsView)


def holds(picture: QImage, colour: str) -> int:
    wanted = QColor(colour).rgb()
    return sum(picture.pixel(x, y) == wanted for x in range(picture.width()) for y in range(picture.height()))


@pytest.mark.parametrize("theme", THEMES)
def test_the_focus_can_be_seen_wherever_it_is(
    desk_with: Callable[[Settings], Desk], smears: list[Path], theme: str
) -> None:
    desk = desk_with(Settings(theme=theme))  # type: ignore[arg-type]  # one of `settings.THEMES`
    desk.start(*smears)
    desk.window.activateWindow()
    desk.until(desk.window.isActiveWindow)
    controls = [one for one in shown(desk.window) if isinstance(one, FOCUSABLE) and one.isEnabled()]
    unseen = []
    for one in controls:
        if not one.focusPolicy() & Qt.FocusPolicy.TabFocus:
            continue
        desk.window.rail.setFocus()
        before = one.grab().toImage()
        one.setFocus(Qt.FocusReason.TabFocusReason)
        after = one.grab().toImage()
        if holds(after, THEMES[theme].focus) <= holds(before, THEMES[theme].focus):
            unseen.append(one.accessibleName() or type(one).__name__)
    assert len(controls) > 10
    assert unseen == []


@pytest.mark.parametrize("size", [(960, 600), (1280, 800)])
def test_text_of_twice_the_size_is_not_clipped(
    desk_with: Callable[[Settings], Desk], smear_folder: Path, size: tuple[int, int]
) -> None:
    desk = desk_with(Settings(theme="light", text_size=200))
    desk.start()
    desk.window.resize(*size)
    QApplication.processEvents()
    assert list(clipped(shown(desk.window))) == []
    desk.window.open_paths([smear_folder])
    desk.finish()
    desk.model.show_truth(True)
    for place in range(desk.window.places.count()):
        desk.window.go_to(place)
        QApplication.processEvents()
        assert list(clipped(shown(desk.window))) == []
    assert (desk.window.width(), desk.window.height()) == size


def test_text_grows_and_shrinks_by_key_and_is_kept(desk: Desk, user_folder: Path) -> None:
    desk.start()
    height = desk.window.status.research.sizeHint().height()
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    for _ in range(6):  # one more than there are steps
        desk.bot.keyClick(desk.window, Qt.Key.Key_Plus, keys)
    assert desk.session.theme.text_size == 200
    assert desk.window.status.research.sizeHint().height() > 1.5 * height
    desk.until(lambda: load(user_folder / "config" / "settings.json").text_size == 200)
    desk.bot.keyClick(desk.window, Qt.Key.Key_Minus, keys)
    assert desk.session.theme.text_size == 175
    desk.window.commands.text_as_designed.trigger()
    assert desk.window.status.research.sizeHint().height() == height
    desk.until(lambda: load(user_folder / "config" / "settings.json").text_size == 100)
