"""Users: who may do what, passwords, and a delay after failed sign-ins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select

from leukdesk.domain.audit import Act
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.domain.user import Right, Role, User
from leukdesk.history.ledger import Changes, Ledger, Row, Transaction, now_us
from leukdesk.history.plain_text import checked
from leukdesk.history.tables import events, sign_ins, users

LOCAL = "local"  # the one user of a new history
# Statements of every call are built once: building one costs more than running it.
_NEWEST = select(users).where(users.c.user_id == bindparam("user")).order_by(users.c.event.desc()).limit(1)
_FREE_TRIES, _FIRST_DELAY_S, _LONGEST_DELAY_S = 3, 2, 600


class Users:
    """Accounts. A change is a new version; nobody is removed, only made inactive."""

    def __init__(self, ledger: Ledger, clock: Callable[[], int] = now_us) -> None:
        """`clock` gives microseconds since 1970."""
        self._ledger, self._clock = ledger, clock

    def all(self) -> list[User]:
        """Everybody, in the order they were added."""
        with self._ledger.reading() as connection:
            newest = select(func.max(users.c.event)).group_by(users.c.user_id)
            found = connection.execute(select(users).where(users.c.event.in_(newest)).order_by(users.c.user_id))
            return [_user(row) for row in found.mappings()]

    def get(self, user_id: int) -> User:
        """One user. Raises `HistoryError`."""
        with self._ledger.reading() as connection:
            return _user(newest_version(connection, user_id))

    def local(self) -> User:
        """The user of a history that has no accounts: the first one, without a password."""
        return self.all()[0]

    def add(self, by: int, name: str, role: Role, password: str | None = None) -> User:
        """Add a user. Needs MANAGE_USERS."""
        with self._ledger.writing() as transaction:
            require(transaction.connection, by, Right.MANAGE_USERS)
            row = _new_row(transaction, name, role, password)
            user_id = transaction.append(Act.USER_ADDED, by, rows={users: [row]})
        return self.get(user_id)

    def change(
        self,
        by: int,
        user_id: int,
        *,
        role: Role | None = None,
        password: str | None = None,
        active: bool | None = None,
    ) -> User:
        """Change role, password or whether a user is active. Needs MANAGE_USERS, except for one's own password."""
        with self._ledger.writing() as transaction:
            own = by == user_id and role is None and active is None
            require(transaction.connection, by, Right.RECORD if own else Right.MANAGE_USERS)
            before = newest_version(transaction.connection, user_id)
            after = {key: before[key] for key in ("user_id", "name", "role", "password", "active")}
            after |= {} if role is None else {"role": str(role)}
            after |= {} if active is None else {"active": int(active)}
            after |= {} if password is None else {"password": _hashed(password)}
            _keep_somebody_in_charge(transaction.connection, user_id, after)
            changes = _changes(dict(before), after)
            transaction.append(Act.USER_CHANGED, by, subject=user_id, changes=changes, rows={users: [after]})
        return self.get(user_id)

    def sign_in(self, name: str, password: str = "") -> User:
        """The user with this name and password; each failure after the third doubles the wait before the next try.

        Raises `HistoryError` WRONG_PASSWORD, or TOO_SOON with the seconds to wait.
        """
        with self._ledger.reading() as connection:
            found = connection.execute(
                select(users).where(users.c.name == name).order_by(users.c.event.desc()).limit(1)
            ).mappings()
            row = found.first()
            if row is not None:
                self._require_patience(connection, row["user_id"])
        right = row is not None and bool(row["active"]) and _matches(row["password"], password)
        if row is not None:
            self._note(row["user_id"], right)
        if row is None or not right:
            raise _wrong_password()
        return _user(row)

    def confirm(self, user_id: int, password: str) -> None:
        """Ask again who it is, as before a signature; nothing is asked of a user without a password."""
        user = self.get(user_id)
        if user.has_password:
            self.sign_in(user.name, password)

    def _note(self, user_id: int, right: bool) -> None:
        act = Act.SIGNED_IN if right else Act.SIGN_IN_FAILED
        row = {"user_id": user_id, "succeeded": int(right)}
        with self._ledger.writing() as transaction:
            transaction.append(act, user_id if right else 0, subject=user_id, rows={sign_ins: [row]})

    def _require_patience(self, connection: Connection, user_id: int) -> None:
        tries = connection.execute(
            select(sign_ins.c.succeeded, events.c.at)
            .join(events, events.c.seq == sign_ins.c.event)
            .where(sign_ins.c.user_id == user_id)
            .order_by(sign_ins.c.event.desc())
            .limit(20)
        ).all()
        failures = next((number for number, one in enumerate(tries) if one.succeeded), len(tries))
        if failures < _FREE_TRIES:
            return
        delay = min(_FIRST_DELAY_S * 2 ** (failures - _FREE_TRIES), _LONGEST_DELAY_S)
        waited = (self._clock() - tries[0].at) // 1_000_000
        if 0 <= waited < delay:  # a clock that was set back must not lock anybody out for years
            raise HistoryError(
                f"too many failed sign-ins; wait {delay - waited} s",
                reason=HistoryReason.TOO_SOON,
                advice="Then try again.",
            )


