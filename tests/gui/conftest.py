"""The real window on Qt's offscreen platform, driven with mouse and keyboard."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # no window manager decides about the focus

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import FakeBench
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_fixtures import WAIT_MS, broken, no_thread_is_left, smear_folder, smears

from leukdesk.app.main import Session
from leukdesk.app.views.main_window import MainWindow
from leukdesk.app.workers.pictures import Pictures
from leukdesk.settings import Settings

__all__ = ["broken", "no_thread_is_left", "smear_folder", "smears"]


class Desk:
    """A window with a fake workbench behind it."""

    def __init__(self, application: QApplication, bot: QtBot, settings: Settings) -> None:
        self.bench, self.bot = FakeBench(), bot
        self.session = Session(application, settings, lambda: self.bench, Pictures(4_000_000))
        self.window: MainWindow = self.session.window
        self.model, self.analyse = self.session.model, self.window.analyse

    def start(self, *paths: Path) -> None:
        """Show the window and wait until the models are known and all images are done."""
        QCursor.setPos(4000, 4000)
        self.session.open(list(paths))
        self.bot.waitExposed(self.window)
        self.until(lambda: bool(self.session.engine.installed))
        if paths:
            self.finish()

    def finish(self) -> None:
        """Wait until every image has its outcome and the picture is there."""
        self.until(lambda: self.model.images.counts()[0] == self.model.images.rowCount() > 0)
        self.until(lambda: self.model.picture is not None or self.model.error is not None)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something to become true."""
        self.bot.waitUntil(condition, timeout=WAIT_MS)


@pytest.fixture
def desk_with(qapp: QApplication, qtbot: QtBot) -> Iterator[Callable[[Settings], Desk]]:
    """Makes a desk with some settings."""
    made: list[Desk] = []

    def make(settings: Settings) -> Desk:
        made.append(Desk(qapp, qtbot, settings))
        return made[-1]

    yield make
    for one in made:
        one.bench.go.set()
        one.window.close()
        one.session.close()
        one.window.deleteLater()


@pytest.fixture
def desk(desk_with: Callable[[Settings], Desk]) -> Desk:
    """A desk in the light theme."""
    return desk_with(Settings(theme="light"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the offscreen platform say what it cannot do; every other Qt warning fails the test."""
    for item in items:
        if "tests/gui" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))
