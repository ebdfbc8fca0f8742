"""Removing a training run cannot be undone: it says what goes and what stays."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.form_dialog import FormDialog

_WIDTH = 440  # px


class RemoveRunDialog(FormDialog):
    """`accepted` is the wish to remove it."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Remove {name}?").format(name=title), _WIDTH, parent)
        self.remove = QPushButton(self.tr("Remove the run"))
        self.remove.clicked.connect(self.accept)
        self.say(
            self.tr(
                "Its weights, curves and judgement are removed for good. Your images stay, and so does a model that "
                "was made of it."
            )
        )
        self.end(self.remove, self.tr("Cancel"), primary=False)
