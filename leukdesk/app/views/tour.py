"""Points at a few things in the window, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.labels import label

_WIDTH = 320
_AIR = 10  # px between what is pointed at and the words


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing to point at."""

    target: QWidget
    title: str
    words: str


class Tour(QFrame):
    """A small card beside a ring. The window stays usable; Esc ends the tour."""

    def __init__(self, theme: Theme, stops: Sequence[Stop], window: QWidget) -> None:
        super().__init__(window)
        self._stops, self._at, self._window = list(stops), 0, window
        self.ring = QFrame(window)
        self.ring.setProperty("drop", "true")
        self.ring.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setProperty("overlay", "true")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title, self._words = label("", "heading", wrap=True), label("", wrap=True)
        self._count = label("", "caption")
        self.end, self.next = QPushButton(self.tr("End")), QPushButton()
        self.next.setProperty("kind", "primary")
        self.end.clicked.connect(self.finish)
        self.next.clicked.connect(self._go_on)
        self._width = theme.px(_WIDTH)
        self._column = QVBoxLayout(self)
        self._lay_out()
        window.installEventFilter(self)
        self._show()
        QTimer.singleShot(0, self, self._place)  # once what it points at has its size

    def finish(self) -> None:
        """Take it away."""
        self._window.removeEventFilter(self)
        self.ring.deleteLater()
        self.deleteLater()
        self.hide()
        self.ring.hide()

    def event(self, event: QEvent) -> bool:
        """Esc is the tour's as long as it has the focus, and not that of the action which has this key."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.setAccepted(event.key() == Qt.Key.Key_Escape)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.finish()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            QTimer.singleShot(0, self, self._place)
        return super().eventFilter(watched, event)

    def _go_on(self) -> None:
        if self._at == len(self._stops) - 1:
            self.finish()
        else:
            self._at += 1
            self._show()

    def _show(self) -> None:
        stop, last = self._stops[self._at], self._at == len(self._stops) - 1
        self._title.setText(stop.title)
        self._words.setText(stop.words)
        self._count.setText(self.tr("{number} of {count}").format(number=self._at + 1, count=len(self._stops)))
        self.next.setText(self.tr("Done") if last else self.tr("Next"))
        self.setAccessibleName(stop.title)
        self.setAccessibleDescription(stop.words)
        self._place()
        self.ring.show()
        self.show()
        self.next.setFocus()

    def _place(self) -> None:
        target, room = self._stops[self._at].target, self._window.rect()
        corner = target.mapTo(self._window, QPoint(0, 0))
        ring = QRect(corner, target.size()).adjusted(-4, -4, 4, 4).intersected(room)
        self.ring.setGeometry(ring)
        self._column.activate()
        width = max(self._width, self._column.minimumSize().width())
        self.resize(width, self._column.totalHeightForWidth(width))
        self.move(_beside(ring, self.rect(), room))
        self.ring.raise_()
        self.raise_()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self._count)
        row.addStretch(1)
        row.addWidget(self.end)
        row.addWidget(self.next)
        column = self._column
        column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_3)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addSpacing(tokens.SPACE_2)
        column.addLayout(row)


def _beside(ring: QRect, card: QRect, room: QRect) -> QPoint:
    """Where the card covers nothing of the ring: left, right, below or above it, and within the window."""
    left = max(room.left() + _AIR, min(ring.left(), room.right() - card.width() - _AIR))
    top = max(room.top() + _AIR, min(ring.top(), room.bottom() - card.height() - _AIR))
    if ring.left() - _AIR - card.width() >= room.left():
        return QPoint(ring.left() - _AIR - card.width(), top)
    if ring.right() + _AIR + card.width() <= room.right():
        return QPoint(ring.right() + _AIR, top)
    if ring.bottom() + _AIR + card.height() <= room.bottom():
        return QPoint(left, ring.bottom() + _AIR)
    return QPoint(left, max(ring.top() - _AIR - card.height(), room.top()))