def first_user(transaction: Transaction) -> None:
    """The local user of a new history: no password, all rights."""
    row = {"name": LOCAL, "role": str(Role.REVIEWER), "password": None, "active": 1, "user_id": transaction.next}
    transaction.append(Act.USER_ADDED, 0, rows={users: [row]})


def require(connection: Connection, user_id: int, right: Right) -> User:
    """The user, who may do this. Raises `HistoryError` NOT_ALLOWED."""
    user = _user(newest_version(connection, user_id))
    if not user.may(right):
        raise HistoryError(
            f"a {user.role} may not do this" if user.active else "this account is not active",
            reason=HistoryReason.NOT_ALLOWED,
            subject=str(right),
            advice="Ask a reviewer.",
        )
    return user


def newest_version(connection: Connection, user_id: int) -> RowMapping:
    """A user's row as it stands. Raises `HistoryError` NOT_FOUND."""
    row = connection.execute(_NEWEST, {"user": user_id}).mappings().first()
    if row is None:
        raise HistoryError("there is no such user", reason=HistoryReason.NOT_FOUND, advice="Sign in again.")
    return row


def names(connection: Connection) -> dict[int, str]:
    """Names by user id; nobody is ever removed."""
    found = connection.execute(select(users.c.user_id, users.c.name).order_by(users.c.event))
    return {0: "leukdesk"} | {row.user_id: row.name for row in found}


def _new_row(transaction: Transaction, name: str, role: Role, password: str | None) -> Row:
    name = checked(name, "user name", required=True)
    if transaction.execute(select(users.c.event).where(users.c.name == name).limit(1)).first():
        raise HistoryError("there is a user of this name", reason=HistoryReason.TAKEN, advice="Choose another name.")
    hashed = None if password is None else _hashed(password)
    row: Row = {"name": name, "role": str(role), "password": hashed, "active": 1}
    return row | {"user_id": transaction.next}


def _keep_somebody_in_charge(connection: Connection, user_id: int, after: Row) -> None:
    if after["active"] and after["role"] == Role.REVIEWER:
        return
    newest = select(func.max(users.c.event)).group_by(users.c.user_id)
    others = connection.execute(
        select(users.c.user_id).where(
            users.c.event.in_(newest),
            users.c.user_id != user_id,
            users.c.active == 1,
            users.c.role == str(Role.REVIEWER),
        )
    )
    if others.first() is None:
        raise HistoryError(
            "somebody must stay who may manage users",
            reason=HistoryReason.INVALID,
            advice="Make another user a reviewer first.",
        )


def _changes(before: Row, after: Row) -> Changes:
    """What changed; of a password only that it did."""
    shown = {key: (before[key], value) for key, value in after.items() if key != "password" and before[key] != value}
    return shown | ({"password": ("", "changed")} if before["password"] != after["password"] else {})


def _user(row: RowMapping | Row) -> User:
    has_password = row["password"] is not None
    return User(row["user_id"], row["name"], Role(row["role"]), has_password, bool(row["active"]))


def _hashed(password: str) -> str:
    if not password:
        raise HistoryError("the password is empty", reason=HistoryReason.INVALID, advice="Choose a password.")
    hashed: str = _hasher().hash(password)
    return hashed


def _matches(hashed: str | None, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    if hashed is None:
        return True
    try:
        return bool(_hasher().verify(hashed, password))
    except (VerificationError, InvalidHashError):
        return False


def _hasher() -> Any:
    from argon2 import PasswordHasher  # its defaults are those of RFC 9106 for machines with little memory

    return PasswordHasher()


def _wrong_password() -> HistoryError:
    return HistoryError(
        "name or password is wrong", reason=HistoryReason.WRONG_PASSWORD, advice="Check both; capitals matter."
    )
