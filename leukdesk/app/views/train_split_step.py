"""Step 3 of a new training run: how images are divided into those to learn from, to choose by, and to judge with."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QPushButton, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.train_setup import TrainSetup
from leukdesk.app.views.train_step import TrainStep, beside
from leukdesk.app.views.widgets.count_table import CountTable
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.notice_list import NoticeList
from leukdesk.app.views.widgets.picker import Picker

_PARTS = ("train", "validation", "test")
_SHARES = ((15, 20), (10, 10), (15, 15), (20, 30))  # per cent for validation and test


class SplitStep(TrainStep):
    """The division is frozen when the run begins; the test part is opened once, at its end."""

    def __init__(self, setup: TrainSetup, theme: Theme) -> None:
        super().__init__(
            setup,
            theme,
            self.tr("How are the images divided?"),
            self.tr(
                "Most images are learned from; the validation part chooses the best moment; the test part stays locked "
                "until the model is judged."
            ),
        )
        self.method, self.shares = Picker(theme, self.tr("Keep together")), Picker(theme, self.tr("Shares"))
        self.anew = QPushButton(self.tr("Draw again"))
        self.said, self.notices = label("", "strong", wrap=True), NoticeList(theme, self.tr("What may mislead"))
        heads = [self.tr("Class"), self.tr("Training"), self.tr("Validation"), self.tr("Test"), self.tr("All")]
        self.table = CountTable(theme, self.tr("Images of each class and part"), heads)
        self._set_up()
        self._connect()

    def first_control(self) -> QWidget:
        return self.method

    def show_choice(self) -> None:
        choice, division = self._setup.choice, self._setup.choice.division
        self.method.setCurrentIndex(self.method.findData(choice.method))
        self.shares.setCurrentIndex(max(0, self.shares.findData((choice.validation, choice.test))))
        self.said.setText(self._words() if division else "")
        self.notices.show_notices(division.get("warnings", ()))
        self.table.setVisible(bool(division))
        self.table.show_rows(self._rows() if division else ())

    def _words(self) -> str:
        split = self._setup.choice.division["split"]
        words = self.tr("{train} images to learn from, {validation} for validation, {test} locked for the test")
        said = words.format(**{part: number(split["images"][part]) for part in _PARTS})
        if split["level"] != "grouped":
            return self.tr("{said}. Divided by image: figures will be optimistic.").format(said=said)
        groups = "/".join(number(split["groups"][part]) for part in _PARTS)
        return self.tr("{said}, of {groups} patients or groups.").format(said=said, groups=groups)

    def _rows(self) -> list[tuple[str, list[int]]]:
        parts = self._setup.choice.division["split"]["parts"]
        rows = [(name, [parts[part][name] for part in _PARTS]) for name in parts["train"]]
        summed = [(self.tr("All classes"), [sum(column) for column in zip(*(row[1] for row in rows), strict=True)])]
        return [(name, [*counts, sum(counts)]) for name, counts in rows + summed]

    def _set_up(self) -> None:
        self.method.addItem(self.tr("All images of a patient or group (recommended)"), "grouped")
        self.method.addItem(self.tr("Nothing: at random over images"), "random")
        for validation, test in _SHARES:
            words = self.tr("{train} % training, {validation} % validation, {test} % test")
            text = words.format(train=100 - validation - test, validation=validation, test=test)
            self.shares.addItem(text, (validation / 100, test / 100))
        self.anew.setToolTip(self.tr("Divide otherwise: which images come into which part is drawn by lot"))
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.SPACE_4)
        form.setVerticalSpacing(tokens.SPACE_2)
        for field in (self.method, self.shares):
            form.addRow(label(field.accessibleName()), field)
        column = self._card()
        column.addLayout(form)
        column.addLayout(beside(self.anew))
        self._card(self.said, self.notices, self.table)

    def _connect(self) -> None:
        setup = self._setup
        self.method.activated.connect(lambda _: setup.use_split(method=self.method.currentData()))
        self.shares.activated.connect(self._use_shares)
        self.anew.clicked.connect(lambda: setup.use_split(seed=setup.choice.seed + 1))

    def _use_shares(self) -> None:
        validation, test = self.shares.currentData()
        self._setup.use_split(validation=validation, test=test)
