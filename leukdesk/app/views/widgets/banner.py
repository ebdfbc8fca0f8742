"""A message that does not block: what happened, what to do, and a way to copy the details."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from leukdesk import __version__
from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.labels import label
from leukdesk.domain.errors import KnownError


def details(error: KnownError) -> str:
    """An error as text for a colleague or a bug report; names the file, since the user asks for it."""
    lines = (f"leukdesk {__version__}", f"{error.kind}: {error.reason}", error.subject, error.what, error.advice)
    return "\n".join(line for line in lines if line)


def in_words(error: KnownError) -> str:
    """What happened and what to do, as sentences."""
    return f"{error.what[:1].upper()}{error.what[1:]}. {error.advice}".strip()


def copy_details(error: KnownError | None) -> None:
    """Put an error's details on the clipboard; nothing for None."""
    if error is not None:
        QGuiApplication.clipboard().setText(details(error))


class Banner(QFrame):
    """Shows one `KnownError` until it is dismissed or replaced."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._error: KnownError | None = None
        self._icon, self._what, self._advice = QLabel(), label("", "strong", wrap=True), label("", wrap=True)
        self._copy = QPushButton(self.tr("Copy details"))
        self._copy.setProperty("kind", "small")
        self._copy.clicked.connect(lambda: copy_details(self._error))
        self.close_button = QToolButton()
        self.close_button.setAccessibleName(self.tr("Dismiss"))
        self.close_button.setToolTip(self.tr("Dismiss"))
        self.close_button.clicked.connect(self.hide)
        theme.dress(self.close_button, "close")
        theme.changed.connect(self._draw_icon)
        self.setProperty("banner", "attention")
        self._lay_out()
        self.hide()

    def tell(self, error: KnownError) -> None:
        """Show an error."""
        self._error = error
        self._what.setText(f"{error.subject}: {error.what}." if error.subject else f"{error.what}.")
        self._advice.setText(error.advice)
        self._advice.setVisible(bool(error.advice))
        self.setAccessibleName(str(error))
        self._draw_icon()
        self.show()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._what)
        words.addWidget(self._advice)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_4, tokens.SPACE_2, tokens.SPACE_2, tokens.SPACE_2)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self._copy)
        row.addWidget(self.close_button)

    def _draw_icon(self) -> None:
        self._icon.setPixmap(self._theme.pixmap("attention", "attention"))
