"""A model was opened as a file: it says what importing it means, and asks."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.form_dialog import FormDialog

_WIDTH = 440  # px


class ImportModelDialog(FormDialog):
    """`accepted` is the wish to import it."""

    def __init__(self, theme: Theme, file: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Import this model?"), _WIDTH, parent)
        self.bring_in = QPushButton(self.tr("Import the model"))
        self.bring_in.clicked.connect(self.accept)
        self.say(file, "strong")
        self.say(
            self.tr(
                "Every file in it is checked, its network is built anew and tried. Images are answered by the model in "
                "use now until you choose another one."
            )
        )
        self.end(self.bring_in, self.tr("Cancel"))
