"""Every command can be found and called by key; keys can be changed, are kept, and are never in conflict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QToolButton
from window_desk import Desk
from window_walk import shown_dialog

from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.actions import Actions, clash, keys_of
from leukdesk.app.views.command_palette import CommandPalette
from leukdesk.app.views.menus import sections
from leukdesk.settings import Settings, load

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ICONS = Path(__file__).resolve().parents[2] / "resources" / "icons"


def palette(desk: Desk) -> CommandPalette:
    desk.bot.keyClick(desk.window, Qt.Key.Key_K, CTRL)
    dialog = shown_dialog(desk)
    assert isinstance(dialog, CommandPalette)
    return dialog


def rows(dialog: CommandPalette) -> list[str]:
    return [dialog.list.topLevelItem(at).text(0) for at in range(dialog.list.topLevelItemCount())]


def test_every_action_is_in_a_menu_and_so_in_the_list_of_all_commands(desk: Desk) -> None:
    listed = [action for _, actions in sections(desk.window.menuBar()) for action in actions]
    assert {one.objectName() for one in listed} == {one.objectName() for one in desk.window.commands.all()}
    assert len(listed) == len(set(map(id, listed)))
    assert all(one.objectName() for one in listed)


def test_a_command_is_found_by_a_few_letters_and_run_by_enter(desk: Desk) -> None:
    desk.start()
    dialog = palette(desk)
    assert len(rows(dialog)) == len(desk.window.commands.all())
    desk.bot.keyClicks(dialog.words, "mod view")
    assert rows(dialog)[0] == "View › Models"
    assert len(rows(dialog)) < 5
    desk.bot.keyClick(dialog.words, Qt.Key.Key_Return)
    desk.until(desk.window.models.isVisible)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_presses_the_focused_button_once_and_nothing_else(desk: Desk, key: Qt.Key) -> None:
    desk.start()
    rail = {one.text(): one for one in desk.window.rail.findChildren(QToolButton)}
    rail["Cases"].setFocus(Qt.FocusReason.TabFocusReason)
    desk.bot.keyClick(rail["Cases"], key)
    desk.until(desk.window.cases.isVisible)
    pressed: list[bool] = []
    rail["Cases"].clicked.connect(lambda: pressed.append(True))
    for held in (False, True):
        rail["Cases"].setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.sendEvent(rail["Cases"], QKeyEvent(QEvent.Type.KeyPress, key, NONE, "\r", held))
    assert len(pressed) == 1
    box = QCheckBox(desk.window.cases)
    box.show()
    box.setFocus()
    desk.bot.keyClick(box, key)
    assert not box.isChecked(), "a box is ticked by Space, as everywhere"


def test_arrows_choose_in_the_list_of_commands_and_escape_leaves_it(desk: Desk) -> None:
    desk.start()
    dialog = palette(desk)
    desk.bot.keyClicks(dialog.words, "theme")
    desk.bot.keyClick(dialog.words, Qt.Key.Key_Down)
    first = dialog.list.topLevelItem(0)
    assert dialog.list.currentItem() is not first
    desk.bot.keyClick(dialog.words, Qt.Key.Key_Escape)
    desk.until(lambda: not dialog.isVisible())


def test_what_cannot_be_done_now_is_listed_but_not_run(desk: Desk) -> None:
    desk.start()
    dialog = palette(desk)
    desk.bot.keyClicks(dialog.words, "next failed")
    item = dialog.list.topLevelItem(0)
    assert item.isDisabled()
    desk.bot.mouseClick(dialog.list.viewport(), LEFT, pos=dialog.list.visualItemRect(item).center())
    desk.bot.keyClick(dialog.words, Qt.Key.Key_Return)
    assert dialog.isVisible()
    dialog.reject()


def test_f1_leads_to_where_keys_are_changed(desk: Desk) -> None:
    desk.start()
    desk.bot.keyClick(desk.window, Qt.Key.Key_F1)
    dialog = shown_dialog(desk)
    change = next(one for one in dialog.findChildren(QPushButton) if "Change" in one.text())
    desk.bot.mouseClick(change, LEFT)
    desk.until(lambda: desk.window.settings.isVisible() and desk.window.settings.keys.list.hasFocus())


def test_a_key_is_changed_used_kept_and_found_again(
    desk_with: Callable[[Settings], Desk], smears: list[Path], user_folder: Path
) -> None:
    desk = desk_with(Settings(theme="light"))
    desk.start(*smears)
    desk.window.commands.go_settings.trigger()
    keys = desk.window.settings.keys
    keys.choose(desk.window.commands.heatmap)
    keys.field.setFocus()
    desk.bot.keyClick(keys.field, Qt.Key.Key_J)
    desk.until(lambda: keys.use.isEnabled())
    desk.bot.mouseClick(keys.use, LEFT)
    assert keys_of(desk.window.commands.heatmap) == ("J",)
    assert "(J)" in desk.window.commands.heatmap.toolTip()
    file = user_folder / "config" / "settings.json"
    desk.until(lambda: load(file).keys == {"heatmap": ("J",)})
    desk.window.commands.go_analyse.trigger()
    desk.bot.keyClick(desk.analyse.stage.canvas, Qt.Key.Key_J)
    assert desk.window.commands.heatmap.isChecked()
    assert keys_of(desk_with(load(file)).window.commands.heatmap) == ("J",)


def test_a_key_that_another_action_has_is_only_taken_when_asked_for(desk: Desk) -> None:
    desk.start()
    desk.window.commands.go_settings.trigger()
    keys, commands = desk.window.settings.keys, desk.window.commands
    keys.choose(commands.heatmap)
    desk.bot.keyClick(keys.field, Qt.Key.Key_T)
    desk.until(lambda: keys.take.isVisible())
    assert "“Show truth”" in keys.message.text()
    assert not keys.use.isEnabled()
    assert keys_of(commands.heatmap) == ("Space",)
    desk.bot.mouseClick(keys.take, LEFT)
    assert keys_of(commands.heatmap) == ("T",)
    assert keys_of(commands.truth) == ()
    desk.bot.mouseClick(keys.all_designed, LEFT)
    assert keys_of(commands.heatmap) == ("Space",)
    assert keys_of(commands.truth) == ("T",)


def test_a_key_can_be_taken_off_and_given_back(desk: Desk) -> None:
    desk.start()
    desk.window.commands.go_settings.trigger()
    keys, stop = desk.window.settings.keys, desk.window.commands.stop
    keys.choose(stop)
    desk.bot.mouseClick(keys.none, LEFT)
    assert keys_of(stop) == ()
    assert stop.toolTip() == "Stop"
    desk.bot.mouseClick(keys.designed, LEFT)
    assert keys_of(stop) == ("Esc",)


def test_the_field_for_a_key_is_no_trap(desk: Desk) -> None:
    desk.start()
    desk.window.commands.go_settings.trigger()
    keys = desk.window.settings.keys
    keys.field.setFocus()
    desk.bot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert not keys.field.hasFocus()
    assert keys.field.key.isEmpty()


@pytest.fixture(scope="module")
def commands(qapp: QApplication) -> Iterator[Actions]:
    owner = QObject()
    yield Actions(Theme(qapp, ICONS), owner)
    owner.deleteLater()


KEYS = st.sampled_from(["A", "Ctrl+O", "Ctrl+K", "F1", "Ctrl+K, Ctrl+S", "Shift+F", "nonsense", "", "Ctrl", "ö", "Esc"])
NAMES = st.sampled_from(["heatmap", "truth", "keys", "stop", "quit", "no such action"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, st.lists(KEYS, max_size=3).map(tuple)))
def test_whatever_stands_in_the_settings_no_two_actions_share_a_key(
    commands: Actions, wanted: dict[str, tuple[str, ...]]
) -> None:
    commands.rebind(wanted)
    held = [(one, key) for one in commands.all() for key in one.shortcuts()]
    for at, (one, key) in enumerate(held):
        assert not any(clash(key, other) for owner, other in held[at + 1 :] if owner is not one)
    commands.rebind(commands.rebound())
    assert [(one, key) for one in commands.all() for key in one.shortcuts()] == held
    commands.rebind({})
    assert commands.rebound() == {}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["heatmap", "truth", "stop"]), st.sampled_from(["T", "Esc", "Ctrl+O", "F7"]))
def test_giving_a_key_takes_it_from_whoever_had_it(commands: Actions, name: str, key: str) -> None:
    action: QAction = getattr(commands, name)
    commands.bind(action, (key,))
    assert keys_of(action) == (key,)
    assert commands.holder(QKeySequence(key), action) is None
    commands.rebind({})


def test_the_overview_shows_changed_keys(desk: Desk) -> None:
    desk.start()
    desk.window.commands.rebind({"heatmap": ("J",)})
    desk.window.commands.keys.trigger()
    dialog = shown_dialog(desk)
    assert "J" in [one.text() for one in dialog.findChildren(QLabel)]
    dialog.reject()
