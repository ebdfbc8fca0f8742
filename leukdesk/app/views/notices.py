"""A word from the system when something long is done and nobody is looking."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

_SHOWN_MS = 10_000


def notify(window: QWidget, title: str, text: str) -> QSystemTrayIcon | None:
    """Say it where the system shows such words, else mark the window; nothing where the window is in use.

    `text` names no image and no case: others can read it.
    """
    if window.isActiveWindow():
        return None
    if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
        QApplication.alert(window)
        return None
    icon = QSystemTrayIcon(window.windowIcon(), window)
    icon.messageClicked.connect(window.raise_)
    icon.messageClicked.connect(window.activateWindow)
    icon.show()
    icon.showMessage(title, text, window.windowIcon(), _SHOWN_MS)
    QTimer.singleShot(2 * _SHOWN_MS, icon, icon.deleteLater)
    return icon
