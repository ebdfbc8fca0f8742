"""A control chart: values over time with their base line and its limits, as laboratories draw them."""

from __future__ import annotations

from math import floor, log10

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.watch_words import Chart, Point

translate = QCoreApplication.translate

_HIGH, _DOT, _CAP, _MARK = 240, 4, 3, 9  # px
_STEPS, _NEAR = 6, 10
_MANY = 30  # points, from which on only the newest and those that drift show their limits
_SPOKEN = 20  # of the newest points


class ControlChart(QWidget):
    """A dot for each run of the control set, a hollow diamond for new photographs; what drifts has a triangle above."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chart = Chart("")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(translate("ControlChart", "Control chart"))
        theme.changed.connect(self.updateGeometry)

    def show_chart(self, chart: Chart) -> None:
        """Show this."""
        self._chart = chart
        self.setAccessibleName(translate("ControlChart", "Control chart: {what}").format(what=chart.title))
        self.setAccessibleDescription("\n".join(one.spoken for one in chart.points[-_SPOKEN:]))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, self._theme.px(_HIGH))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._spoken_at(event.pos().x()), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        low, high = self._range()
        room = self._room(low, high)
        self._draw_scale(painter, room, low, high)
        self._draw_base(painter, room, low, high)
        places = [
            QPointF(self._x(at, room), _y(one.value, room, low, high)) for at, one in enumerate(self._chart.points)
        ]
        self._draw_changes(painter, room)
        self._join(painter, places)
        for one, place in zip(self._chart.points, places, strict=True):
            self._draw_point(painter, one, place, room, low, high)
        self._draw_names(painter, room)

    # -- where things are

    def _spoken_at(self, x: float) -> str:
        room = self._room(*self._range())
        near = sorted((abs(self._x(at, room) - x), one.spoken) for at, one in enumerate(self._chart.points))
        return near[0][1] if near and near[0][0] < _NEAR else ""

    def _range(self) -> tuple[float, float]:
        """What is shown: all values, and the limits where there are some."""
        chart = self._chart
        shown = [one.value for one in chart.points]
        for pair in (*(one.limits for one in chart.points), chart.limits):
            shown += pair or ()
        if not shown:
            return 0.0, 1.0
        low, high = min(shown), max(shown)
        air = 0.08 * (high - low) or max(abs(high) * 0.05, 0.01)
        return max(chart.span[0], low - air), min(chart.span[1], high + air)

    def _room(self, low: float, high: float) -> QRectF:
        line = self.fontMetrics().height()
        words = max(map(self.fontMetrics().horizontalAdvance, map(self._chart.written, _ticks(low, high))), default=0)
        whole = self.rect().toRectF()
        return whole.adjusted(words + tokens.SPACE_3, line, -tokens.SPACE_3, -line - tokens.SPACE_2)

    def _x(self, at: int, room: QRectF) -> float:
        return room.left() + room.width() * (at + 0.5) / max(1, len(self._chart.points))

    # -- what is painted

    def _draw_scale(self, painter: QPainter, room: QRectF, low: float, high: float) -> None:
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        tall = painter.fontMetrics().height()
        for value in _ticks(low, high):
            y = _y(value, room, low, high)
            painter.setPen(QPen(self._theme.colour("border"), 1))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(self._theme.colour("muted"))
            words = QRectF(0, y - tall / 2, room.left() - tokens.SPACE_2, tall)
            painter.drawText(words, right, self._chart.written(value))

    def _draw_base(self, painter: QPainter, room: QRectF, low: float, high: float) -> None:
        """The base line, and its limits as broken lines."""
        chart = self._chart
        drawn = [] if chart.middle is None else [(chart.middle, Qt.PenStyle.SolidLine)]
        drawn += [(one, Qt.PenStyle.DashLine) for one in chart.limits or ()]
        for value, style in drawn:
            if low <= value <= high:
                painter.setPen(QPen(self._theme.colour("muted"), 1.5, style))
                y = _y(value, room, low, high)
                painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))

    def _draw_changes(self, painter: QPainter, room: QRectF) -> None:
        """A dotted line down where another model begins."""
        painter.setPen(QPen(self._theme.colour("muted"), 1, Qt.PenStyle.DotLine))
        points = self._chart.points
        for at in range(1, len(points)):
            if points[at].model != points[at - 1].model:
                x = (self._x(at, room) + self._x(at - 1, room)) / 2
                painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))

    def _join(self, painter: QPainter, places: list[QPointF]) -> None:
        """A line through the runs on the frozen files, and one through those on new photographs."""
        painter.setPen(QPen(self._theme.colour("outline"), 1))
        for hollow in (False, True):
            both = zip(self._chart.points, places, strict=True)
            painter.drawPolyline([place for one, place in both if one.hollow == hollow])

    def _draw_point(self, painter: QPainter, one: Point, place: QPointF, room: QRectF, low: float, high: float) -> None:
        colour = self._theme.colour("attention" if one.drifts else "accent")
        painter.setPen(QPen(colour, 1.5))
        few = len(self._chart.points) < _MANY
        if one.limits is not None and (few or one.drifts or one is self._chart.points[-1]):
            ends = [QPointF(place.x(), _y(value, room, low, high)) for value in one.limits]
            painter.drawLine(*ends)
            for end in ends:
                painter.drawLine(end - QPointF(_CAP, 0), end + QPointF(_CAP, 0))
        painter.setBrush(self._theme.colour("raised") if one.hollow else colour)
        if one.hollow:
            painter.drawPolygon(_diamond(place))
        else:
            painter.drawEllipse(place, _DOT, _DOT)
        if one.drifts:
            painter.setBrush(colour)
            painter.drawPolygon(_triangle(QPointF(place.x(), room.top() - _MARK)))

    def _draw_names(self, painter: QPainter, room: QRectF) -> None:
        """As many dates as there is room for; the last one always."""
        painter.setPen(self._theme.colour("muted"))
        points = self._chart.points
        wide = max(map(painter.fontMetrics().horizontalAdvance, (one.name for one in points)), default=0)
        wide += tokens.SPACE_3
        step = max(1, -(-len(points) * wide // max(1, int(room.width()))))
        tall, free = painter.fontMetrics().height(), float(self.width())
        for at in range(len(points) - 1, -1, -step):
            place = QRectF(self._x(at, room) - wide / 2, self.height() - tall, wide, tall)
            if at == len(points) - 1:
                place.moveRight(min(place.right(), free))
            if place.right() > free + 1:
                continue
            free = place.left()
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), points[at].name)


def _y(value: float, room: QRectF, low: float, high: float) -> float:
    return room.bottom() - room.height() * (value - low) / ((high - low) or 1.0)


def _ticks(low: float, high: float) -> list[float]:
    """About four round numbers between two."""
    size = (high - low) / _STEPS or 1.0
    unit = 10.0 ** floor(log10(size))
    step = next((unit * one for one in (1, 2, 5) if unit * one >= size), unit * 10)
    first = floor(low / step) + (0 if low % step == 0 else 1)
    return [step * one for one in range(first, floor(high / step + 1e-9) + 1)]


def _diamond(place: QPointF) -> QPolygonF:
    reach = _DOT + 1.5
    return QPolygonF([place + QPointF(x * reach, y * reach) for x, y in ((0, -1), (1, 0), (0, 1), (-1, 0))])


def _triangle(place: QPointF) -> QPolygonF:
    """A warning sign's shape, its point up."""
    return QPolygonF([place + QPointF(x, y) for x, y in ((0, -5), (5, 4), (-5, 4))])
