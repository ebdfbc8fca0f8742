"""An on/off switch."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from leukdesk.app.theme.theme import Theme

_WIDTH, _HEIGHT = 36, 20


class Switch(QAbstractButton):
    """A checkable button drawn as a switch; its accessible name says what it switches."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self._resize)
        self._resize()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(_WIDTH) + 4, self._theme.px(_HEIGHT) + 4)

    def _resize(self) -> None:
        self.setFixedSize(self.sizeHint())
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tall = self._theme.px(_HEIGHT)
        track = QRectF(2, 2, self._theme.px(_WIDTH), tall)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.colour("focus"), 2))
            painter.drawRoundedRect(track.adjusted(-1.2, -1.2, 1.2, 1.2), tall / 2 + 1, tall / 2 + 1)
        on = self.isChecked() and self.isEnabled()
        painter.setPen(QPen(self._theme.colour("accent" if on else "muted"), 1))
        painter.setBrush(self._theme.colour("accent" if on else "track"))
        painter.drawRoundedRect(track.adjusted(0.5, 0.5, -0.5, -0.5), tall / 2, tall / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("on_accent" if on else "muted" if self.isEnabled() else "disabled"))
        left = track.right() - tall + 4 if self.isChecked() else track.left() + 4
        painter.drawEllipse(QRectF(left, track.top() + 4, tall - 8, tall - 8))
