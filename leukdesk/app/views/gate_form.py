"""Before the gate: what the new model is called, and whether it is audited too."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.gate_desk import GateDesk
from leukdesk.app.views.gate_decision import step_words
from leukdesk.app.views.original_images import OriginalImages
from leukdesk.app.views.widgets.inline_error import in_words
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.progress_row import ProgressRow


class GateForm(QWidget):
    """Begins the judging, and shows how far it is."""

    def __init__(self, desk: GateDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.name, self.release = QLineEdit(), QLineEdit()
        self.name.setMaxLength(64)
        self.release.setMaxLength(20)
        self.name.setAccessibleName(self.tr("Name of the new model"))
        self.release.setAccessibleName(self.tr("Version"))
        self.audited = QCheckBox(self.tr("Audit what it looks at as well (minutes)"))
        self.audited.setChecked(True)
        self.original = OriginalImages(
            self.tr("The images the present model was made with (optional)"),
            self.tr(
                "At hand, both models are asked about their test images too, and you see whether the new one has "
                "forgotten what the present one knew. Without them only the images of this run are judged on."
            ),
        )
        self.judge = QPushButton(self.tr("Judge it"))
        self.judge.setProperty("kind", "primary")
        self._wrong = label("", "muted", wrap=True)
        self._cancel = QAction(self.tr("Stop judging"), self)
        theme.dress(self._cancel, "stop")
        self._cancel.triggered.connect(desk.cancel)
        self.progress = ProgressRow(theme, cancel=self._cancel)
        self._lay_out()
        for field in (self.name, self.release):
            field.textChanged.connect(self._weigh)
            field.returnPressed.connect(self.judge.click)
        self.original.chosen.connect(desk.use_original)
        self.judge.clicked.connect(self._begin)
        desk.changed.connect(self.show_state)
        self._weigh()

    def propose(self) -> None:
        """Put in what the desk proposes."""
        self.name.setText(self._desk.name)
        self.release.setText(self._desk.release)

    def show_state(self) -> None:
        """Show how far the judging is."""
        busy = self._desk.doing == "judge"
        self._cancel.setEnabled(busy)
        self.progress.setVisible(busy)
        counted = self._desk.progress.total > 0
        words = step_words(self._desk.step, "judge")
        if counted:
            count = self.tr("{words}: {done} of {total}")
            words = count.format(words=words, done=self._desk.progress.done, total=self._desk.progress.total)
        self.progress.show_progress(self._desk.progress, words)
        for one in (self.name, self.release, self.audited, self.original):
            one.setEnabled(not busy)
        self.original.show_chosen(*self._desk.original)
        self._weigh()

    def _weigh(self) -> None:
        name, release = self.name.text().strip(), self.release.text().strip()
        good = self._desk.names_well(name, release)
        self.judge.setEnabled(good and not self._desk.doing and self._desk.missing is None)
        wrong = self.tr("Use small letters, digits and dashes, a version such as 1.0, and none that is installed.")
        missing = self._desk.missing
        self._wrong.setText(in_words(missing) if missing is not None else wrong)
        self._wrong.setVisible(missing is not None or (bool(name or release) and not good))

    def _begin(self) -> None:
        self._desk.judge(self.name.text().strip(), self.release.text().strip(), audited=self.audited.isChecked())

    def _lay_out(self) -> None:
        about = self.tr(
            "The new model is judged on the test images it never saw, and the model in use on the same ones. Then you "
            "decide which of the two is used. Until you do, nothing changes."
        )
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.SPACE_4)
        form.setVerticalSpacing(tokens.SPACE_2)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for field in (self.name, self.release):
            name = label(field.accessibleName())
            name.setBuddy(field)
            form.addRow(name, field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_4)
        column.addWidget(label(about, wrap=True))
        column.addLayout(form)
        column.addWidget(self._wrong)
        column.addWidget(self.original)
        column.addWidget(self.audited)
        column.addWidget(self.judge, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self.progress)
        column.addStretch(1)
