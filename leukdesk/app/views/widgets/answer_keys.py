"""The answers a reviewer can give, each with its key: one press is one answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.faces import percent

_CAP, _BAR = 22, 4  # px
_LEAST = 120  # px, of the width


@dataclass(frozen=True, slots=True)
class AnswerLook:
    """One answer: `colour` is empty for what is no class, `probability` None where it is not to be seen."""

    label: str
    name: str
    key: str
    colour: str = ""
    probability: float | None = None
    models: bool = False  # whether it is the model's answer
    given: bool = False  # whether it is the human's


class AnswerKey(QPushButton):
    """One answer with its key, its name and what the model thinks of it."""

    def __init__(self, theme: Theme, look: AnswerLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self.look = theme, look
        self.setProperty("kind", "choice")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCheckable(True)
        self.show_look(look)

    def show_look(self, look: AnswerLook) -> None:
        """Show another answer, or the same one otherwise."""
        self.look = look
        said = percent(look.probability) if look.probability is not None else ""
        self.setChecked(look.given)
        self.setAccessibleName(", ".join(part for part in (look.name, said) if part))
        self.setAccessibleDescription(self.tr("Key {key}").format(key=look.key))
        self.setToolTip(f"{look.name} ({look.key})")
        self.update()

    def nextCheckState(self) -> None:
        """What is given is for the review to say, not for the click."""

    def sizeHint(self) -> QSize:
        room = max(self.fontMetrics().height(), self._theme.px(_CAP))
        return QSize(_LEAST, room + _BAR + 2 * tokens.SPACE_2 + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = self._theme.colour("text" if self.isEnabled() else "disabled")
        if self.isChecked():
            painter.setPen(QPen(self._theme.colour("accent"), 2))
            painter.setBrush(self._theme.colour("tint"))
            inside = 3.0 if self.hasFocus() else 1.0
            painter.drawRoundedRect(self.rect().toRectF().adjusted(inside, inside, -inside, -inside), 5, 5)
        self._draw_cap(painter, ink)
        self._draw_words(painter, ink)
        self._draw_bar(painter)

    def _line(self) -> QRect:
        edge = tokens.SPACE_3
        return self.rect().adjusted(edge, tokens.SPACE_2, -edge, -tokens.SPACE_2 - _BAR)

    def _mirrored(self, part: QRect) -> QRect:
        if not self.isRightToLeft():
            return part
        return QRect(self.width() - part.right() - 1, part.top(), part.width(), part.height())

    def _draw_cap(self, painter: QPainter, ink: QColor) -> None:
        line, side = self._line(), self._theme.px(_CAP)
        cap = QRect(line.left(), line.center().y() - side // 2, side, side)
        painter.setPen(QPen(self._theme.colour("outline"), 1))
        painter.setBrush(self._theme.colour("surface"))
        painter.drawRoundedRect(self._mirrored(cap).toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(ink)
        painter.drawText(self._mirrored(cap), int(Qt.AlignmentFlag.AlignCenter), self.look.key)

    def _draw_words(self, painter: QPainter, ink: QColor) -> None:
        font = painter.font()
        font.setBold(self.look.models or self.look.given)
        painter.setFont(font)
        painter.setPen(ink)
        line = self._line().adjusted(self._theme.px(_CAP) + tokens.SPACE_3, 0, 0, 0)
        said = percent(self.look.probability) if self.look.probability is not None else ""
        vertical = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self._mirrored(line), int(Qt.AlignmentFlag.AlignRight | vertical), said)
        taken = painter.fontMetrics().horizontalAdvance(said) + tokens.SPACE_2 if said else 0
        room = line.adjusted(0, 0, -taken, 0)
        name = painter.fontMetrics().elidedText(self.look.name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(self._mirrored(room), int(Qt.AlignmentFlag.AlignLeft | vertical), name)

    def _draw_bar(self, painter: QPainter) -> None:
        if not self.look.colour:
            return
        line = self._line().adjusted(self._theme.px(_CAP) + tokens.SPACE_3, 0, 0, 0)
        track = QRectF(
            self._mirrored(QRect(line.left(), self.height() - tokens.SPACE_2 - _BAR + 1, line.width(), _BAR))
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("track"))
        painter.drawRoundedRect(track, _BAR / 2, _BAR / 2)
        share = self.look.probability
        if share is None or share < 0.0005:
            return
        width = max(float(_BAR), track.width() * share)
        left = track.right() - width if self.isRightToLeft() else track.left()
        colour = QColor(self.look.colour)
        painter.setPen(QPen(colour.darker(130), 1))  # yellow stays visible on a light ground
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(left + 0.5, track.top() + 0.5, width - 1, _BAR - 1), _BAR / 2, _BAR / 2)


class AnswerKeys(QWidget):
    """All answers, in an order that never changes while one works; `chosen` names the label of the one pressed."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.keys: list[AnswerKey] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(tokens.SPACE_1)

    def show_looks(self, looks: Iterable[AnswerLook]) -> None:
        """Show these answers."""
        shown = list(looks)
        while len(self.keys) < len(shown):
            key = AnswerKey(self._theme, shown[len(self.keys)], self)
            key.clicked.connect(lambda _on=False, key=key: self.chosen.emit(key.look.label))
            self.keys.append(key)
            self._column.addWidget(key)
        for place, key in enumerate(self.keys):
            key.setVisible(place < len(shown))
            if place < len(shown):
                key.show_look(shown[place])
