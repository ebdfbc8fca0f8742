"""How far probabilities can be believed: how sure two models were against how often they were right."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.domain.gate import ReliabilityBin

translate = QCoreApplication.translate

_SIDE = 240  # px
_LINES = (0.0, 0.25, 0.5, 0.75, 1.0)
_SMALLEST, _LARGEST = 3.0, 8.0  # px: radius of a dot, by its share of the images


class ReliabilityPlot(QWidget):
    """The new model as dots, the other as squares, larger where there are more images; on the diagonal all is well."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._new: Sequence[ReliabilityBin] = ()
        self._active: Sequence[ReliabilityBin] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        self.setAccessibleName(translate("ReliabilityPlot", "How sure the models were, and how often right"))
        theme.changed.connect(self.updateGeometry)

    def show_bins(self, new: Sequence[ReliabilityBin], active: Sequence[ReliabilityBin], spoken: str) -> None:
        """Show these; `active` may be empty. `spoken` says the same in words."""
        self._new, self._active = new, active
        self.setAccessibleDescription(spoken)
        self.setToolTip(spoken.replace("; ", "\n"))
        self.update()

    def sizeHint(self) -> QSize:
        side = self._theme.px(_SIDE)
        return QSize(side + self._words_width(), side + 2 * self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self._room()
        self._draw_scale(painter, room)
        self._draw_line(painter, room, self._active, "muted")
        self._draw_line(painter, room, self._new, "accent")
        self._draw_dots(painter, room, self._active, "muted", round_ones=False)
        self._draw_dots(painter, room, self._new, "accent", round_ones=True)

    def _words_width(self) -> int:
        return self.fontMetrics().horizontalAdvance("100 %") + tokens.SPACE_3

    def _room(self) -> QRectF:
        line = self.fontMetrics().height()
        whole = self.rect().toRectF()
        return whole.adjusted(self._words_width(), line / 2 + 2, -line, -line - tokens.SPACE_2)

    @staticmethod
    def _at(room: QRectF, sure: float, right: float) -> QPointF:
        return QPointF(room.left() + room.width() * sure, room.bottom() - room.height() * right)

    def _draw_scale(self, painter: QPainter, room: QRectF) -> None:
        tall, wide = painter.fontMetrics().height(), self._words_width()
        for value in _LINES:
            painter.setPen(QPen(self._theme.colour("border"), 1))
            painter.drawLine(self._at(room, 0, value), self._at(room, 1, value))
            painter.setPen(self._theme.colour("muted"))
            words = f"{number(100 * value)} %"
            up = self._at(room, 0, value)
            right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(QRectF(0, up.y() - tall / 2, wide - tokens.SPACE_2, tall), right, words)
            if value in (0.0, 0.5, 1.0):
                place = QRectF(0, 0, wide, tall)
                place.moveCenter(QPointF(self._at(room, value, 0).x(), self.height() - tall / 2))
                place.moveRight(min(place.right(), self.width()))
                painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), words)
        painter.setPen(QPen(self._theme.colour("outline"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(self._at(room, 0, 0), self._at(room, 1, 1))

    def _draw_line(self, painter: QPainter, room: QRectF, bins: Sequence[ReliabilityBin], ink: str) -> None:
        painter.setPen(QPen(self._theme.colour(ink), 1.5))
        places = [self._at(room, one.confidence, one.accuracy) for one in bins]
        for one, other in pairwise(places):
            painter.drawLine(one, other)

    def _draw_dots(
        self, painter: QPainter, room: QRectF, bins: Sequence[ReliabilityBin], ink: str, *, round_ones: bool
    ) -> None:
        most = max((one.images for one in bins), default=1)
        painter.setPen(QPen(self._theme.colour("surface"), 1))
        painter.setBrush(self._theme.colour(ink))
        for one in bins:
            reach = _SMALLEST + (_LARGEST - _SMALLEST) * (one.images / most) ** 0.5
            centre = self._at(room, one.confidence, one.accuracy)
            if round_ones:
                painter.drawEllipse(centre, reach, reach)
            else:
                painter.drawRect(QRectF(centre.x() - reach, centre.y() - reach, 2 * reach, 2 * reach))
