"""Places that are made after the window was painted: nothing of them is missed, and nobody notices."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from window_desk import Desk

from leukdesk.app.views.late_places import PLACES
from leukdesk.domain.errors import OutputError


class Shown(QObject):
    """What was shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[QObject] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.found.append(watched)
        return False


def test_only_analyse_is_there_when_the_window_is_painted(desk: Desk) -> None:
    made: list[str] = []
    desk.window.painted.connect(lambda: made.extend(one for one in PLACES if desk.window.is_made(one)))
    desk.start()
    assert made == ["analyse"]


def test_making_the_places_shows_nothing_and_leaves_the_focus_where_it_is(
    desk: Desk, smear_folder: Path, qapp: QApplication
) -> None:
    desk.start(smear_folder)
    focus, shown = QApplication.focusWidget(), Shown()
    assert focus is not None
    qapp.installEventFilter(shown)
    for piece in desk.window.make_at_leisure():
        piece()
        qapp.processEvents()
    qapp.removeEventFilter(shown)
    _ = desk.window.settings
    assert all(desk.window.is_made(one) for one in PLACES)
    assert (shown.found, QApplication.focusWidget()) == ([], focus)
    assert [desk.window.places.widget(at) for at, _ in enumerate(PLACES)] == [
        getattr(desk.window, one) for one in PLACES
    ]


def test_places_come_by_themselves(desk: Desk) -> None:
    desk.start()
    desk.until(lambda: all(desk.window.is_made(one) for one in PLACES if one != "settings"))
    assert desk.window.places.currentWidget() is desk.analyse


def test_what_may_be_done_with_cases_is_known_as_soon_as_somebody_works_here(desk: Desk) -> None:
    commands = desk.window.commands
    desk.session._places.end()
    desk.start()
    assert not any(one.isEnabled() for one in (commands.new_case, commands.agreement, commands.report_case))
    desk.casebook.begin()
    desk.until(lambda: desk.casebook.user is not None)
    assert commands.new_case.isEnabled()
    assert commands.agreement.isEnabled()
    assert not commands.report_case.isEnabled()  # no case is shown
    assert desk.window.is_made("batch")  # batches of an earlier window are offered


def test_a_training_that_cannot_go_on_is_told_when_one_comes_there(desk: Desk) -> None:
    desk.session._places.end()
    desk.start()
    assert not desk.window.is_made("train")
    desk.session.training.failed.emit(OutputError("no space left", subject="runs", advice="Make room."))
    desk.window.commands.go_train.trigger()
    assert desk.window.train.banner.isVisible()
