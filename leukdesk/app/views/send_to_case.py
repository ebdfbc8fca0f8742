"""What was selected in a batch goes into a case: scan or type its accession number."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.widgets.labels import label

_WIDTH = 420  # px


class SendToCase(QDialog):
    """`chosen` carries the number. Enter finishes, as a scanner does."""

    chosen = Signal(str)

    def __init__(self, count: int, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Send to a case"))
        self.accession = QLineEdit()
        self.accession.setAccessibleName(self.tr("Accession number"))
        self.accession.setPlaceholderText(self.tr("scan or type"))
        self.send = QPushButton(self.tr("Send"))
        self.send.setProperty("kind", "primary")
        self.send.setEnabled(False)
        self.send.setDefault(True)
        self.send.clicked.connect(self._finish)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self.accession.textChanged.connect(lambda text: self.send.setEnabled(bool(text.strip())))
        self.setMinimumWidth(theme.px(_WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_4)
        column.setSpacing(tokens.SPACE_3)
        words = self.tr("Images: {count}. A number that is new opens a case; failed ones stay behind.")
        column.addWidget(label(self.windowTitle(), "title"))
        column.addWidget(label(words.format(count=number(count)), "muted", wrap=True))
        column.addWidget(self.accession)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.send)
        column.addLayout(row)

    def _finish(self) -> None:
        self.chosen.emit(self.accession.text().strip())
        self.accept()
