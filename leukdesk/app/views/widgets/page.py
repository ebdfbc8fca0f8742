"""A page to be read: one column of readable width in the middle, which scrolls where it does not fit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme


class Page(QScrollArea):
    """Put widgets into `column`."""

    def __init__(self, theme: Theme, width: int, parent: QWidget | None = None) -> None:
        """`width`: of the column at most, in px at 100 % text."""
        super().__init__(parent)
        self._theme, self._width = theme, width
        self._holder, middle = QWidget(), QWidget()
        self.column = QVBoxLayout(self._holder)
        self.column.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout(middle)
        row.setContentsMargins(tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_5)
        row.addStretch(1)
        row.addWidget(self._holder, 100)
        row.addStretch(1)
        self.setWidget(middle)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.changed.connect(self._widen)
        self._widen()

    def fill(self, place: QWidget) -> None:
        """Become all of a place of the window."""
        whole = QVBoxLayout(place)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self)
        place.setProperty("panel", "surface")
        place.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def _widen(self) -> None:
        self._holder.setMaximumWidth(self._theme.px(self._width))
