"""Lies over the whole window while nobody is signed in: nothing of any case is seen or can be reached."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.faces import research_use
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import label
from leukdesk.domain.errors import KnownError

_WIDTH = 340  # px
_ICON = 40  # px


class LockScreen(QWidget):
    """Asks for name and password; a wrong one is told in place, and after some the store makes one wait."""

    def __init__(self, casebook: Casebook, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._casebook, self._theme = casebook, theme
        self._icon, self._holder = QLabel(), QWidget()
        self.name, self.password = QLineEdit(), QLineEdit()
        self.name.setAccessibleName(self.tr("Name"))
        self.password.setAccessibleName(self.tr("Password"))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.error = InlineError(theme)
        self.unlock = QPushButton(self.tr("Sign in"))
        self.unlock.setProperty("kind", "primary")
        self.unlock.clicked.connect(self._sign_in)
        self.name.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self._sign_in)
        self._lay_out()
        theme.changed.connect(self._draw)
        self._draw()

    def ask(self) -> None:
        """Ask; the name that was here last stands there already."""
        self.password.clear()
        self.error.tell(None)
        self.unlock.setEnabled(True)
        (self.password if self.name.text() else self.name).setFocus()

    def _sign_in(self) -> None:
        if self.unlock.isEnabled() and self.name.text().strip():
            self.unlock.setEnabled(False)
            self._casebook.sign_in(self.name.text().strip(), self.password.text(), self._refuse)

    def _refuse(self, error: Exception) -> None:
        self.ask()
        if isinstance(error, KnownError):
            self.error.tell(error)

    def _draw(self) -> None:
        self._icon.setPixmap(self._theme.pixmap("lock", "muted", _ICON))
        self._holder.setFixedWidth(self._theme.px(_WIDTH))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_2)
        column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(label(self.tr("leukdesk is locked"), "title"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(tokens.SPACE_2)
        for field in (self.name, self.password):
            words = label(field.accessibleName())
            words.setBuddy(field)
            column.addWidget(words)
            column.addWidget(field)
        column.addWidget(self.error)
        column.addSpacing(tokens.SPACE_2)
        column.addWidget(self.unlock)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_2)
        whole.addStretch(1)
        whole.addWidget(self._holder, 0, Qt.AlignmentFlag.AlignHCenter)
        whole.addStretch(1)
        foot = label(research_use(), "research", wrap=True)
        foot.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        whole.addWidget(foot)
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.hide()
