"""Keys as the user wants them: every action with its keys, and a field to press another."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from leukdesk.app.theme import tokens
from leukdesk.app.views.actions import Actions, is_key, keys_of, plain, spoken_keys
from leukdesk.app.views.widgets.labels import label

_ROLE = Qt.ItemDataRole.UserRole
_NATIVE = QKeySequence.SequenceFormat.NativeText
_ROWS = 9


class KeyField(QLineEdit):
    """Takes the next key that is pressed; Tab goes on to the next field as everywhere else."""

    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.key = QKeySequence()
        self.setReadOnly(True)
        self.setPlaceholderText(self.tr("Press a key"))
        self.setAccessibleName(self.tr("New key"))

    def show_key(self, key: QKeySequence) -> None:
        """Show a key, or none, as if it had been pressed."""
        self.key = key
        self.setText(key.toString(_NATIVE))
        self.pressed.emit()

    def event(self, event: QEvent) -> bool:
        """Here keys mean nothing but themselves."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = QKeySequence(_without_shift(event))
        if is_key(key):
            self.show_key(key)


def _without_shift(event: QKeyEvent) -> QKeyCombination:
    """The keys as they are written: where Shift was needed to type "+" or "?", it is no part of the key."""
    held, text = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier, event.text()
    if text.isprintable() and not text.isalnum() and not text.isspace() and text:
        held &= ~Qt.KeyboardModifier.ShiftModifier
    return QKeyCombination(held, Qt.Key(event.key()))


class KeySettings(QWidget):
    """A key that another action has is not given away unasked: the message says whose it is, and offers to take it."""

    def __init__(
        self, actions: Actions, sections: Iterable[tuple[str, list[QAction]]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self.list, self.field = QTreeWidget(), KeyField()
        self.message = label("", "caption", wrap=True)
        self.use, self.designed = QPushButton(self.tr("Use this key")), QPushButton(self.tr("As designed"))
        self.none = QPushButton(self.tr("No key"))
        self.take, self.all_designed = QPushButton(), QPushButton(self.tr("All keys as designed"))
        self._sections = [(title, actions) for title, actions in sections]
        self._set_up()
        self._lay_out()
        self._connect()
        self._fill()

    @property
    def action(self) -> QAction | None:
        """The action whose key can be changed now."""
        item = self.list.currentItem()
        return item.data(0, _ROLE) if item is not None else None

    def choose(self, action: QAction) -> None:
        """Select an action."""
        for item in self.list.findItems("", Qt.MatchFlag.MatchContains):
            if item.data(0, _ROLE) is action:
                self.list.setCurrentItem(item)

    def _set_up(self) -> None:
        self.list.setColumnCount(2)
        self.list.setHeaderLabels([self.tr("What it does"), self.tr("Keys")])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(self.tr("Actions and their keys"))
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.setTabKeyNavigation(False)
        self.take.hide()

    def _connect(self) -> None:
        self.list.currentItemChanged.connect(lambda *_: self._begin())
        self.field.pressed.connect(self._look)
        self.use.clicked.connect(self._use)
        self.take.clicked.connect(self._give)
        self.designed.clicked.connect(self._as_designed)
        self.none.clicked.connect(lambda: self._bind(()))
        self.all_designed.clicked.connect(lambda: self._actions.rebind({}))
        self._actions.keys_changed.connect(self._fill)

    def _fill(self) -> None:
        before = self.action
        self.list.clear()
        for title, actions in self._sections:
            for action in actions:
                item = QTreeWidgetItem([f"{title} › {plain(action.text())}", spoken_keys(action)])
                item.setData(0, _ROLE, action)
                changed = keys_of(action) != self._actions.designed_keys(action)
                font = item.font(1)
                font.setBold(changed)
                item.setFont(1, font)
                self.list.addTopLevelItem(item)
        self.list.setMinimumHeight(_ROWS * max(self.list.sizeHintForRow(0), 1) + self.list.header().height())
        self.choose(before or self._sections[0][1][0])
        self.all_designed.setEnabled(bool(self._actions.rebound()))

    def _begin(self) -> None:
        self.field.show_key(QKeySequence())
        self.message.setText(self.tr("Click into the field and press the new key."))
        self._look()

    def _look(self) -> None:
        """Say before anything changes whose key this is."""
        key, action = self.field.key, self.action
        other = self._actions.holder(key, action) if action is not None and is_key(key) else None
        self.use.setEnabled(is_key(key) and other is None)
        self.take.setVisible(other is not None)
        if other is not None:
            words = self.tr("{key} is the key of “{action}”.")
            self.message.setText(words.format(key=key.toString(_NATIVE), action=plain(other.text())))
            self.take.setText(self.tr("Take it from there"))

    def _use(self) -> None:
        self._bind((self.field.key.toString(QKeySequence.SequenceFormat.PortableText),))

    def _give(self) -> None:
        self._use()

    def _as_designed(self) -> None:
        if self.action is not None:
            self._bind(self._actions.designed_keys(self.action))

    def _bind(self, keys: tuple[str, ...]) -> None:
        action = self.action
        if action is not None:
            self._actions.bind(action, keys)
            self._begin()
            words = self.tr("“{action}” now has: {keys}") if keys else self.tr("“{action}” now has no key.")
            self.message.setText(words.format(action=plain(action.text()), keys=spoken_keys(action)))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(label(self.tr("New key")))
        row.addWidget(self.field, 1)
        row.addWidget(self.use)
        other = QGridLayout()
        other.setSpacing(tokens.SPACE_2)
        for at, button in enumerate((self.designed, self.none, self.all_designed)):
            other.addWidget(button, 0, at)
        other.setColumnStretch(3, 1)
        said = QHBoxLayout()
        said.addWidget(self.message, 1)
        said.addWidget(self.take)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_2)
        column.addWidget(self.list)
        column.addLayout(row)
        column.addLayout(said)
        column.addLayout(other)
