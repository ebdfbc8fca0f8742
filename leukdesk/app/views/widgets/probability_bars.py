"""All classes with their probabilities: name, per cent and bar, never colour alone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.faces import Vocabulary, percent

_BAR = 6
_ROW = 34


class ProbabilityRow(QWidget):
    """One class."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name, self._colour, self._probability, self._first = "", "#999999", 0.0, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_class(self, name: str, colour: str, probability: float, *, first: bool) -> None:
        """Show one class; the most probable one is set in bold."""
        self._name, self._colour, self._probability, self._first = name, colour, probability, first
        self.setAccessibleName(f"{name} {percent(probability)}")
        self.setToolTip(name)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, max(_ROW, self.fontMetrics().height() + _BAR + tokens.SPACE_3))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_words(painter)
        self._draw_bar(painter)

    def _draw_words(self, painter: QPainter) -> None:
        font = painter.font()
        font.setBold(self._first)
        painter.setFont(font)
        painter.setPen(self._theme.colour("text"))
        line = self.rect().adjusted(0, 0, 0, -_BAR - tokens.SPACE_2)
        value = percent(self._probability)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom), value)
        taken = painter.fontMetrics().horizontalAdvance(value) + tokens.SPACE_2
        room = line.adjusted(taken, 0, 0, 0) if self.isRightToLeft() else line.adjusted(0, 0, -taken, 0)
        name = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom), name)

    def _draw_bar(self, painter: QPainter) -> None:
        track = QRectF(0, self.height() - _BAR - 2, self.width(), _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("track"))
        painter.drawRoundedRect(track, _BAR / 2, _BAR / 2)
        width = max(_BAR if self._probability > 0.0005 else 0.0, track.width() * self._probability)
        if width <= 0:
            return
        left = track.right() - width if self.isRightToLeft() else track.left()
        colour = QColor(self._colour)
        painter.setPen(QPen(colour.darker(130), 1))  # yellow stays visible on a light ground
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(left + 0.5, track.top() + 0.5, width - 1, _BAR - 1), _BAR / 2, _BAR / 2)


class ProbabilityBars(QWidget):
    """All classes, the most probable first."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows: list[ProbabilityRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(tokens.SPACE_1)

    def show_ranked(self, ranked: Sequence[tuple[str, float]], vocabulary: Vocabulary) -> None:
        """Show (class id, probability) pairs in their order."""
        while len(self.rows) < len(ranked):
            row = ProbabilityRow(self._theme, self)
            self.rows.append(row)
            self._column.addWidget(row)
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(ranked))
        for place, (row, (class_id, probability)) in enumerate(zip(self.rows, ranked, strict=False)):
            look = vocabulary.look(class_id)
            row.show_class(look.display, look.colour, probability, first=place == 0)
