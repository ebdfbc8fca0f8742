"""The real window with a fake workbench behind it, for tests that drive it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fakes import FakeBench
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_fixtures import WAIT_MS

from leukdesk.app.main import Session
from leukdesk.app.views.main_window import MainWindow
from leukdesk.app.workers.pictures import Pictures
from leukdesk.settings import Settings


class Desk:
    """A window with a fake workbench behind it."""

    def __init__(self, application: QApplication, bot: QtBot, settings: Settings) -> None:
        self.bench, self.bot = FakeBench(), bot
        self.session = Session(application, settings, lambda: self.bench, Pictures(4_000_000))
        self.window: MainWindow = self.session.window
        self.model, self.analyse = self.session.model, self.window.analyse
        self.casebook, self.recorder = self.session.casebook, self.session.recorder

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
