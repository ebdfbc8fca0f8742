"""Curves over the epochs of a training run; each has its own line and mark besides its colour."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number

translate = QCoreApplication.translate

_HIGH, _WIDE = 200, 300  # px
_MARK, _APART = 3.5, 9.0  # px: half a mark, and how far apart points must be for marks
_TICKS = 4


@dataclass(frozen=True, slots=True)
class Curve:
    """One line; `values` by epoch, from the first on."""

    name: str
    values: tuple[float, ...]
    token: str = "accent"  # colour
    dashed: bool = False  # with square marks instead of round ones


class CurvePlot(QWidget):
    """Grows to the right up to `total` epochs. The best epoch stands out by a line with its name."""

    def __init__(
        self, theme: Theme, name: str, spell: Callable[[float], str], top: float = 0.0, parent: QWidget | None = None
    ) -> None:
        """`spell`: a value in words; `top`: where the scale ends, 0 for where the curves do."""
        super().__init__(parent)
        self._theme, self._spell, self._top = theme, spell, top
        self._curves: tuple[Curve, ...] = ()
        self._total, self._best = 0, -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        theme.changed.connect(self.updateGeometry)

    def show_curves(self, curves: Sequence[Curve], total: int, best: int) -> None:
        """Show these; `total`: epochs at most, `best`: number of the best one from 0, -1 for none."""
        self._curves, self._total, self._best = tuple(curves), max(total, 2), best
        self.setAccessibleDescription("\n".join([*self._sums(), *self._tip(best)]))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(_WIDE), self._theme.px(_HIGH))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(_WIDE) * 2 // 3, self._theme.px(_HIGH))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            room = self._room()
            at = round((event.pos().x() - room.left()) / max(1.0, room.width()) * (self._total - 1))
            QToolTip.showText(event.globalPos(), "\n".join(self._tip(at)), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room, ticks = self._room(), self._scale()
        self._draw_scale(painter, room, ticks)
        self._draw_epochs(painter, room)
        self._draw_best(painter, room)
        for curve in self._curves:
            self._draw(painter, room, (ticks[0], ticks[-1]), curve)
        self._draw_legend(painter)

    # -- words

    def _sums(self) -> list[str]:
        """Where each curve began and where it is."""
        words = translate("CurvePlot", "{name}: {first} in epoch 1, {last} in epoch {epoch}")
        return [
            words.format(
                name=one.name,
                first=self._spell(one.values[0]),
                last=self._spell(one.values[-1]),
                epoch=number(len(one.values)),
            )
            for one in self._curves
            if one.values
        ]

    def _tip(self, at: int) -> list[str]:
        """The values of one epoch."""
        found = [f"{one.name}: {self._spell(one.values[at])}" for one in self._curves if 0 <= at < len(one.values)]
        best = translate("CurvePlot", "Epoch {epoch}, the best") if at == self._best else ""
        head = (best or translate("CurvePlot", "Epoch {epoch}")).format(epoch=number(at + 1))
        return [head, *found] if found else []

    # -- places

    def _finite(self) -> list[float]:
        return [value for one in self._curves for value in one.values if math.isfinite(value)]

    def _scale(self) -> list[float]:
        """Round numbers around all values, the lowest first."""
        values = self._finite() or [0.0, 1.0]
        low, high = min(values), self._top or max(values)
        step = _round_step(max(high - low, 1e-3 * max(1.0, abs(high))) / _TICKS)
        first = math.floor(low / step + 1e-9)
        last = max(first + 1, math.ceil(high / step - 1e-9))
        return [one * step for one in range(first, last + 1)]

    def _room(self) -> QRectF:
        metrics = self.fontMetrics()
        wide = max(metrics.horizontalAdvance(self._spell(one)) for one in self._scale())
        above = metrics.height() * 2 + tokens.SPACE_2
        below = metrics.height() + tokens.SPACE_2
        return self.rect().toRectF().adjusted(wide + tokens.SPACE_2, above, -tokens.SPACE_3, -below)

    def _x(self, at: int, room: QRectF) -> float:
        return room.left() + room.width() * at / max(1, self._total - 1)

    # -- painting

    def _draw_scale(self, painter: QPainter, room: QRectF, ticks: list[float]) -> None:
        tall = painter.fontMetrics().height()
        side = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for value in ticks:
            y = _y(value, room, (ticks[0], ticks[-1]))
            painter.setPen(QPen(self._theme.colour("outline" if value == ticks[0] else "border"), 1))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(self._theme.colour("muted"))
            painter.drawText(QRectF(0, y - tall / 2, room.left() - tokens.SPACE_2, tall), side, self._spell(value))

    def _draw_epochs(self, painter: QPainter, room: QRectF) -> None:
        """Numbers of epochs, as many as there is room for; the last one always."""
        metrics = painter.fontMetrics()
        wide = metrics.horizontalAdvance(number(self._total)) + tokens.SPACE_4
        step = max(1, math.ceil(self._total * wide / max(1.0, room.width())))
        painter.setPen(self._theme.colour("muted"))
        for at in range(self._total - 1, -1, -step):
            place = QRectF(self._x(at, room) - wide / 2, room.bottom() + tokens.SPACE_1, wide, metrics.height())
            place.moveRight(min(place.right(), float(self.width())))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), number(at + 1))

    def _draw_best(self, painter: QPainter, room: QRectF) -> None:
        if self._best < 0 or not self._finite():
            return
        x, words = self._x(self._best, room), translate("CurvePlot", "best")
        painter.setPen(QPen(self._theme.colour("muted"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
        metrics = painter.fontMetrics()
        place = QRectF(0, room.top() - metrics.height(), metrics.horizontalAdvance(words) + 4, metrics.height())
        place.moveLeft(min(max(room.left(), x - place.width() / 2), self.width() - place.width()))
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), words)

    def _draw(self, painter: QPainter, room: QRectF, ends: tuple[float, float], curve: Curve) -> None:
        points = [
            QPointF(self._x(at, room), _y(value, room, ends))
            for at, value in enumerate(curve.values)
            if math.isfinite(value)
        ]
        painter.setPen(self._pen(curve))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        if len(points) < 2 or room.width() / max(1, self._total - 1) >= _APART:
            for point in points:
                self._draw_mark(painter, point, curve)

    def _draw_mark(self, painter: QPainter, at: QPointF, curve: Curve) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour(curve.token))
        if curve.dashed:
            painter.drawRect(QRectF(at.x() - _MARK, at.y() - _MARK, 2 * _MARK, 2 * _MARK))
        else:
            painter.drawEllipse(at, _MARK, _MARK)

    def _draw_legend(self, painter: QPainter) -> None:
        metrics, x = painter.fontMetrics(), float(tokens.SPACE_1)
        for curve in self._curves:
            middle = metrics.height() / 2
            line = QLineF(x, middle, x + 28, middle)
            painter.setPen(self._pen(curve))
            painter.drawLine(line)
            self._draw_mark(painter, line.center(), curve)
            painter.setPen(self._theme.colour("text"))
            wide = metrics.horizontalAdvance(curve.name)
            painter.drawText(QPointF(x + 34, metrics.ascent()), curve.name)
            x += 34 + wide + tokens.SPACE_4

    def _pen(self, curve: Curve) -> QPen:
        return QPen(self._theme.colour(curve.token), 2, Qt.PenStyle.DashLine if curve.dashed else Qt.PenStyle.SolidLine)


def _y(value: float, room: QRectF, ends: tuple[float, float]) -> float:
    return room.bottom() - room.height() * (value - ends[0]) / max(1e-12, ends[1] - ends[0])


def _round_step(least: float) -> float:
    """The next of 1, 2, 5, 10, 20, ... that is not smaller."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * one for one in (1, 2, 5, 10) if power * one >= least * (1 - 1e-9))
