"""Step 2 of a new training run: what is wrong with the images, and what could mislead a model."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.train_setup import TrainSetup
from leukdesk.app.views.train_step import TrainStep, beside
from leukdesk.app.views.widgets.fitted_picture import FittedPicture
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.notice_list import NoticeList


class CheckStep(TrainStep):
    """Findings with what to do, and the plots of the check."""

    def __init__(self, setup: TrainSetup, theme: Theme) -> None:
        super().__init__(
            setup,
            theme,
            self.tr("Are the images sound?"),
            self.tr(
                "Every image is opened and compared with all others: damaged files, copies, wrong labels, and marks or "
                "colours that give the class away."
            ),
        )
        self.verdict = label("", "strong", wrap=True)
        self.notices = NoticeList(theme, self.tr("What was found"))
        self.again = QPushButton(self.tr("Check again"))
        self.plots = {
            "balance": FittedPicture(self.tr("Plot: images of each class")),
            "sizes": FittedPicture(self.tr("Plot: sizes of the images")),
            "colour": FittedPicture(self.tr("Plot: colour of whole images by class")),
            "separation": FittedPicture(self.tr("Plot: how far colour alone tells the classes")),
        }
        column = self._card(self.verdict, self.notices)
        column.addLayout(beside(self.again))
        grid = QGridLayout()
        grid.setSpacing(tokens.SPACE_3)
        for place, plot in enumerate(self.plots.values()):
            grid.addWidget(plot, place // 2, place % 2)
        self._column.addLayout(grid)
        self.again.clicked.connect(setup.check)

    def first_control(self) -> QWidget:
        return self.again

    def show_choice(self) -> None:
        checked = self._setup.choice.checked
        self.verdict.setText(self._verdict())
        self.notices.show_notices(
            [
                {**one, "severity": "error" if one["blocks"] else _softened(str(one["severity"]))}
                for one in checked.get("findings", ())
            ]
        )
        self.again.setEnabled(not self._setup.doing)
        for name, plot in self.plots.items():
            plot.show_image(self._setup.pictures.get(name) if checked else None)

    def _verdict(self) -> str:
        choice = self._setup.choice
        if not choice.checked:
            return self.tr("Checking…") if self._setup.doing == "check" else self.tr("Not checked yet.")
        if choice.blocked:
            return self.tr("Training would refuse these images. Mend what is listed first, then check again.")
        if choice.checked["findings"]:
            return self.tr("The images can be trained on. Read what may mislead a model.")
        return self.tr("All {count} images are sound.").format(count=number(choice.checked["images"]))


def _softened(severity: str) -> str:
    """What misleads a model but does not stop training."""
    return "warning" if severity == "error" else severity
