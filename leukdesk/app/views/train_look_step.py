"""Step 5 of a new training run: what training will show the network, so that nobody trains on nonsense for hours."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.train_setup import TrainSetup
from leukdesk.app.views.train_step import TrainStep, beside
from leukdesk.app.views.widgets.fitted_picture import FittedPicture


class LookStep(TrainStep):
    """A row for each image: as it is, then as it is varied."""

    def __init__(self, setup: TrainSetup, theme: Theme) -> None:
        super().__init__(
            setup,
            theme,
            self.tr("What will the network see?"),
            self.tr(
                "Each row is one of your images: first as it is, then as training varies it. Cells should still look "
                "like cells of their class; otherwise change the recipe's augmentation."
            ),
        )
        self.picture = FittedPicture(self.tr("Your images, varied as in training"))
        self.again = QPushButton(self.tr("Make it anew"))
        self._card(self.picture).addLayout(beside(self.again))
        self.again.clicked.connect(setup.preview)

    def first_control(self) -> QWidget:
        return self.again

    def show_choice(self) -> None:
        shown = self._setup.choice.preview is not None
        self.picture.show_image(self._setup.pictures.get("preview") if shown else None)
        self.again.setEnabled(not self._setup.doing)
