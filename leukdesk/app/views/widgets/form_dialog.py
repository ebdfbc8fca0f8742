"""A dialog that asks for or tells something: title, words, fields, an error, buttons; as tall as its words need."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import label
from leukdesk.domain.errors import KnownError


class FormDialog(QDialog):
    """Put what is asked or told into `column`; `end` adds the error and buttons, `end_reading` one that closes it.

    It is gone once it is closed.
    """

    def __init__(
        self, theme: Theme, title: str, width: int, parent: QWidget | None = None, *, subject: bool = True
    ) -> None:
        """`width`: at least, in px at 100 % text; `subject`: whether errors say what they are about."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(theme.px(width))
        self.error = InlineError(theme, self, subject=subject)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_4)
        self.column.setSpacing(tokens.SPACE_3)
        self.column.addWidget(label(title, "title", wrap=True))

    def say(self, words: str, role: str = "") -> None:
        """Add a paragraph."""
        self.column.addWidget(label(words, role, wrap=True))

    def ask(self, *fields: QWidget) -> None:
        """Add fields under each other, each with its accessible name before it."""
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.SPACE_4)
        form.setVerticalSpacing(tokens.SPACE_2)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for field in fields:
            name = label(field.accessibleName())
            name.setBuddy(field)
            form.addRow(name, field)
        self.column.addLayout(form)

    def end(self, finish: QPushButton, leave: str, *, primary: bool = True) -> None:
        """Add the buttons; `leave` is what the one says that does nothing."""
        if primary:
            finish.setProperty("kind", "primary")
        cancel = QPushButton(leave)
        cancel.setAutoDefault(not primary)
        cancel.setDefault(not primary)
        finish.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self.column.addWidget(self.error)
        self._add_buttons(cancel, finish)

    def end_reading(self) -> None:
        """Add a button that closes it."""
        close = QPushButton(self.tr("Close"))
        close.setProperty("kind", "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        self._add_buttons(close)

    def _add_buttons(self, *buttons: QPushButton) -> None:
        row = QHBoxLayout()
        row.addStretch(1)
        for one in buttons:
            row.addWidget(one)
        self.column.addLayout(row)

    def refuse(self, error: Exception) -> None:
        """Say why it was not done; what was entered stays."""
        if isinstance(error, KnownError):
            self.error.tell(error)
            self.fit()

    def fit(self) -> None:
        """Become as tall as the words need at this width."""
        self.resize(self.width(), max(self.minimumSizeHint().height(), self.column.heightForWidth(self.width())))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()
