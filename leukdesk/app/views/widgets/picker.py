"""A combo box drawn in the window's own style, since Qt's stylesheets cannot colour its arrow."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox, QListView, QToolTip, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme

_NARROWEST = 96  # px


class Picker(QComboBox):
    """Choose one of a few; the wheel scrolls past it instead of changing it by accident."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(name)
        self.setView(QListView())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        words = [self.placeholderText(), *(self.itemText(at) for at in range(self.count()))]
        widest = max(map(self.fontMetrics().horizontalAdvance, words))
        return QSize(widest + 3 * tokens.SPACE_3 + self._theme.px(tokens.ICON), self._tall())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(_NARROWEST), self._tall())

    def _tall(self) -> int:
        return self.fontMetrics().height() + 2 * tokens.SPACE_2

    def event(self, event: QEvent) -> bool:
        """What is shortened is told in full under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and not self.toolTip():
            cut = self.fontMetrics().horizontalAdvance(self.currentText()) > self._text_room().width()
            QToolTip.showText(event.globalPos(), self.currentText() if cut else "", self)
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus, colour = self.hasFocus(), self._theme.colour
        edge = "focus" if focus else "outline" if self.isEnabled() else "border"
        painter.setPen(QPen(colour(edge), 2 if focus else 1))
        painter.setBrush(colour("hover" if self.underMouse() and self.isEnabled() else "raised"))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), tokens.RADIUS, tokens.RADIUS)
        painter.setPen(colour("text" if self.isEnabled() else "disabled"))
        room = self._text_room()
        words = self.currentText() or self.placeholderText()
        text = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, text)
        self._draw_arrow(painter)

    def _text_room(self) -> QRect:
        arrow = self._theme.px(tokens.ICON)
        room = self.rect().adjusted(tokens.SPACE_3, 0, -tokens.SPACE_3 - arrow, 0)
        if self.isRightToLeft():
            room.translate(arrow, 0)
        return room

    def _draw_arrow(self, painter: QPainter) -> None:
        edge, unit = self._theme.px(tokens.SPACE_3 + tokens.SPACE_1), self._theme.px(2)
        middle = QPointF(edge if self.isRightToLeft() else self.width() - edge, self.height() / 2 + 1)
        painter.setPen(QPen(self._theme.colour("muted"), 1.6, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline([middle + QPointF(x * unit, y * unit) for x, y in ((-2, -1), (0, 1), (2, -1))])
