"""Counting by hand on the same case: one key a class, the last one undone with Backspace, a bell at the target."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.cells import Cells
from leukdesk.app.viewmodels.differential import DifferentialViewModel
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.class_keys import class_of
from leukdesk.app.views.widgets.labels import label
from leukdesk.domain.reader_classes import ReaderClass
from leukdesk.domain.review import UNIDENTIFIED

_COLUMNS = 3


class TallyView(QWidget):
    """One page below the image. Keys count while it, or a button of it, has the focus."""

    def __init__(self, cells: Cells, model: DifferentialViewModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells, self._model, self._theme = cells, model, theme
        self.buttons: dict[str, QPushButton] = {}
        self.total = label("", "heading")
        self.said = label("", "", wrap=True)
        self.bar = QProgressBar()
        self.undo = QPushButton(self.tr("Take the last one back (Backspace)"))
        self.anew = QPushButton(self.tr("Count anew"))
        self._grid = QGridLayout()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Count by hand"))
        self._lay_out()
        cells.model_changed.connect(self._fill)
        model.changed.connect(self.refresh)
        model.rang.connect(self._ring)
        self.undo.clicked.connect(model.untap)
        self.anew.clicked.connect(model.start_over)
        self._fill()

    def refresh(self) -> None:
        """Follow the view-model."""
        tally = self._model.tally
        counts = tally.counts()
        for class_id, button in self.buttons.items():
            look = self._cells.looks.look(class_id)
            key = self._key(look)
            words = f"{key}   {look.display}   {number(counts.get(class_id, 0))}" if key else ""
            button.setText((words or f"{look.display}   {number(counts.get(class_id, 0))}").replace("&", "&&"))
        words = self.tr("{white} of {target} white cells").format(white=number(tally.white), target=tally.target)
        self.total.setText(words)
        self.bar.setRange(0, tally.target)
        self.bar.setValue(tally.white)
        for one in (self.undo, self.anew):
            one.setEnabled(bool(tally.entries))
        self.said.setText(self._words())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        label_of = class_of(self._cells, event)
        if event.key() == Qt.Key.Key_Backspace:
            self._model.untap()
        elif label_of is not None and label_of != UNIDENTIFIED:
            self._model.tap(label_of)
        else:
            super().keyPressEvent(event)

    def event(self, event: object) -> bool:
        """Its keys come before those of the window."""
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.ShortcutOverride:
            mine = event.key() == Qt.Key.Key_Backspace or class_of(self._cells, event) not in (None, UNIDENTIFIED)
            if mine:
                event.accept()
                return True
        return super().event(event)  # type: ignore[arg-type]  # PySide's own QEvent

    def _words(self) -> str:
        tally, agreement = self._model.tally, self._model.agreement
        if tally.full:
            full = self.tr("The target is reached: nothing more is counted.")
            return f"{full} {self._agreement_words()}".strip() if agreement else full
        if not tally.entries:
            return self.tr("Press a key or a button for each cell you see. The differential shows both counts.")
        return self._agreement_words() if agreement else ""

    def _agreement_words(self) -> str:
        differ = [one.display for one in self._model.agreement.values() if not one.agree]
        if differ:
            return self.tr("Differs from the model by more than chance: {classes}.").format(classes=", ".join(differ))
        return self.tr("Agrees with the model, as far as chance can tell.")

    def _key(self, look: ReaderClass) -> str:
        keys = [one.id for one in self._cells.keys]
        return str(keys.index(look.id) + 1) if look.id in keys else ""

    def _ring(self) -> None:
        QApplication.beep()

    def _fill(self) -> None:
        for old in self.buttons.values():
            old.hide()
            old.deleteLater()
        self.buttons = {}
        for at, look in enumerate(self._cells.looks.classes):
            button = self.buttons[look.id] = QPushButton()
            button.setProperty("kind", "small")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _on=False, chosen=look.id: self._model.tap(chosen))
            self._grid.addWidget(button, at // _COLUMNS, at % _COLUMNS)
        self.refresh()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_3)
        head.addWidget(self.total)
        head.addWidget(self.bar, 1)
        self._grid.setSpacing(tokens.SPACE_1)
        foot = QHBoxLayout()
        foot.setSpacing(tokens.SPACE_2)
        for one in (self.undo, self.anew):
            one.setProperty("kind", "small")
            foot.addWidget(one)
        foot.addStretch(1)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Cells counted by hand"))
        inside, area = QWidget(), QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        column = QVBoxLayout(inside)
        column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_1, tokens.SPACE_4, tokens.SPACE_2)
        column.setSpacing(tokens.SPACE_2)
        column.addLayout(head)
        column.addLayout(self._grid)
        column.addWidget(self.said)
        column.addLayout(foot)
        column.addStretch(1)
