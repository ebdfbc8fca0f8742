"""All training runs, the newest first, and a button for a new one."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.train_desk import TrainDesk
from leukdesk.app.views.run_words import moment, state_icon, state_word
from leukdesk.app.views.widgets.labels import label
from leukdesk.training_runs import TrainingRun

_WIDTH, _LINE = 250, 48  # px
_COLOURS = {"attention": "attention", "refuse": "refuse", "ok": "ok", "running": "accent"}


class RunList(QFrame):
    """`chosen` carries the key of a run that a person wants to see."""

    chosen = Signal(str)
    new_wished = Signal()

    def __init__(self, desk: TrainDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._theme = desk, theme
        self.setProperty("panel", "side")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.list = QListWidget()
        self.list.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.list.setAccessibleName(self.tr("Training runs"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setUniformItemSizes(True)
        self.new = QPushButton(self.tr("New…"))
        self.new.setProperty("kind", "small")
        self.new.setAccessibleName(self.tr("Train a model…"))
        self._lay_out()
        desk.listed.connect(self._rebuild)
        desk.changed.connect(self._follow)
        theme.changed.connect(self._fit)
        self.new.clicked.connect(lambda: self.new_wished.emit())
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        self._fit()

    def mark(self, key: str) -> None:
        """Mark the run that is shown."""
        for item in self._items():
            if item.data(Qt.ItemDataRole.UserRole) == key:
                self.list.setCurrentItem(item)
                return
        self.list.setCurrentRow(-1)

    def _rebuild(self) -> None:
        current = self.list.currentItem()
        key = current.data(Qt.ItemDataRole.UserRole) if current is not None else ""
        self.list.clear()
        for run in self._desk.runs:
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, run.key)
            item.setSizeHint(self._line())
            self.list.addItem(item)
            self._say(item, run)
        self.mark(key)

    def _follow(self, key: str) -> None:
        run = self._desk.run(key)
        for item in self._items():
            if run is not None and item.data(Qt.ItemDataRole.UserRole) == key:
                self._say(item, run)

    def _say(self, item: QListWidgetItem, run: TrainingRun) -> None:
        state = state_word(run)
        more = f"{number(100 * run.progress.share)} %" if run.is_on else moment(run.begun_at)
        item.setText(f"{run.title}\n{state} · {more}")
        item.setToolTip(run.title)
        icon = state_icon(run)
        item.setIcon(QIcon(self._theme.pixmap(icon, _COLOURS.get(icon, "muted"))))

    def _line(self) -> QSize:
        return QSize(0, self._theme.px(_LINE))

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _fit(self) -> None:
        self.setMinimumWidth(self._theme.px(_WIDTH))  # wider only for words that need it
        self.list.setIconSize(QSize(self._theme.px(tokens.ICON), self._theme.px(tokens.ICON)))
        for item in self._items():
            item.setSizeHint(self._line())
            self._follow(item.data(Qt.ItemDataRole.UserRole))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(tokens.SPACE_4, tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_2)
        head.addWidget(label(self.tr("Training"), "heading"), 1)
        head.addWidget(self.new)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.list, 1)
