"""Which class of the data is which of the model's: as their names suggest, until a person says otherwise."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.train_setup import TrainSetup
from leukdesk.app.views.widgets.labels import ElidedLabel, label
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.app.views.widgets.switch import Switch


class ClassMap(QWidget):
    """A line for each class of the data. Hidden until something to begin with is chosen."""

    def __init__(self, setup: TrainSetup, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup, self._theme = setup, theme
        self._offered: list[tuple[str, str]] = []
        self._names: dict[str, int] = {}
        self.pickers: dict[str, Picker] = {}
        self.own = Switch(theme, self.tr("Keep the classes as my data names them"))
        self.empty = label(self.tr("Choose what to begin with."), "muted")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(tokens.SPACE_4)
        self._grid.setVerticalSpacing(tokens.SPACE_2)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self._rows = QWidget()
        self._rows.setLayout(self._grid)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._lay_out()
        self.own.clicked.connect(self._use)

    def show_choice(self) -> None:
        """Show what is chosen by now."""
        choice = self._setup.choice
        chosen = choice.source is not None
        self.empty.setVisible(not chosen)
        self._switch.setVisible(choice.source is not None and not choice.source.adapts)
        self.own.setChecked(choice.own_classes)
        counts = choice.looked.get("classes", {})
        self._rows.setVisible(chosen and not choice.own_classes and bool(counts))
        if choice.recipe and not choice.own_classes:
            self._offer([(one["id"], one["display"]) for one in choice.recipe["offered"]], counts)
            for name, picker in self.pickers.items():
                picker.setCurrentIndex(max(0, picker.findData(choice.recipe["class_map"].get(name, ""))))
        elif not choice.recipe and choice.source is not None and not self._setup.doing:
            self._offer([], counts)

    def _offer(self, classes: list[tuple[str, str]], counts: dict[str, int]) -> None:
        if not classes or (classes, counts) == (self._offered, self._names):
            return
        self._offered, self._names = classes, dict(counts)
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.pickers = {name: self._picker(name) for name in counts}
        self._grid.addWidget(label(self.tr("In your data"), "section"), 0, 0)
        self._grid.addWidget(label(self.tr("In the model"), "section"), 0, 1)
        for row, (name, picker) in enumerate(self.pickers.items(), start=1):
            words = ElidedLabel("", Qt.TextElideMode.ElideMiddle)
            words.set_text(self.tr("{name} ({count})").format(name=name, count=number(counts[name])))
            self._grid.addWidget(words, row, 0)
            self._grid.addWidget(picker, row, 1)

    def _picker(self, name: str) -> Picker:
        picker = Picker(self._theme, self.tr("{name} in the model").format(name=name))
        picker.addItem(self.tr("leave these images out"), "")
        for ident, display in self._offered:
            picker.addItem(display, ident)
        picker.activated.connect(partial(self._choose, name))
        return picker

    def _choose(self, name: str, _at: int) -> None:
        chosen = dict(self._setup.choice.class_map) | {name: str(self.pickers[name].currentData())}
        self._setup.use_classes(chosen, own=False)

    def _use(self) -> None:
        self._setup.use_classes(self._setup.choice.class_map, own=self.own.isChecked())

    def _lay_out(self) -> None:
        self._switch = QWidget()
        row = QHBoxLayout(self._switch)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(self.own)
        words = self.tr("Keep the classes as my data names them: a new model of your own, which needs more images")
        row.addWidget(label(words, wrap=True), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(label(self.tr("Classes"), "section"))
        column.addWidget(self.empty)
        column.addWidget(self._switch)
        column.addWidget(self._rows)
