"""How many there are of each: rows of name, count and bar; a row is a switch that narrows a list down to its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number

_BAR = 4  # px
_MARK = 14  # px at 100 % text


@dataclass(frozen=True, slots=True)
class Count:
    """One row. Without `key` it is no switch; `colour` (#RRGGBB) is a class's, else there is an icon in a tone."""

    key: str
    name: str
    count: int
    colour: str = ""
    icon: str = ""
    tone: str = "muted"


class TallyRow(QAbstractButton):
    """One kind."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self.shown, self._share = theme, Count("", "", 0), 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_count(self, one: Count, total: int) -> None:
        """Show a row, as a share of `total`."""
        self.shown, self._share = one, one.count / total if total else 0.0
        self.setAccessibleName(f"{one.name} {number(one.count)}")
        self.setToolTip(one.name)
        self.setEnabled(bool(one.key))
        self.setCheckable(bool(one.key))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if one.key else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if one.key else Qt.CursorShape.ArrowCursor)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() + _BAR + tokens.SPACE_4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter)
        room = self.rect().adjusted(tokens.SPACE_2, tokens.SPACE_1, -tokens.SPACE_2, -_BAR - tokens.SPACE_2)
        self._draw_words(painter, room)
        self._draw_bar(painter, QRectF(room.left(), room.bottom() + 3, room.width(), _BAR))

    def _draw_ground(self, painter: QPainter) -> None:
        edge = "focus" if self.hasFocus() else "accent" if self.isChecked() else ""
        painter.setPen(QPen(self._theme.colour(edge), 2 if self.hasFocus() else 1) if edge else Qt.PenStyle.NoPen)
        hovered = self.shown.key and self.underMouse()
        ground = "tint" if self.isChecked() else "hover" if hovered else "surface"
        painter.setBrush(self._theme.colour(ground))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), tokens.RADIUS, tokens.RADIUS)

    def _draw_words(self, painter: QPainter, room: QRect) -> None:
        side, leading = self._theme.px(_MARK), self.isRightToLeft()
        mark = QRect(room.right() - side if leading else room.left(), room.center().y() - side // 2, side, side)
        if self.shown.colour:
            painter.setPen(QPen(QColor(self.shown.colour).darker(130), 1))
            painter.setBrush(QColor(self.shown.colour))
            painter.drawEllipse(mark.toRectF().adjusted(2, 2, -2, -2))
        elif self.shown.icon:
            painter.drawPixmap(mark.topLeft(), self._theme.pixmap(self.shown.icon, self.shown.tone, _MARK))
        painter.setPen(self._theme.colour("text"))
        count = number(self.shown.count)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), count)
        taken, before = painter.fontMetrics().horizontalAdvance(count) + tokens.SPACE_2, side + tokens.SPACE_2
        words = room.adjusted(taken, 0, -before, 0) if leading else room.adjusted(before, 0, -taken, 0)
        name = painter.fontMetrics().elidedText(self.shown.name, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), name)

    def _draw_bar(self, painter: QPainter, track: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("track"))
        painter.drawRoundedRect(track, _BAR / 2, _BAR / 2)
        if self.shown.count:
            full = QRectF(track)
            full.setWidth(max(_BAR, track.width() * self._share))
            if self.isRightToLeft():
                full.moveRight(track.right())
            painter.setBrush(QColor(self.shown.colour) if self.shown.colour else self._theme.colour(self.shown.tone))
            painter.drawRoundedRect(full, _BAR / 2, _BAR / 2)


class Tally(QWidget):
    """Rows in their order; `chosen` is emitted when the user switches one."""

    chosen = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows: list[TallyRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)

    def show_counts(self, counts: Sequence[Count], chosen: frozenset[str] = frozenset()) -> None:
        """Show these rows, those in `chosen` switched on."""
        while len(self.rows) < len(counts):
            row = TallyRow(self._theme, self)
            row.clicked.connect(self.chosen)
            self.rows.append(row)
            self._column.addWidget(row)
        total = sum(one.count for one in counts)
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(counts))
            if place < len(counts):
                row.show_count(counts[place], total)
                row.setChecked(counts[place].key in chosen)

    def keys(self) -> frozenset[str]:
        """What is switched on."""
        return frozenset(row.shown.key for row in self.rows if row.isChecked() and row.isVisibleTo(self))
