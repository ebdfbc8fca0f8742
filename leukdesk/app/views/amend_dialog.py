"""Open a signed case again: why, before anything is changed."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.signing import Signing
from leukdesk.app.views.widgets.form_dialog import FormDialog

_WIDTH = 460  # px


class AmendDialog(FormDialog):
    """The signed version is kept and can be read beside the new one."""

    def __init__(self, signing: Signing, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Amend a signed case"), _WIDTH, parent, subject=False)
        self._signing = signing
        self.why = QLineEdit()
        self.why.setAccessibleName(self.tr("Reason"))
        self.why.setPlaceholderText(self.tr("What is to be changed, and why"))
        self.amend = QPushButton(self.tr("Open it again"))
        self._fill()
        self.why.textChanged.connect(lambda _text: self._allow())
        self.amend.clicked.connect(lambda: signing.amend(self.why.text().strip()))
        signing.changed.connect(self._allow)
        signing.done.connect(self.accept)
        signing.refused.connect(self.refuse)
        self._allow()

    def _allow(self) -> None:
        self.amend.setEnabled(self._signing.record is not None and bool(self.why.text().strip()))

    def _fill(self) -> None:
        self.say(
            self.tr(
                "The signed version stays as it is and can be read at any time. The case is open again until it is "
                "signed anew, and the report shows both."
            )
        )
        self.ask(self.why)
        self.end(self.amend, self.tr("Cancel"))
        self.amend.setDefault(True)
