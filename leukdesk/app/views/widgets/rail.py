"""The rail on the left: the places of the window."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme


class Rail(QFrame):
    """One button for each place that exists, and at the foot settings and help."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._places: list[QToolButton] = []
        self.setProperty("panel", "rail")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)  # as wide as its longest word
        self.setAccessibleName(self.tr("Places"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, tokens.SPACE_2, 0, tokens.SPACE_2)
        self._column.setSpacing(tokens.SPACE_1)
        self._column.addStretch(1)

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(tokens.RAIL_WIDTH, 0))

    def add_place(self, action: QAction, icon: str, *, foot: bool = False) -> None:
        """Add a place below the others, or at the foot; the action goes there."""
        button = self._button(action, icon)
        button.setCheckable(True)
        self._column.insertWidget(-1 if foot else len(self._places), button)
        self._places.append(button)

    def add_foot(self, action: QAction, icon: str) -> None:
        """Add an action at the foot."""
        self._column.addWidget(self._button(action, icon))

    def show_place(self, number: int) -> None:
        """Mark another place as the present one."""
        for place, button in enumerate(self._places):
            button.setChecked(place == number)

    def _button(self, action: QAction, icon: str) -> QToolButton:
        button = QToolButton()
        button.setText(action.text())
        button.setAccessibleName(action.text())
        button.setToolTip(action.toolTip())
        action.changed.connect(lambda: button.setToolTip(action.toolTip()))  # its keys may change
        button.clicked.connect(action.trigger)
        button.setProperty("kind", "rail")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._theme.dress(button, icon, "text", tokens.ICON_LARGE)
        return button
