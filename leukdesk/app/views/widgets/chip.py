"""A short word on a quiet ground, with an icon: never colour alone."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.dynamic import restyle
from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.labels import label


class Chip(QFrame):
    """Says one thing about an image or a model in a tone: ok, attention, refuse, plain or strong."""

    def __init__(
        self, theme: Theme, text: str = "", icon: str = "", tone: str = "plain", parent: QWidget | None = None
    ):
        super().__init__(parent)
        self._theme, self._icon_name, self._tone = theme, icon, tone
        self._icon, self._text = QLabel(), label()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(tokens.SPACE_2, 3, tokens.SPACE_2, 3)
        layout.setSpacing(tokens.SPACE_1)
        layout.addWidget(self._icon)
        layout.addWidget(self._text)
        theme.changed.connect(self._draw_icon)
        self.show_state(text, icon, tone)

    def show_state(self, text: str, icon: str, tone: str) -> None:
        """Say something else."""
        self._icon_name, self._tone = icon, tone
        self._text.setText(text)
        self.setAccessibleName(text)
        restyle(self, chip=tone)
        restyle(self._text, chiptext=tone)
        self._draw_icon()

    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def _draw_icon(self) -> None:
        self._icon.setVisible(bool(self._icon_name))
        if self._icon_name:
            colour = {"plain": "muted", "strong": "on_accent"}.get(self._tone, self._tone)
            self._icon.setPixmap(self._theme.pixmap(self._icon_name, colour, 14))
