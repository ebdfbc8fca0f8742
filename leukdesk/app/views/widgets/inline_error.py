"""An error where it happened: what, which file, what to do, and a way to copy the details."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from leukdesk import __version__
from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.labels import ElidedLabel, label
from leukdesk.domain.errors import KnownError


def details(error: KnownError) -> str:
    """An error as text for a colleague or a bug report; names the file, since the user asks for it."""
    lines = (f"leukdesk {__version__}", f"{error.kind}: {error.reason}", error.subject, error.what, error.advice)
    return "\n".join(line for line in lines if line)


def in_words(error: KnownError) -> str:
    """What happened and what to do, as sentences."""
    return f"{headline(error)} {error.advice}".strip()


def headline(error: KnownError) -> str:
    """What happened, as a sentence."""
    return f"{error.what[:1].upper()}{error.what[1:]}."


def copy_details(error: KnownError | None) -> None:
    """Put an error's details on the clipboard; nothing for None."""
    if error is not None:
        QGuiApplication.clipboard().setText(details(error))


class InlineError(QFrame):
    """Shows one `KnownError` beside what it is about; hidden until there is one."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, subject: bool = True) -> None:
        """`subject`: whether it says which file, where nothing else does."""
        super().__init__(parent)
        self._theme, self._says_subject = theme, subject
        self._error: KnownError | None = None
        self._icon, self._what, self._advice = QLabel(), label("", "strong", wrap=True), label("", wrap=True)
        self._subject = ElidedLabel("caption", Qt.TextElideMode.ElideLeft)
        self.copy = QPushButton(self.tr("Copy details"))
        self.copy.setProperty("kind", "small")
        self.copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.copy.clicked.connect(lambda: copy_details(self._error))
        self.setProperty("error", "true")
        self._lay_out()
        theme.changed.connect(self._draw_icon)
        self.tell(None)

    def tell(self, error: KnownError | None) -> None:
        """Show an error; None hides the widget."""
        self._error = error
        self.setVisible(error is not None)
        if error is None:
            return
        self._what.setText(headline(error))
        self._subject.set_text(error.subject)
        self._subject.setVisible(self._says_subject and bool(error.subject))
        self._advice.setText(error.advice)
        self._advice.setVisible(bool(error.advice))
        self.setAccessibleName(str(error))
        self._draw_icon()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(tokens.SPACE_1)
        for one in (self._what, self._subject, self._advice):
            words.addWidget(one)
        words.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeading)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_3, tokens.SPACE_2, tokens.SPACE_3, tokens.SPACE_3)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def _draw_icon(self) -> None:
        self._icon.setPixmap(self._theme.pixmap("attention", "refuse"))
