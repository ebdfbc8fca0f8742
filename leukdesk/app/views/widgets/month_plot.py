"""Agreement month by month: kappa as a dot, its limits as a line through it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QDate, QEvent, QLocale, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.agreement import Month
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.signing_words import kappa_words

translate = QCoreApplication.translate

_MOST = 24  # months
_HIGH, _DOT, _CAP = 200, 4, 4  # px
_LINES = (0.0, 0.25, 0.5, 0.75, 1.0)


class MonthPlot(QWidget):
    """The last two years. Months without answers have no dot; below 0 agreement is worse than by chance."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._months: Sequence[Month] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(translate("MonthPlot", "Agreement by month"))
        theme.changed.connect(self.updateGeometry)

    def show_months(self, months: Sequence[Month]) -> None:
        """Show these, the first month first."""
        self._months = list(months)[-_MOST:]
        self.setAccessibleDescription("\n".join(map(_spoken, self._months)))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, self._theme.px(_HIGH))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            room = self._room()
            near = [one for at, one in enumerate(self._months) if abs(self._x(at, room) - event.pos().x()) < 12]
            QToolTip.showText(event.globalPos(), _spoken(near[0]) if near else "", self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self._room()
        self._draw_scale(painter, room)
        self._draw_names(painter, room)
        for at, one in enumerate(self._months):
            self._draw_month(painter, room, self._x(at, room), one)

    @property
    def _lowest(self) -> float:
        """Where the scale begins: at 0, or below where there is anything."""
        lows = [one.kappa.limits.low for one in self._months if one.kappa.limits is not None]
        return -1.0 if any(low < -0.02 for low in lows) else 0.0

    def _room(self) -> QRectF:
        words, line = self.fontMetrics().horizontalAdvance(number(-1, 2)), self.fontMetrics().height()
        whole = self.rect().toRectF()
        return whole.adjusted(words + tokens.SPACE_2, line / 2 + 2, -tokens.SPACE_2, -line - tokens.SPACE_2)

    def _x(self, at: int, room: QRectF) -> float:
        return room.left() + room.width() * (at + 0.5) / max(1, len(self._months))

    def _y(self, value: float, room: QRectF) -> float:
        return room.bottom() - room.height() * (max(self._lowest, value) - self._lowest) / (1 - self._lowest)

    def _draw_scale(self, painter: QPainter, room: QRectF) -> None:
        lines = _LINES if self._lowest == 0 else (-1.0, -0.5, 0.0, 0.5, 1.0)
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        tall = painter.fontMetrics().height()
        for value in lines:
            y = self._y(value, room)
            painter.setPen(QPen(self._theme.colour("outline" if value == 0 else "border"), 1))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(self._theme.colour("muted"))
            words = QRectF(0, y - tall / 2, room.left() - tokens.SPACE_2, tall)
            painter.drawText(words, right, number(value, 2))

    def _draw_names(self, painter: QPainter, room: QRectF) -> None:
        """As many months as there is room for; the last one always."""
        painter.setPen(self._theme.colour("muted"))
        wide = painter.fontMetrics().horizontalAdvance("00.0000") + tokens.SPACE_2
        step = max(1, -(-len(self._months) * wide // max(1, int(room.width()))))
        tall = painter.fontMetrics().height()
        for at in range(len(self._months) - 1, -1, -step):
            place = QRectF(self._x(at, room) - wide / 2, self.height() - tall, wide, tall)
            place.moveRight(min(place.right(), self.width()))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), _name(self._months[at]))

    def _draw_month(self, painter: QPainter, room: QRectF, x: float, one: Month) -> None:
        if one.kappa.value is None or one.kappa.limits is None:
            return
        low, high = self._y(one.kappa.limits.low, room), self._y(one.kappa.limits.high, room)
        painter.setPen(QPen(self._theme.colour("accent"), 1.5))
        painter.drawLine(QPointF(x, low), QPointF(x, high))
        for end in (low, high):
            painter.drawLine(QPointF(x - _CAP, end), QPointF(x + _CAP, end))
        painter.setBrush(self._theme.colour("accent"))
        painter.drawEllipse(QPointF(x, self._y(one.kappa.value, room)), _DOT, _DOT)


def _name(one: Month) -> str:
    return QLocale().toString(QDate(one.month.year, one.month.month, 1), "MM.yyyy")


def _spoken(one: Month) -> str:
    return f"{_name(one)}: {kappa_words(one.kappa)}"
