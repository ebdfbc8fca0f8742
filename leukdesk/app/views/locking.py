"""Locks the window: by command, after a while without a touch, and at the start where people have accounts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.idle import Idle
from leukdesk.app.viewmodels.preferences import Preferences
from leukdesk.app.views.lock_screen import LockScreen


class Locking(QObject):
    """Hides the window's content, its menus and its dialogs; what is under way goes on."""

    def __init__(
        self, window: QMainWindow, casebook: Casebook, preferences: Preferences, lock: QAction, theme: Theme
    ) -> None:
        super().__init__(window)
        self._window, self._casebook, self._preferences, self._lock = window, casebook, preferences, lock
        self.screen = LockScreen(casebook, theme, window)
        self.idle = Idle(self)
        self._hidden: list[QWidget] = []
        lock.triggered.connect(casebook.lock)
        self.idle.passed.connect(casebook.lock)
        casebook.locked.connect(self._show)
        casebook.user_changed.connect(self._wait)
        preferences.changed.connect(self._wait)
        window.installEventFilter(self)
        self._wait()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._window:
            self.screen.setGeometry(self._window.rect())
        return False

    def _wait(self) -> None:
        """Idle time counts only where somebody is signed in by password."""
        working = self._casebook.has_accounts and self._casebook.user is not None
        self._lock.setEnabled(working)
        self.idle.wait(self._preferences.settings.lock_after_min * 60_000 if working else 0)

    def _show(self, locked: bool) -> None:
        if locked == self.screen.isVisibleTo(self._window):
            return
        if locked:
            self._cover()
        else:
            self._uncover()

    def _cover(self) -> None:
        self.screen.setGeometry(self._window.rect())
        self.screen.show()
        self.screen.raise_()
        others = [one for one in QApplication.topLevelWidgets() if one is not self._window and one.isVisible()]
        for one in others:
            one.hide()
        self._hidden = [one for one in others if isinstance(one, QDialog)]
        self._enable(False)
        self.screen.ask()

    def _uncover(self) -> None:
        self.screen.hide()
        self._enable(True)
        for one in self._hidden:
            one.show()
        self._hidden.clear()

    def _enable(self, on: bool) -> None:
        """Keys of commands do nothing where the menus they stand in are off."""
        self._window.menuBar().setEnabled(on)
        if (content := self._window.centralWidget()) is not None:
            content.setEnabled(on)
        self._window.setAcceptDrops(on)
