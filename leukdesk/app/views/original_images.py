"""The images a model was made with, named to see, or to prevent, that they are forgotten; nobody need name any."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.train_step import beside
from leukdesk.app.views.widgets.labels import ElidedLabel, label


class OriginalImages(QFrame):
    """`chosen` brings a folder and, where it was named, the file of their division; None for neither."""

    chosen = Signal(object, object)  # Path | None, Path | None

    def __init__(self, title: str, words: str, parent: QWidget | None = None) -> None:
        """`words`: what it buys to name them."""
        super().__init__(parent)
        self._data: Path | None = None
        self._split: Path | None = None
        self.folder, self.split = QPushButton(self.tr("Choose their folder…")), QPushButton()
        self.without = QPushButton(self.tr("Do without"))
        self.where, self.division = ElidedLabel("strong"), ElidedLabel("muted")
        self.said = label("", wrap=True)
        self.setProperty("panel", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_3, tokens.SPACE_4, tokens.SPACE_3)
        column.setSpacing(tokens.SPACE_2)
        column.addWidget(label(title, "heading", wrap=True))
        column.addWidget(label(words, "muted", wrap=True))
        column.addLayout(beside(self.folder, self.split, self.without))
        for one in (self.where, self.division, self.said):
            column.addWidget(one)
        self.split.setToolTip(
            self.tr("The file split.json in the folder of the run that made the model: it keeps test images apart")
        )
        self.folder.clicked.connect(self._ask_folder)
        self.split.clicked.connect(self._ask_split)
        self.without.clicked.connect(lambda: self.take(None, None))
        self.show_chosen(None, None)

    def take(self, data: Path | None, split: Path | None) -> None:
        """Choose, as a person does."""
        self.chosen.emit(data, split)

    def show_chosen(self, data: Path | None, split: Path | None, shown_again: int = 0) -> None:
        """Show what is chosen; `shown_again` of them will be trained on too."""
        self._data, self._split = data, split
        for one in (self.split, self.without, self.where, self.division):
            one.setVisible(data is not None)
        self.split.setText(self.tr("Their division…") if split is None else self.tr("Another division…"))
        self.where.set_text(str(data or ""))
        found = self.tr("Their division is looked for beside them and among the runs of this computer")
        self.division.set_text(found if split is None else str(split))
        again = self.tr("{count} of them are shown again. None of their test images is.")
        self.said.setText(again.format(count=number(shown_again)))
        self.said.setVisible(data is not None and shown_again > 0)

    def _ask_folder(self) -> None:
        dialog = self._dialog(self.tr("The images the model was made with"), QFileDialog.FileMode.Directory)
        dialog.filesSelected.connect(lambda files: self.take(Path(files[0]), None))
        dialog.open()

    def _ask_split(self) -> None:
        dialog = self._dialog(self.tr("The division of these images"), QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Divisions (*.json)"))
        dialog.filesSelected.connect(lambda files: self.take(self._data, Path(files[0])))
        dialog.open()

    def _dialog(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(mode)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog
