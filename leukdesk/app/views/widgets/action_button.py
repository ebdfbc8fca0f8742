"""A tool button for an action: its icon, its tooltip with the key, its name for readers; reached with the Tab key."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme

_LARGEST_WORDS = 150  # per cent: beyond it they would take the room of what they belong to


class ActionButton(QToolButton):
    """`kind` is one of the stylesheet's: "" for the icon alone, "toggle" for icon and words."""

    def __init__(self, theme: Theme, action: QAction, kind: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._words = theme, bool(kind)
        self.setDefaultAction(action)
        self.setAccessibleName(action.text().rstrip("…"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if kind:
            self.setProperty("kind", kind)
        theme.changed.connect(self._resize_icon)
        self._resize_icon()

    def _resize_icon(self) -> None:
        size = self._theme.px(tokens.ICON)
        self.setIconSize(QSize(size, size))
        style, words = Qt.ToolButtonStyle, self._words and self._theme.text_size <= _LARGEST_WORDS
        self.setToolButtonStyle(style.ToolButtonTextBesideIcon if words else style.ToolButtonIconOnly)
