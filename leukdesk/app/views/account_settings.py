"""Who works with the case history: accounts, roles, passwords, and when the window locks itself."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.preferences import Preferences
from leukdesk.app.views.person_dialog import PersonDialog
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.domain.errors import KnownError
from leukdesk.domain.user import Right, Role, User

_MINUTES = (0, 2, 5, 10, 30)


class AccountSettings(QWidget):
    """Each change is kept at once, as an event of the history."""

    def __init__(
        self, casebook: Casebook, preferences: Preferences, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._casebook, self._preferences, self._theme = casebook, preferences, theme
        self.note = label("", "muted", wrap=True)
        self.error = InlineError(theme)
        self.add = QPushButton(self.tr("Add a person…"))
        self.add.clicked.connect(self.ask_person)
        self.lock_after = Picker(theme, self.tr("Lock the window"))
        for minutes in _MINUTES:
            self.lock_after.addItem(self._wait_words(minutes), minutes)
        self.lock_after.activated.connect(lambda at: preferences.set_lock_after(self.lock_after.itemData(at)))
        self._people = QWidget()
        self._lay_out()
        casebook.user_changed.connect(self._show)
        preferences.changed.connect(self._show_minutes)
        self._show()
        self._show_minutes()

    def ask_person(self) -> None:
        """Ask for a person who gets an account."""
        dialog = PersonDialog(self._theme, parent=self.window())

        def keep(name: str, role: str, password: str) -> None:
            self._casebook.add_user(name, Role(role), password, lambda _: dialog.accept(), dialog.refuse)

        dialog.finished_with.connect(keep)
        dialog.open()

    def ask_password(self, user: User, _checked: bool = False) -> None:
        """Ask for a new password of somebody."""
        dialog = PersonDialog(self._theme, user.name, self.window())

        def keep(_name: str, _role: str, password: str) -> None:
            self._casebook.change_user(user.id, dialog.refuse, lambda _: dialog.accept(), password=password)

        dialog.finished_with.connect(keep)
        dialog.open()

    # -- what is shown

    def _show(self) -> None:
        users, in_charge = self._casebook.users, self._casebook.may(Right.MANAGE_USERS)
        old, self._people = self._people, QWidget()
        self._fill(users, in_charge)
        self._column.replaceWidget(old, self._people)
        old.hide()
        old.deleteLater()
        self.note.setText(self._words(in_charge))
        self.add.setEnabled(in_charge and self._casebook.has_accounts)
        self.lock_after.setEnabled(self._casebook.has_accounts)
        self.error.tell(self._casebook.error)

    def _words(self, in_charge: bool) -> str:
        if not self._casebook.is_open:
            return self.tr("The case history is not open yet.")
        if not self._casebook.has_accounts:
            return self.tr(
                "Nobody signs in: whoever uses this computer may do everything. Give the first user a password to "
                "begin with accounts; then add the others."
            )
        user = self._casebook.user
        who = self.tr("Signed in: {name}.").format(name=user.name) if user is not None else ""
        return who if in_charge else f"{who} {self.tr('Only a reviewer may change accounts.')}".strip()

    def _fill(self, users: tuple[User, ...], in_charge: bool) -> None:
        grid = QGridLayout(self._people)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.SPACE_3)
        grid.setVerticalSpacing(tokens.SPACE_2)
        grid.setColumnStretch(4, 1)
        mine = self._casebook.user.id if self._casebook.user is not None else 0
        for row, user in enumerate(users):
            grid.addWidget(label(user.name, "strong" if user.active else "muted"), row, 0)
            role = self._role(user)
            role.setEnabled(in_charge and user.active)
            grid.addWidget(role, row, 1)
            password = QPushButton(self.tr("Password…") if user.has_password else self.tr("Give a password…"))
            password.setAccessibleName(self.tr("Password of {name}").format(name=user.name))
            password.setEnabled(in_charge or user.id == mine)
            password.clicked.connect(partial(self.ask_password, user))
            grid.addWidget(password, row, 2)
            active = QPushButton(self.tr("Close the account") if user.active else self.tr("Open it again"))
            active.setAccessibleName(f"{active.text()}: {user.name}")
            active.setEnabled(in_charge and user.id != mine)
            active.clicked.connect(partial(self._change, user, active=not user.active))
            grid.addWidget(active, row, 3)

    def _role(self, user: User) -> Picker:
        picker = Picker(self._theme, self.tr("Role of {name}").format(name=user.name))
        picker.addItem(self.tr("Technician"), Role.TECHNICIAN)
        picker.addItem(self.tr("Reviewer"), Role.REVIEWER)
        picker.setCurrentIndex(picker.findData(user.role))
        picker.activated.connect(lambda at: self._change(user, role=picker.itemData(at)))
        return picker

    def _change(
        self, user: User, _checked: bool = False, *, role: Role | None = None, active: bool | None = None
    ) -> None:
        self._casebook.change_user(user.id, self._refuse, role=role, active=active)

    def _refuse(self, error: Exception) -> None:
        self._show()
        if isinstance(error, KnownError):
            self.error.tell(error)

    def _show_minutes(self) -> None:
        minutes = self._preferences.settings.lock_after_min
        if self.lock_after.findData(minutes) < 0:
            self.lock_after.addItem(self._wait_words(minutes), minutes)
        self.lock_after.setCurrentIndex(self.lock_after.findData(minutes))

    def _wait_words(self, minutes: int) -> str:
        if not minutes:
            return self.tr("Only when I lock it")
        return self.tr("After {count} minutes without a touch").format(count=number(minutes))

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(tokens.SPACE_2)
        for one in (self.note, self._people, self.error):
            self._column.addWidget(one)
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(self.add)
        words = label(self.lock_after.accessibleName())
        words.setBuddy(self.lock_after)
        row.addWidget(words)
        row.addWidget(self.lock_after)
        row.addStretch(1)
        self._column.addLayout(row)
