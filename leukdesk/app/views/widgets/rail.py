"""The rail on the left: the places of the window."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme


class Rail(QFrame):
    """One button for each place that exists; what stands at the foot is no place but an action."""

    went = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.went)
        self.setProperty("panel", "rail")
        self.setFixedWidth(tokens.RAIL_WIDTH)
        self.setAccessibleName(self.tr("Places"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, tokens.SPACE_2, 0, tokens.SPACE_2)
        self._column.setSpacing(tokens.SPACE_1)
        self._column.addStretch(1)

    def add_place(self, text: str, icon: str) -> QToolButton:
        """Add a place below the others; Ctrl and its number go there."""
        number = len(self._group.buttons())
        button = self._button(text, icon)
        button.setCheckable(True)
        button.setChecked(number == 0)
        button.setShortcut(QKeySequence(f"Ctrl+{number + 1}"))
        button.setToolTip(f"{text} ({button.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})")
        self._group.addButton(button, number)
        self._column.insertWidget(number, button)
        return button

    def add_foot(self, text: str, icon: str, tooltip: str) -> QToolButton:
        """Add an action at the foot."""
        button = self._button(text, icon)
        button.setToolTip(tooltip)
        self._column.addWidget(button)
        return button

    def show_place(self, number: int) -> None:
        """Mark another place as the present one."""
        self._group.button(number).setChecked(True)

    def _button(self, text: str, icon: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setAccessibleName(text)
        button.setProperty("kind", "rail")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setFixedWidth(tokens.RAIL_WIDTH)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._theme.dress(button, icon, "text", tokens.ICON_LARGE)
        return button
