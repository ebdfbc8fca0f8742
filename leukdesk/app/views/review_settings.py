"""How this laboratory reviews: who signs, and whether the model's answer is seen first."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.preferences import Preferences
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.picker import Picker

_NAMES, _CHOICES = 120, 240  # px, of the columns: as of the other settings


class ReviewSettings(QWidget):
    """Each choice is kept at once."""

    def __init__(self, preferences: Preferences, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keep = preferences
        self.signatures, self.first_read = Picker(theme, self.tr("Signatures")), Picker(theme, self.tr("First reading"))
        self.signatures.addItem(self.tr("One person signs"), 1)
        self.signatures.addItem(self.tr("Two people sign"), 2)
        self.first_read.addItem(self.tr("With the model's answer"), False)
        self.first_read.addItem(self.tr("Blind: the answer is hidden"), True)
        self._lay_out()
        self.signatures.activated.connect(lambda at: preferences.set_signatures(self.signatures.itemData(at)))
        self.first_read.activated.connect(lambda at: preferences.set_blind_review(self.first_read.itemData(at)))
        preferences.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        now = self._keep.settings
        self.signatures.setCurrentIndex(self.signatures.findData(now.signatures))
        self.first_read.setCurrentIndex(self.first_read.findData(now.blind_review))

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.SPACE_4)
        grid.setVerticalSpacing(tokens.SPACE_2)
        grid.setColumnMinimumWidth(0, _NAMES)
        grid.setColumnMinimumWidth(1, _CHOICES)
        grid.setColumnStretch(2, 1)
        hints = (
            self.tr("The second person confirms what the first has reviewed"),
            self.tr("Shows how far two independent readers agree; nothing is accepted by class then"),
        )
        for row, (picker, hint) in enumerate(zip((self.signatures, self.first_read), hints, strict=True)):
            name = label(picker.accessibleName())
            name.setBuddy(picker)
            grid.addWidget(name, row, 0)
            grid.addWidget(picker, row, 1)
            grid.addWidget(label(hint, "caption", wrap=True), row, 2)
