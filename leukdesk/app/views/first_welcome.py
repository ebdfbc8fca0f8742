"""The first minute: what leukdesk does, what it does not do, where data is kept, and a way to look around."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.faces import research_use
from leukdesk.app.views.widgets.labels import label

_WIDTH = 520


class FirstWelcome(QDialog):
    """Shown once, and again from Help."""

    look_around = Signal()

    def __init__(self, theme: Theme, data_folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Welcome"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_4)
        self._column.setSpacing(tokens.SPACE_2)
        self._width = theme.px(_WIDTH)
        self._column.addWidget(label(self.tr("Welcome to leukdesk"), "title"))
        self._say(
            "",
            self.tr(
                "It shows what a neural network sees in a picture of a blood smear: which class it names, how sure it "
                "is, and which part of the picture it looked at."
            ),
        )
        self._say(
            self.tr("What it does not do"),
            self.tr(
                "It makes no diagnosis and replaces no count. It knows only the classes its model was trained on, and "
                "it can be wrong while it seems sure. Every finding is for you to confirm."
            ),
        )
        self._say(
            self.tr("Where your data is kept"),
            self.tr("Your images stay where they are. Nothing leaves this computer. Settings and the log are here:")
            + f"\n{data_folder}",
        )
        self._column.addSpacing(tokens.SPACE_2)
        self._column.addWidget(label(research_use(), "strong", wrap=True))
        self._add_buttons()

    def _say(self, title: str, words: str) -> None:
        if title:
            self._column.addSpacing(tokens.SPACE_2)
            self._column.addWidget(label(title, "heading", wrap=True))
        text = label(words, wrap=True)
        text.setMinimumWidth(self._width)
        self._column.addWidget(text)

    def _add_buttons(self) -> None:
        later, now = QPushButton(self.tr("Start without")), QPushButton(self.tr("Open the sample case"))
        now.setProperty("kind", "primary")
        now.setDefault(True)
        later.clicked.connect(self.reject)
        now.clicked.connect(self.accept)
        now.clicked.connect(self.look_around)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(later)
        row.addWidget(now)
        self._column.addSpacing(tokens.SPACE_3)
        self._column.addLayout(row)
