"""Step 1 of a new training run: which images, and which columns say their class and their patient."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QFormLayout, QPushButton, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.train_setup import TrainSetup
from leukdesk.app.views.train_step import TrainStep, beside
from leukdesk.app.views.widgets.count_table import CountTable
from leukdesk.app.views.widgets.labels import ElidedLabel, label
from leukdesk.app.views.widgets.picker import Picker


class DataStep(TrainStep):
    """A folder, a manifest, or what people labelled here."""

    def __init__(self, setup: TrainSetup, theme: Theme) -> None:
        super().__init__(
            setup,
            theme,
            self.tr("Which images?"),
            self.tr(
                "A folder with one folder of images for each class, a table (CSV) with a line for each image, or the "
                "images that people labelled here. Nothing is changed, and nothing leaves this computer."
            ),
        )
        self.folder, self.manifest = QPushButton(self.tr("Choose a folder…")), QPushButton(self.tr("Choose a table…"))
        self.reviewed = QPushButton(self.tr("Reviewed and signed cases"))
        self.cells = QPushButton(self.tr("Single cells of signed cases"))
        self.path, self.said = ElidedLabel("strong", Qt.TextElideMode.ElideLeft), label("", wrap=True)
        self.problem = label("", wrap=True)
        self.label_column, self.group_column = (
            Picker(theme, self.tr("Class")),
            Picker(theme, self.tr("Patient or group")),
        )
        self.classes = CountTable(theme, self.tr("Images of each class"), [self.tr("Class"), self.tr("Images")])
        self._columns = QWidget()
        self._set_up()
        self._connect()

    def first_control(self) -> QWidget:
        return self.folder

    def show_choice(self) -> None:
        choice = self._setup.choice
        self.path.set_text(self._where())
        self.said.setText(self._words())
        self.said.setVisible(bool(self.said.text()))
        self.problem.setText(str(choice.looked.get("problem", "")))
        self.problem.setVisible(bool(self.problem.text()))
        self._show_columns()
        rows = [(name, [count]) for name, count in choice.looked.get("classes", {}).items()]
        self.classes.setVisible(bool(rows))
        self.classes.show_rows(rows)
        for button in (self.reviewed, self.cells):
            button.setEnabled(self._setup.reviewed.may_export and self._setup.doing != "copy")

    def _where(self) -> str:
        choice = self._setup.choice
        if choice.reviewed and choice.cells:
            return self.tr("Single cells that people labelled in signed cases")
        if choice.reviewed:
            return self.tr("Images that people labelled in signed cases")
        return str(choice.data) if choice.data is not None else self.tr("Nothing is chosen yet")

    def _words(self) -> str:
        looked = self._setup.choice.looked
        if not looked.get("classes"):
            return ""
        words = [self.tr("{count} images with a class.").format(count=number(looked["images"]))]
        if looked["unlabelled"]:
            words.append(self.tr("{count} without one are left out.").format(count=number(looked["unlabelled"])))
        if looked["groups"]:
            words.append(self.tr("{count} patients or groups.").format(count=number(looked["groups"])))
        if self._setup.choice.left_out:
            words.append(
                self.tr(
                    "{count} reviewed images were left out: their files are gone or changed, or they have two labels."
                ).format(count=number(self._setup.choice.left_out))
            )
        return " ".join(words)

    def _show_columns(self) -> None:
        choice = self._setup.choice
        names = [str(one["name"]) for one in choice.looked.get("columns", ())]
        self._columns.setVisible(bool(names) and not choice.reviewed)
        columns = (
            (self.label_column, choice.label_column, self.tr("the column “class” or “label”")),
            (self.group_column, choice.group_column, self.tr("the column “patient”, “subject” or “group”, if any")),
        )
        for picker, chosen, first in columns:
            wanted = [first, *names]
            if [picker.itemText(at) for at in range(picker.count())] != wanted:
                picker.clear()
                for name in wanted:
                    picker.addItem(name, name if name != wanted[0] else "")
            picker.setCurrentIndex(max(0, picker.findData(chosen)))

    def _set_up(self) -> None:
        column = self._card()
        column.addLayout(beside(self.folder, self.manifest))
        column.addLayout(beside(self.reviewed, self.cells))
        column.addWidget(self.path)
        column.addWidget(self.said)
        form = QFormLayout(self._columns)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(tokens.SPACE_4)
        for picker in (self.label_column, self.group_column):
            form.addRow(label(picker.accessibleName()), picker)
        column.addWidget(self._columns)
        column.addWidget(self.problem)
        column.addWidget(self.classes)
        self.problem.setProperty("tone", "attention")
        self.reviewed.setToolTip(self.tr("Only what people said is taken, never the model's answers"))
        self.cells.setToolTip(
            self.tr("To train a model of single cells; each is cut out as wide as the model in use sees it")
        )

    def _connect(self) -> None:
        self.folder.clicked.connect(self._ask_folder)
        self.manifest.clicked.connect(self._ask_manifest)
        self.reviewed.clicked.connect(lambda: self._setup.use_reviewed())
        self.cells.clicked.connect(lambda: self._setup.use_reviewed(cells=True))
        for picker in (self.label_column, self.group_column):
            picker.activated.connect(self._use_columns)

    def _use_columns(self) -> None:
        self._setup.use_columns(str(self.label_column.currentData()), str(self.group_column.currentData()))

    def _ask_folder(self) -> None:
        self._ask(QFileDialog.FileMode.Directory, self.tr("Images to train on"), "")

    def _ask_manifest(self) -> None:
        self._ask(QFileDialog.FileMode.ExistingFile, self.tr("Table of images"), self.tr("Tables (*.csv *.tsv)"))

    def _ask(self, mode: QFileDialog.FileMode, title: str, names: str) -> None:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(mode)
        if names:
            dialog.setNameFilter(names)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda chosen: self._setup.use_data(Path(chosen[0])))
        dialog.open()
