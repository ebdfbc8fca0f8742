"""Open a signed case again: why, before anything is changed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.signing import Signing
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import label

_WIDTH = 460  # px


class AmendDialog(QDialog):
    """The signed version is kept and can be read beside the new one."""

    def __init__(self, signing: Signing, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._signing = signing
        self.setWindowTitle(self.tr("Amend"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.why = QLineEdit()
        self.why.setAccessibleName(self.tr("Reason"))
        self.why.setPlaceholderText(self.tr("What is to be changed, and why"))
        self.error = InlineError(theme, self, subject=False)
        self.amend, self.cancel = QPushButton(self.tr("Open it again")), QPushButton(self.tr("Cancel"))
        self.amend.setProperty("kind", "primary")
        self.amend.setDefault(True)
        self._lay_out()
        self.why.textChanged.connect(lambda _text: self._allow())
        self.amend.clicked.connect(lambda: signing.amend(self.why.text().strip()))
        self.cancel.clicked.connect(self.reject)
        signing.changed.connect(self._allow)
        signing.done.connect(self.accept)
        signing.refused.connect(self.error.tell)
        self._allow()

    def _allow(self) -> None:
        self.amend.setEnabled(self._signing.record is not None and bool(self.why.text().strip()))

    def _lay_out(self) -> None:
        self.setMinimumWidth(_WIDTH)
        words = self.tr(
            "The signed version stays as it is and can be read at any time. The case is open again until it is signed "
            "anew, and the report shows both."
        )
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.amend)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_4)
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(label(self.tr("Amend a signed case"), "title"))
        column.addWidget(label(words, wrap=True))
        name = label(self.tr("Reason"))
        name.setBuddy(self.why)
        column.addWidget(name)
        column.addWidget(self.why)
        column.addWidget(self.error)
        column.addLayout(row)
