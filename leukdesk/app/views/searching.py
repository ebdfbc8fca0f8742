"""The Analyse place while folders are being looked through and nothing is open yet: the shape of what will come."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.skeleton import Skeleton


class Searching(QWidget):
    """Image, filmstrip and finding in grey."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._side = QFrame()
        self._side.setProperty("panel", "inspector")
        image, strip, lines = (Skeleton(theme, shape) for shape in ("image", "tiles", "lines"))
        side = QVBoxLayout(self._side)
        side.setContentsMargins(tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4)
        side.setSpacing(tokens.SPACE_3)
        side.addWidget(label(self.tr("Looking for images…"), "heading", wrap=True))
        side.addWidget(label(self.tr("Folders inside are looked through too."), "muted", wrap=True))
        side.addWidget(lines)
        side.addStretch(1)
        middle, row = QVBoxLayout(), QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        middle.addWidget(image, 1)
        middle.addWidget(strip)
        row.addLayout(middle, 1)
        row.addWidget(self._side)
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.changed.connect(self._widen)
        self._widen()

    def _widen(self) -> None:
        self._side.setFixedWidth((tokens.INSPECTOR_WIDTH + self._theme.px(tokens.INSPECTOR_WIDTH)) // 2)
