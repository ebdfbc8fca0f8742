"""Removing a training run cannot be undone: it says what goes and what stays."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.form_dialog import FormDialog

_WIDTH = 440  # px


class RemoveRunDialog(FormDialog):
    """`accepted` is the wish to remove it."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None, *, copies: bool = False) -> None:
        """`copies`: those of signed cases, which it alone learned from, go with it."""
        super().__init__(theme, self.tr("Remove {name}?").format(name=title), _WIDTH, parent)
        self.remove = QPushButton(self.tr("Remove the run"))
        self.remove.clicked.connect(self.accept)
        stays = self.tr(
            "Its weights, curves and judgement are removed for good. Your images stay, and so does a model that was "
            "made of it."
        )
        copied = self.tr(
            "Its weights, curves and judgement are removed for good, and so are the copies of images of signed cases "
            "that were made for it. The cases and their images stay, and so does a model that was made of it."
        )
        self.say(copied if copies else stays)
        self.end(self.remove, self.tr("Cancel"), primary=False)
