"""Removing a model cannot be undone: it says what stays."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.form_dialog import FormDialog

_WIDTH = 440  # px


class RemoveModelDialog(FormDialog):
    """`accepted` is the wish to remove it."""

    def __init__(self, theme: Theme, model: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Remove {name}?").format(name=model), _WIDTH, parent)
        self.remove = QPushButton(self.tr("Remove the model"))
        self.remove.clicked.connect(self.accept)
        self.say(
            self.tr(
                "What it has found stays in the case history. To use it again it must be imported again: export it "
                "first if nobody else has it."
            )
        )
        self.end(self.remove, self.tr("Cancel"), primary=False)
