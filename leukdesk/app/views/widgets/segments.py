"""One of a few, all of them visible: a switch in segments."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QToolButton, QWidget

from leukdesk.app.theme.theme import Theme


class Segments(QFrame):
    """Choose one by click, or with the arrow keys; `chosen` carries its key, and only when the user chooses."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        self.setAccessibleName(name)
        self.setProperty("segments", "true")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(1, 1, 1, 1)
        self._row.setSpacing(1)

    def add(self, key: str, text: str, icon: str = "", *, words: bool = True) -> QToolButton:
        """Add a segment; without `words` only its icon is shown, and `text` is its tooltip."""
        button = QToolButton()
        button.setText(f" {text}" if icon else text)  # air between icon and text
        button.setToolTip("" if words else text)
        button.setAccessibleName(text)
        button.setCheckable(True)
        button.setProperty("kind", "segment")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        style = Qt.ToolButtonStyle
        beside = style.ToolButtonTextBesideIcon if words else style.ToolButtonIconOnly
        button.setToolButtonStyle(beside if icon else style.ToolButtonTextOnly)
        if icon:
            self._theme.dress(button, icon, "text", 16)
        else:
            button.setIconSize(QSize(0, 0))
        button.clicked.connect(lambda: self.chosen.emit(key))
        button.setChecked(not self._buttons)
        self._buttons[key] = button
        self._group.addButton(button)
        self._row.addWidget(button)
        return button

    def current(self) -> str:
        """The key of the chosen segment; empty as long as there is none."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    def choose(self, key: str) -> None:
        """Mark another segment."""
        self._buttons[key].setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        if self.isRightToLeft() and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = -step
        keys = list(self._buttons)
        self._buttons[keys[(keys.index(self.current()) + step) % len(keys)]].click()
