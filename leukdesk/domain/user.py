"""Who works with the history, and who may do what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a user is here for."""

    TECHNICIAN = "technician"
    REVIEWER = "reviewer"


class Right(StrEnum):
    """One kind of action that changes the history or takes something out of it."""

    EDIT_CASE = "edit_case"  # open a case, correct its details
    RECORD = "record"  # findings, images, jobs
    LABEL = "label"
    COMMENT = "comment"
    SIGN = "sign"
    AMEND = "amend"
    EXPORT = "export"
    ERASE = "erase"
    MANAGE_USERS = "manage_users"


RIGHTS = MappingProxyType(
    {
        Role.TECHNICIAN: frozenset({Right.EDIT_CASE, Right.RECORD, Right.LABEL, Right.COMMENT, Right.EXPORT}),
        Role.REVIEWER: frozenset(Right),
    }
)


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account. The one local user of a new history has no password and all rights."""

    id: int
    name: str
    role: Role
    has_password: bool
    active: bool

    def may(self, right: Right) -> bool:
        """Whether this user has a right."""
        return self.active and right in RIGHTS[self.role]


def have_accounts(users: Iterable[User]) -> bool:
    """Whether people sign in: somebody has a password, or there is more than the one local user."""
    people = [one for one in users if one.active]
    return len(people) > 1 or any(one.has_password for one in people)
