"""The panel at the side of an image: one column of sections, which scrolls where it does not fit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme


class SidePanel(QFrame):
    """Put sections into `column`."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        """`name`: its accessible name."""
        super().__init__(parent)
        self._theme = theme
        self.setProperty("panel", "inspector")
        self.setAccessibleName(name)
        page, area = QWidget(), QScrollArea()
        self.column = QVBoxLayout(page)
        self.column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4)
        self.column.setSpacing(tokens.SPACE_3)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        QStackedLayout(self).addWidget(area)
        theme.changed.connect(self._widen)
        self._widen()

    def _widen(self) -> None:
        """Half as much as the text grows: the image keeps its room."""
        self.setFixedWidth((tokens.INSPECTOR_WIDTH + self._theme.px(tokens.INSPECTOR_WIDTH)) // 2)


def section_grid(section: QWidget) -> QGridLayout:
    """Rows of a section: names, what they are of (which takes the room), and something at the end."""
    grid = QGridLayout(section)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(tokens.SPACE_3)
    grid.setVerticalSpacing(tokens.SPACE_2)
    grid.setColumnStretch(1, 1)
    return grid
