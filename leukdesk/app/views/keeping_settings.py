"""What is kept of images in the case history: where they are, or copies of them."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.preferences import Preferences
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.picker import Picker

_NAMES, _CHOICES = 120, 240  # px, of the columns: as of the other settings


class KeepingSettings(QWidget):
    """One choice, kept at once."""

    def __init__(self, preferences: Preferences, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keep = preferences
        self.copies = Picker(theme, self.tr("Recorded images"))
        self.copies.addItem(self.tr("Stay where they are"), False)
        self.copies.addItem(self.tr("Are copied into the history"), True)
        self._lay_out()
        self.copies.activated.connect(lambda at: preferences.set_keep_copies(self.copies.itemData(at)))
        preferences.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.copies.setCurrentIndex(self.copies.findData(self._keep.settings.keep_copies))

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.SPACE_4)
        grid.setColumnMinimumWidth(0, _NAMES)
        grid.setColumnMinimumWidth(1, _CHOICES)
        grid.setColumnStretch(2, 1)
        name = label(self.copies.accessibleName())
        name.setBuddy(self.copies)
        hint = self.tr("Used from the next start on. Backups do not hold the copies: back up the folder as well.")
        grid.addWidget(name, 0, 0)
        grid.addWidget(self.copies, 0, 1)
        grid.addWidget(label(hint, "caption", wrap=True), 0, 2)
