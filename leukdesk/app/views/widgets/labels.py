"""Labels: one that takes a place in the type scale, one that shortens what does not fit."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """A label in one of the stylesheet's roles: title, heading, strong, section, muted, caption, research."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


def link(text: str) -> QPushButton:
    """A button that looks like a link: for what is done beside the main thing."""
    made = QPushButton(text)
    made.setProperty("kind", "link")
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def rule() -> QFrame:
    """A thin line between sections."""
    made = QFrame()
    made.setProperty("role", "rule")
    return made


class ElidedLabel(QLabel):
    """One line that is shortened with an ellipsis where there is no room; the tooltip then has all of it."""

    def __init__(self, role: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__()
        self._mode = mode
        self._hint = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if role:
            self.setProperty("role", role)

    def set_text(self, text: str, hint: str = "") -> None:
        """Show `text`; the tooltip says `hint`, or the whole text where it was shortened."""
        self._hint = hint
        self.setText(text)
        self.updateGeometry()
        self._set_tooltip()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("…") * 3, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_tooltip()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self._set_tooltip()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), int(self.alignment()), self.shown_text())

    def shown_text(self) -> str:
        """What is painted at the present width."""
        return self.fontMetrics().elidedText(self.text(), self._mode, self.width())

    def _set_tooltip(self) -> None:
        self.setToolTip(self._hint or (self.text() if self.shown_text() != self.text() else ""))
