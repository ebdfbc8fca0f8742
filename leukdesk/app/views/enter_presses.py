"""Enter presses the button that the Tab key led to, as Space does; Qt alone lets it do so in dialogs only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton

_ENTER = Qt.Key.Key_Return, Qt.Key.Key_Enter


def press_focused(event: QKeyEvent) -> bool:
    """Press the focused button if a key that came up to the window is Enter; whether it was.

    What means something else by Enter (a field, a list, the keys of a review) has taken it before.
    """
    button = QApplication.focusWidget()
    plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.key() not in _ENTER or not plain or not isinstance(button, QPushButton | QToolButton):
        return False
    if not event.isAutoRepeat():  # a key that is held down presses once
        button.click()
    return True
