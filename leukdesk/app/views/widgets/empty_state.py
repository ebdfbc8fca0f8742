"""A calm page in the middle of an empty place: what this is or what went wrong, and what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.labels import label

_WIDTH = 460
_ICON = 40


class EmptyState(QWidget):
    """An icon, a title, a sentence or two, and buttons."""

    def __init__(self, theme: Theme, icon: str, tone: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._icon_name, self._tone = theme, icon, tone
        self._icon, self._title, self._text = QLabel(), label("", "title", wrap=True), label("", "muted", wrap=True)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(tokens.SPACE_2)
        self._foot = QVBoxLayout()
        theme.changed.connect(self._draw_icon)
        self._lay_out()
        self._draw_icon()

    def say(self, title: str, text: str) -> None:
        """Set title and text."""
        self._title.setText(title)
        self._text.setText(text)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def add_button(self, text: str, *, primary: bool = False) -> QPushButton:
        """Add a button below the text."""
        button = QPushButton(text)
        if primary:
            button.setProperty("kind", "primary")
        self._buttons.addWidget(button)
        return button

    def add_foot(self, widget: QWidget) -> None:
        """Add something below the buttons."""
        self._foot.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)

    def _lay_out(self) -> None:
        for one in (self._icon, self._title, self._text):
            one.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for one in (self._title, self._text):
            one.setMinimumWidth(min(_WIDTH, 300))
            one.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_5)
        column.setSpacing(tokens.SPACE_3)
        column.addStretch(1)
        column.addWidget(self._icon)
        for one in (self._title, self._text):
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(one, 100)
            row.addStretch(1)
            column.addLayout(row)
        column.addSpacing(tokens.SPACE_2)
        centred = QHBoxLayout()
        centred.addStretch(1)
        centred.addLayout(self._buttons)
        centred.addStretch(1)
        column.addLayout(centred)
        column.addLayout(self._foot)
        column.addStretch(1)

    def _draw_icon(self) -> None:
        self._icon.setPixmap(self._theme.pixmap(self._icon_name, self._tone, _ICON))
