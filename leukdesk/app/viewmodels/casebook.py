"""The case history as the window sees it: opened after the first paint, read and written on its own lane."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.errors import HistoryError, HistoryReason, KnownError
from leukdesk.domain.user import Right, Role, User, have_accounts

if TYPE_CHECKING:
    from leukdesk.app.viewmodels.ports import Bench
    from leukdesk.history.history import History
    from leukdesk.history.recovery import Plan, Restored

T = TypeVar("T")
Failed = Callable[[Exception], object]
_BACKUP_MS = 60_000  # how often it is asked whether a backup is due
RESTORABLE = frozenset({HistoryReason.DAMAGED, HistoryReason.MISSING, HistoryReason.BEHIND})


class Casebook(QObject):
    """Everything that the window asks of the history goes through `read` and `write`.

    `user` is who works: the local user of a history without accounts, else whoever signed in. Where nobody is signed
    in the window is locked: what is under way goes on, and is recorded for who began it.
    """

    opened = Signal()
    changed = Signal(int)  # the case that something was written to; 0: none, or several
    failed = Signal(object)  # KnownError: not opened, or of a call that looks after no errors itself
    user_changed = Signal()
    locked = Signal(bool)
    restored = Signal(object)  # Restored

    def __init__(self, lane: Lane, make_bench: Callable[[], Bench], parent: QObject | None = None) -> None:
        """`make_bench` is called on the lane."""
        super().__init__(parent)
        self._lane, self._make_bench = lane, make_bench
        self._bench: Bench | None = None  # belongs to the lane
        self._opening: Token | None = None
        self._open = False
        self._error: KnownError | None = None
        self._user: User | None = None
        self._users: tuple[User, ...] = ()
        self._backups = QTimer(self)
        self._backups.setInterval(_BACKUP_MS)
        self._backups.timeout.connect(self._back_up)

    # -- how it stands

    @property
    def is_open(self) -> bool:
        """Whether the history can be read and written."""
        return self._open

    @property
    def opening(self) -> bool:
        """Whether it is being opened."""
        return self._opening is not None

    @property
    def error(self) -> KnownError | None:
        """Why it could not be opened."""
        return self._error

    @property
    def restorable(self) -> bool:
        """Whether it could not be opened because it is damaged, and a backup may help."""
        return self._error is not None and self._error.reason in RESTORABLE

    @property
    def user(self) -> User | None:
        """Who works with it; None before it is open and while it is locked."""
        return self._user

    @property
    def users(self) -> tuple[User, ...]:
        """Everybody with an account, as last read."""
        return self._users

    @property
    def has_accounts(self) -> bool:
        """Whether people sign in here: somebody has a password, or there is more than the local user."""
        return have_accounts(self._users)

    @property
    def is_locked(self) -> bool:
        """Whether somebody must sign in before anything is shown."""
        return self._open and self._user is None

    def may(self, right: Right) -> bool:
        """Whether who works here may do this; the store has the last word."""
        return self._user is not None and self._user.may(right)

    # -- reading and writing

    def begin(self) -> None:
        """Open the history, or try again."""
        if self._open or self._opening is not None:
            return
        self._error = None
        self._opening = self._lane.submit(self._everybody, self._was_opened, self._was_refused)

    def read(self, work: Callable[[History], T], done: Callable[[T], object], failed: Failed | None = None) -> Token:
        """Run `work` with the history on its lane and hand what it returns to `done`, here; opens it first.

        What it raises goes to `failed`, or where there is none, if it is a `KnownError`, out by the signal `failed`.
        """
        self.begin_if_new()
        return self._lane.submit(lambda: work(self._history()), done, failed or self._tell)

    def write(
        self,
        work: Callable[[History], T],
        done: Callable[[T], object] = lambda _: None,
        failed: Failed | None = None,
        *,
        case_id: int | None = None,
    ) -> Token:
        """As `read`, for work that records something: `changed` follows with the case, after `done`."""

        def wrote(result: T) -> None:
            done(result)
            self.changed.emit(case_id or 0)

        return self.read(work, wrote, failed)

    def begin_if_new(self) -> None:
        """Open it unless that was tried before."""
        if self._error is None:
            self.begin()

    # -- who works with it

    def sign_in(self, name: str, password: str, failed: Failed) -> None:
        """Unlock with a name and its password."""
        self.write(lambda history: history.users.sign_in(name, password), self._take_user, failed)

    def lock(self) -> None:
        """Hide everything until somebody signs in; does nothing where nobody has an account."""
        if self._open and self.has_accounts and self._user is not None:
            self._take_user(None)

    def add_user(self, name: str, role: Role, password: str, done: Callable[[object], object], failed: Failed) -> None:
        """Give somebody an account."""
        by = self._user.id if self._user is not None else 0
        self._change_users(lambda history: history.users.add(by, name, role, password), done, failed)

    def change_user(
        self,
        user_id: int,
        failed: Failed,
        done: Callable[[object], object] = lambda _: None,
        *,
        role: Role | None = None,
        password: str | None = None,
        active: bool | None = None,
    ) -> None:
        """Change somebody's role, password, or whether the account is open."""
        by = self._user.id if self._user is not None else 0
        change = partial(_change_user, by, user_id, role, password, active)
        self._change_users(change, done, failed)

    def _change_users(
        self, work: Callable[[History], object], done: Callable[[object], object], failed: Failed
    ) -> None:
        def changed(result: object) -> None:
            done(result)
            self.look_up_users()

        self.write(work, changed, failed)

    def look_up_users(self) -> None:
        """Read anew who has an account."""
        self.read(lambda history: tuple(history.users.all()), self._take_users)

    # -- a damaged history

    def plan_restore(self, done: Callable[[Plan], object], failed: Failed) -> None:
        """What restoring would do; changes nothing."""
        self._lane.submit(lambda: self._workbench().history_plan(), done, failed)

    def restore(self, plan: Plan, done: Callable[[Restored], object], failed: Failed) -> None:
        """Restore the history and open it; the damaged files are kept aside."""

        def ready(result: Restored) -> None:
            done(result)
            self.restored.emit(result)
            self.begin()

        self._open = False
        self._lane.submit(lambda: self._workbench().restore_history(plan), ready, failed)

    def close(self) -> None:
        """Let go of it; only after the lane was closed."""
        self._backups.stop()
        if self._bench is not None:
            self._bench.close()

    # -- on the lane

    def _workbench(self) -> Bench:
        if self._bench is None:
            self._bench = self._make_bench()
        return self._bench

    def _history(self) -> History:
        if self._error is not None:
            raise self._error
        return self._workbench().history()

    def _everybody(self) -> tuple[User, ...]:
        return tuple(self._workbench().history().users.all())

    # -- what comes back

    def _was_opened(self, users: tuple[User, ...]) -> None:
        self._opening, self._open, self._users = None, True, users
        self._backups.start()
        self._take_user(None if self.has_accounts else users[0])
        self.opened.emit()

    def _was_refused(self, error: Exception) -> None:
        self._opening, self._open = None, False
        self._error = error if isinstance(error, KnownError) else _bug()
        self.failed.emit(self._error)

    def _take_user(self, user: User | None) -> None:
        self._user = user
        self.user_changed.emit()
        self.locked.emit(user is None)

    def _take_users(self, users: tuple[User, ...]) -> None:
        self._users = users
        if self._user is not None:
            self._user = next((one for one in users if one.id == self._user.id and one.active), None)
        self.user_changed.emit()

    def _back_up(self) -> None:
        self.read(lambda history: history.backup_if_due(), lambda _: None)

    def _tell(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.failed.emit(error)


def _change_user(
    by: int, user_id: int, role: Role | None, password: str | None, active: bool | None, history: History
) -> User:
    return history.users.change(by, user_id, role=role, password=password, active=active)


def _bug() -> KnownError:
    return HistoryError(
        "leukdesk made a mistake when it opened the case history",
        reason="bug",
        advice="Nothing in it was changed. Please send the report that was shown.",
    )
