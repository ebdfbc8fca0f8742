"""Accounts and the lock: nobody sees a case without signing in, and the window locks itself."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from window_desk import Desk
from window_walk import shown_dialog

from leukdesk import paths
from leukdesk.app.views.person_dialog import PersonDialog
from leukdesk.domain.case import CaseDetails
from leukdesk.domain.user import Role
from leukdesk.history.opening import open_history
from leukdesk.settings import Settings

SECRET = "for the laboratory"


@pytest.fixture
def accounts() -> None:
    """A history with a case, and with two people who have passwords."""
    history = open_history(paths.history_folder())
    boss = history.users.local().id
    history.cases.open(boss, CaseDetails("24-0117", "P-7"))
    history.users.change(boss, boss, password=SECRET)
    history.users.add(boss, "ann", Role.TECHNICIAN, SECRET)
    history.close()


def sign_in(desk: Desk, name: str, password: str) -> None:
    screen = desk.window.locking.screen
    screen.name.setText(name)
    screen.password.setText(password)
    QTest.keyClick(screen.password, Qt.Key.Key_Return)


def open_locked(desk: Desk) -> None:
    desk.start()
    desk.casebook.begin()
    desk.until(desk.window.locking.screen.isVisible)


@pytest.mark.usefixtures("accounts")
def test_with_accounts_the_window_is_locked_until_somebody_signs_in(desk: Desk) -> None:
    open_locked(desk)
    window, screen = desk.window, desk.window.locking.screen
    assert screen.geometry() == window.rect()  # nothing beside it
    assert not window.centralWidget().isEnabled()
    QTest.keyClick(screen.name, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert window.places.currentIndex() == 0  # keys of commands do nothing
    sign_in(desk, "ann", "guessed")
    desk.until(screen.error.isVisible)
    assert screen.password.text() == ""
    sign_in(desk, "ann", SECRET)
    desk.until(lambda: not screen.isVisible())
    assert desk.casebook.user is not None
    assert desk.casebook.user.name == "ann"
    assert window.centralWidget().isEnabled()


@pytest.mark.usefixtures("accounts")
def test_after_failures_one_has_to_wait(desk: Desk) -> None:
    open_locked(desk)
    screen = desk.window.locking.screen
    for _ in range(4):
        screen.error.tell(None)
        sign_in(desk, "ann", "guessed")
        desk.until(screen.error.isVisible)
    assert any("wait" in one.text() for one in screen.error.findChildren(QLabel))


@pytest.mark.usefixtures("accounts")
def test_idle_time_hides_every_identifier_within_a_second(desk: Desk) -> None:
    open_locked(desk)
    sign_in(desk, "local", SECRET)
    desk.until(lambda: not desk.window.locking.screen.isVisible())
    desk.window.commands.go_cases.trigger()
    desk.until(lambda: desk.session.desk.cases.rowCount() == 1)
    desk.window.cases.show_case(desk.session.desk.cases.case(0).id)  # type: ignore[union-attr]
    desk.until(lambda: desk.window.cases.case is not None)
    desk.window.commands.edit_case.trigger()
    dialog = shown_dialog(desk)
    desk.window.locking.idle.wait(300)
    started = time.monotonic()
    QTest.mouseMove(desk.window.windowHandle())
    desk.until(desk.window.locking.screen.isVisible)
    assert time.monotonic() - started < 1.3
    assert not dialog.isVisible()
    assert desk.window.cases.case is None
    assert desk.session.desk.cases.rowCount() == 0
    shown = [one.text() for one in desk.window.findChildren(QLabel) if one.isVisible() and not one.isHidden()]
    assert not any("24-0117" in one for one in shown)
    assert "24-0117" not in desk.window.windowTitle()
    sign_in(desk, "local", SECRET)
    desk.until(dialog.isVisible)  # what was being written is there again
    desk.until(lambda: desk.window.cases.case is not None)
    dialog.reject()


def test_accounts_are_begun_with_a_password_and_people_are_added(desk: Desk) -> None:
    desk.start()
    desk.casebook.begin()
    desk.until(lambda: desk.casebook.user is not None)
    desk.window.commands.go_settings.trigger()
    block = desk.window.settings.accounts
    assert not block.add.isEnabled()
    assert not desk.window.commands.lock.isEnabled()
    password(desk, "Password of local").click()
    fill(desk, SECRET)
    desk.until(block.add.isEnabled)
    block.add.click()
    fill(desk, SECRET, "ben")
    desk.until(lambda: [one.name for one in desk.casebook.users] == ["local", "ben"])
    assert desk.casebook.users[1].role is Role.TECHNICIAN
    desk.window.commands.lock.trigger()
    desk.until(desk.window.locking.screen.isVisible)
    sign_in(desk, "ben", SECRET)
    desk.until(lambda: not desk.window.locking.screen.isVisible())
    assert not block.add.isEnabled()


def password(desk: Desk, name: str) -> QPushButton:
    found: list[QPushButton] = []

    def look() -> bool:
        buttons = desk.window.settings.accounts.findChildren(QPushButton)
        found[:] = [one for one in buttons if one.accessibleName() == name and one.isVisible()]
        return bool(found)

    desk.until(look)
    return found[0]


def fill(desk: Desk, secret: str, name: str = "") -> None:
    dialog = shown_dialog(desk)
    assert isinstance(dialog, PersonDialog)
    if name:
        dialog.name.setText(name)
    dialog.password.setText(secret)
    assert not dialog.keep.isEnabled()
    dialog.again.setText(secret)
    dialog.keep.click()
    desk.until(lambda: dialog not in [one for one in desk.window.findChildren(PersonDialog) if one.isVisible()])


def test_the_wait_is_a_setting(desk_with: Callable[[Settings], Desk]) -> None:
    desk = desk_with(Settings(theme="light", lock_after_min=7))
    desk.start()
    picker = desk.window.settings.accounts.lock_after
    assert picker.currentData() == 7
    picker.activated.emit(picker.findData(0))
    assert desk.session.preferences.settings.lock_after_min == 0
