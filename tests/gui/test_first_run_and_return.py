"""The first minute, and coming back: after closing, after a killed process, and after a bug."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel
from window_desk import Desk
from window_walk import shown_dialog

from leukdesk import paths, workspace
from leukdesk.app.views.dialogs import crash_report
from leukdesk.app.views.first_welcome import FirstWelcome
from leukdesk.app.views.placement import fills, fitting
from leukdesk.app.views.tour import Tour
from leukdesk.settings import Settings, load
from leukdesk.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
ROOT = Path(__file__).resolve().parents[2]


def words_of(top: QDialog | Tour) -> str:
    return "\n".join(one.text() for one in top.findChildren(QLabel))


def dialogs(desk: Desk) -> list[QDialog]:
    return [one for one in desk.window.findChildren(QDialog) if one.isVisible()]


# -- the first minute


def test_a_newcomer_is_welcomed_once_and_shown_three_things(desk: Desk, user_folder: Path) -> None:
    desk.session.open([], newcomer=True)
    dialog = shown_dialog(desk)
    assert isinstance(dialog, FirstWelcome)
    for said in ("no diagnosis", "Nothing leaves this computer", str(user_folder), "Research Use Only"):
        assert said in words_of(dialog)
    desk.bot.keyClick(dialog, Qt.Key.Key_Return)
    desk.until(lambda: bool(desk.window.findChildren(Tour)))
    desk.finish()
    tour = desk.window.findChildren(Tour)[0]
    desk.window.activateWindow()  # a window manager would do so when the dialog closes
    pointed = []
    for _ in range(3):
        desk.until(lambda: tour.ring.width() > 20)
        assert not tour.geometry().intersects(tour.ring.geometry())
        assert desk.window.rect().contains(tour.geometry())
        pointed.append(tour.accessibleName())
        desk.until(tour.next.hasFocus)
        desk.bot.keyClick(tour.next, Qt.Key.Key_Space)
    assert pointed == ["What the model says", "What it looked at", "All open images"]
    assert not tour.isVisible()
    assert not tour.ring.isVisible()
    desk.until(lambda: load(user_folder / "config" / "settings.json").welcomed)


def test_who_knows_the_program_is_not_welcomed_again_but_may_ask(desk_with: Callable[[Settings], Desk]) -> None:
    desk = desk_with(Settings(welcomed=True))
    desk.session.open([], newcomer=True)
    desk.until(lambda: bool(desk.session.engine.installed))
    assert dialogs(desk) == []
    desk.window.commands.show_welcome.trigger()
    dialog = shown_dialog(desk)
    desk.bot.keyClick(dialog, Qt.Key.Key_Escape)
    assert desk.model.images.rowCount() == 0


def test_keys_go_to_the_place_and_not_to_the_rail(desk: Desk) -> None:
    desk.start()
    desk.window.activateWindow()
    desk.until(lambda: QApplication.focusWidget() is not None)
    assert desk.window.places.isAncestorOf(QApplication.focusWidget())


def test_escape_ends_the_tour(desk: Desk) -> None:
    desk.start()
    desk.window.help.look_around()
    desk.until(lambda: bool(desk.window.findChildren(Tour)))
    tour = desk.window.findChildren(Tour)[0]
    desk.bot.keyClick(tour.next, Qt.Key.Key_Escape)
    assert not tour.isVisible()
    desk.finish()


# -- coming back


def test_the_window_comes_back_as_it_stood_with_what_was_open_at_hand(
    desk_with: Callable[[Settings], Desk], smears: list[Path]
) -> None:
    first = desk_with(Settings(theme="light", welcomed=True))
    first.start(*smears)
    first.window.resize(960, 720)  # Qt's offscreen screen is small
    first.model.select(3)
    first.window.commands.as_list.trigger()
    first.window.commands.go_models.trigger()
    first.window.close()
    first.session.close()
    kept = workspace.load(paths.workspace_file())
    assert kept.ended
    assert kept.image == str(smears[3])
    again = desk_with(Settings(theme="light", welcomed=True))
    again.start()
    assert again.window.size().toTuple() == (960, 720)
    assert again.window.models.isVisible()
    assert again.window.commands.as_list.isChecked()
    assert not again.analyse.banner.isVisible()
    again.window.commands.reopen.trigger()
    again.finish()
    again.until(lambda: again.model.path == smears[3])


def test_only_one_window_writes_what_is_open(desk_with: Callable[[Settings], Desk], smears: list[Path]) -> None:
    first = desk_with(Settings(welcomed=True))
    first.start(smears[0])
    first.until(lambda: workspace.load(paths.workspace_file()).open == (str(smears[0]),))
    second = desk_with(Settings(welcomed=True))
    second.start(smears[1])
    said = second.analyse.banner.accessibleName() if second.analyse.banner.isVisible() else ""
    assert "did not end in order" not in said  # the first window is still there: nothing was torn away
    second.window.close()
    second.session.close()
    assert workspace.load(paths.workspace_file()).open == (str(smears[0]),)


RUN = "import sys; from pathlib import Path; from leukdesk.app.main import run; sys.exit(run([Path(sys.argv[1])]))"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that cannot be caught")
def test_after_a_killed_process_what_was_open_is_offered(
    desk_with: Callable[[Settings], Desk], smears: list[Path], user_folder: Path
) -> None:
    environment = os.environ | {"LEUKDESK_DATA": str(user_folder), "QT_QPA_PLATFORM": "offscreen"}
    desk = desk_with(Settings(welcomed=True))  # built before: it has seen nothing of what follows
    with subprocess.Popen([sys.executable, "-c", RUN, str(smears[0].parent)], cwd=ROOT, env=environment) as process:
        desk.until(lambda: workspace.load(paths.workspace_file()).image == str(smears[0]))
        process.kill()
    again = desk_with(Settings(welcomed=True))
    again.start()
    again.until(again.analyse.banner.isVisible)
    assert smears[0].name in again.analyse.banner.accessibleName()
    assert again.model.images.rowCount() == 0  # only offered
    desk.bot.mouseClick(again.analyse.banner.button, LEFT)
    again.finish()
    assert again.model.path == smears[0]
    assert not again.analyse.banner.isVisible()


def test_what_is_open_stays_known_while_nothing_else_was_opened(desk_with: Callable[[Settings], Desk]) -> None:
    workspace.save(paths.workspace_file(), Workspace(open=("smears",), image="smears/a.png", ended=False))
    for _ in range(2):
        desk = desk_with(Settings(welcomed=True))
        desk.start()
        desk.window.close()
        desk.session.close()
    assert workspace.load(paths.workspace_file()).open == ("smears",)


SCREENS = st.lists(
    st.tuples(st.integers(-3000, 3000), st.integers(-2000, 2000), st.integers(640, 4000), st.integers(480, 2200)),
    min_size=1,
    max_size=3,
)


@settings(deadline=None)
@given(SCREENS, st.tuples(*[st.integers(-5000, 5000)] * 2, *[st.integers(0, 6000)] * 2))
def test_the_window_always_stands_where_it_can_be_taken_hold_of(
    screens: list[tuple[int, int, int, int]], rect: tuple[int, int, int, int]
) -> None:
    there = [QRect(*one) for one in screens]
    placed = fitting(QRect(*rect), there, QSize(960, 600))
    if placed is None:
        assert rect[2] < 1 or rect[3] < 1
        return
    top = QRect(placed.x(), placed.y(), placed.width(), 40)
    assert any(one.intersected(top).width() >= 120 and one.intersected(top).height() == 40 for one in there)
    assert any(placed.width() <= one.width() and placed.height() <= one.height() for one in there)


def test_a_window_on_a_screen_that_is_there_is_left_alone() -> None:
    screens = [QRect(0, 0, 1920, 1080), QRect(1920, 0, 1920, 1080)]
    assert fitting(QRect(2000, 50, 1280, 800), screens, QSize(960, 600)) == QRect(2000, 50, 1280, 800)
    gone = fitting(QRect(2000, 50, 1280, 800), screens[:1], QSize(960, 600))
    assert gone is not None
    assert screens[0].contains(gone)


def test_a_window_with_no_room_for_its_title_is_shown_maximized() -> None:
    smallest = QSize(960, 600)
    assert fills(QRect(0, 0, 1280, 800), QRect(0, 0, 1280, 800), smallest)
    assert fills(QRect(0, 0, 1280, 700), QRect(0, 0, 1100, 800), smallest)
    assert not fills(QRect(0, 0, 1280, 800), QRect(0, 0, 1366, 868), smallest)
    assert not fills(QRect(0, 0, 1280, 800), QRect(0, 0, 800, 800), smallest)


# -- a bug

WORDS = st.text(st.characters(categories=["L", "N"]), min_size=4, max_size=12)


@settings(deadline=None, max_examples=40)
@given(WORDS, WORDS, WORDS, st.sampled_from(["/home/{}/{}/{}.png", "C:\\Users\\{}\\{}\\{}.tif", "{} {} {}.jpg"]))
def test_a_report_holds_nothing_that_says_who_or_what(qapp: object, user: str, case: str, name: str, form: str) -> None:
    path = form.format(f"who{user}", f"case{case}", f"image{name}")
    try:
        exec(compile("def f(p):\n    raise FileNotFoundError(2, 'No such file', p)\nf(p)", path, "exec"), {"p": path})
    except OSError as cause:
        try:
            raise ValueError(path) from cause
        except ValueError as error:
            error.add_note(path)
            report = crash_report(error)
    assert "FileNotFoundError" in report
    assert "ValueError" in report
    for identifier in (path, f"who{user}", f"case{case}", f"image{name}"):
        assert identifier not in report


def test_a_report_does_not_name_this_computer_or_its_user(qapp: QApplication) -> None:
    import getpass
    import platform

    try:
        raise IndexError("a bug")
    except IndexError as error:
        report = crash_report(error)
    assert str(Path.home()) not in report
    assert platform.node() not in report
    lines = [line for line in report.splitlines() if getpass.getuser() in line]
    assert lines == []
