"""Asks for a person who gets an account, or for a new password."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.form_dialog import FormDialog
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.domain.user import Role

_WIDTH = 420  # px
SHORTEST = 8  # characters of a password


class PersonDialog(FormDialog):
    """`finished_with` carries name, role and password; whoever keeps them closes it, or says why not by `refuse`."""

    finished_with = Signal(str, str, str)

    def __init__(self, theme: Theme, name: str = "", parent: QWidget | None = None) -> None:
        """With a `name` only a new password of this person is asked for."""
        title = self.tr("Password of {name}").format(name=name) if name else self.tr("A new account")
        super().__init__(theme, title, _WIDTH, parent)
        self._name_given = bool(name)
        self.name, self.password, self.again = QLineEdit(name), QLineEdit(), QLineEdit()
        self.name.setAccessibleName(self.tr("Name"))
        self.name.setMaxLength(100)
        self.role = Picker(theme, self.tr("Role"))
        self.role.addItem(self.tr("Technician: works on cases"), str(Role.TECHNICIAN))
        self.role.addItem(self.tr("Reviewer: also signs, amends, erases, keeps accounts"), str(Role.REVIEWER))
        self.password.setAccessibleName(self.tr("Password"))
        self.again.setAccessibleName(self.tr("Password once more"))
        for one in (self.password, self.again):
            one.setEchoMode(QLineEdit.EchoMode.Password)
            one.textChanged.connect(self._check)
        self.name.textChanged.connect(self._check)
        self.keep = QPushButton(self.tr("Keep"))
        self.keep.clicked.connect(self._finish)
        asked = () if name else (self.name, self.role)
        self.ask(*asked, self.password, self.again)
        self.say(self.tr("At least {count} characters.").format(count=SHORTEST), "caption")
        self.end(self.keep, self.tr("Cancel"))
        self.keep.setDefault(True)
        self._check()

    def refuse(self, error: Exception) -> None:
        """Say why it was not kept."""
        super().refuse(error)
        self._check()

    def _check(self) -> None:
        same = self.password.text() == self.again.text() and len(self.password.text()) >= SHORTEST
        self.keep.setEnabled(same and bool(self.name.text().strip()))

    def _finish(self) -> None:
        self.keep.setEnabled(False)
        self.finished_with.emit(self.name.text().strip(), self.role.currentData(), self.password.text())
