"""Erasing a case cannot be undone: it asks why, and says what stays."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.form_dialog import FormDialog
from leukdesk.app.views.widgets.picker import Picker

_WIDTH = 480  # px


class EraseDialog(FormDialog):
    """`agreed` carries the reason, one of `history.erasure.WhyErased`; the accession number must be typed again."""

    agreed = Signal(str)

    def __init__(self, theme: Theme, accession: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Erase this case?"), _WIDTH, parent)
        self._accession = accession
        self.why = Picker(theme, self.tr("Reason"))
        for key, words in (
            ("retention", self.tr("It was kept as long as it must be")),
            ("request", self.tr("Somebody asked for it")),
            ("mistake", self.tr("It was opened by mistake")),
        ):
            self.why.addItem(words, key)
        self.again = QLineEdit()
        self.again.setAccessibleName(self.tr("Accession number once more"))
        self.again.textChanged.connect(self._check)
        self.erase = QPushButton(self.tr("Erase the case"))
        self.erase.clicked.connect(lambda: self.agreed.emit(self.why.currentData()))
        self.say(
            self.tr(
                "Its details, findings, labels, comments and signatures are removed from the history and its backups, "
                "and this cannot be undone. The image files stay where they are. That a case was erased, when, by whom "
                "and why stays in the history."
            )
        )
        self.ask(self.why, self.again)
        self.end(self.erase, self.tr("Cancel"), primary=False)
        self._check()

    def _check(self) -> None:
        self.erase.setEnabled(self.again.text().strip() == self._accession)
