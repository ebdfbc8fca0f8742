"""All commands, found by typing a few letters of their names."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from leukdesk.app.theme import tokens
from leukdesk.app.views.actions import plain, spoken_keys

_ROLE = Qt.ItemDataRole.UserRole
_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class CommandPalette(QDialog):
    """Type, choose with the arrows, press Enter. What cannot be done now is listed grey, to end the search for it."""

    def __init__(self, sections: Iterable[tuple[str, list[QAction]]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("All commands"))
        self._room = parent
        self.words, self.list = QLineEdit(), QTreeWidget()
        self._entries = [(title, action) for title, actions in sections for action in actions]
        self.words.setPlaceholderText(self.tr("Type what you want to do"))
        self.words.setAccessibleName(self.tr("Search all commands"))
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(self._fill)
        self.words.installEventFilter(self)
        self._set_up_list()
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3)
        column.addWidget(self.words)
        column.addWidget(self.list)
        self._fill("")

    def sizeHint(self) -> QSize:
        room = self._room.size()
        return QSize(min(self.fontMetrics().averageCharWidth() * 90, room.width() - 80), min(460, room.height() - 80))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrows move in the list while the words keep the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.words:
            if event.key() in _MOVES:
                self.list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _set_up_list(self) -> None:
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemActivated.connect(self._run)
        self.list.itemClicked.connect(self._run)

    def _fill(self, words: str) -> None:
        self.list.clear()
        for title, action in sorted(self._matching(words), key=lambda one: not _begins(one[1], words)):
            item = QTreeWidgetItem([f"{title} › {plain(action.text())}", spoken_keys(action)])
            item.setData(0, _ROLE, action)
            item.setDisabled(not action.isEnabled())
            self.list.addTopLevelItem(item)
            if self.list.currentItem() is None and action.isEnabled():
                self.list.setCurrentItem(item)

    def _matching(self, words: str) -> list[tuple[str, QAction]]:
        wanted = words.casefold().split()
        return [
            (title, action)
            for title, action in self._entries
            if all(word in f"{title} {plain(action.text())}".casefold() for word in wanted)
        ]

    def _run(self, item: QTreeWidgetItem | None) -> None:
        if item is None or item.isDisabled():
            return
        action: QAction = item.data(0, _ROLE)
        self.accept()
        QTimer.singleShot(0, action.trigger)  # once the window has the focus again


def _begins(action: QAction, words: str) -> bool:
    return bool(words) and plain(action.text()).casefold().startswith(words.casefold())
