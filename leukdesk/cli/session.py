"""Who acts in the case history from the command line."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

from leukdesk.cli.terminal import note, plain
from leukdesk.domain.errors import HistoryError, HistoryReason

if TYPE_CHECKING:
    import argparse

    from leukdesk.domain.user import User
    from leukdesk.history.history import History


def add_user(parser: argparse.ArgumentParser) -> None:
    """The option that says who acts."""
    parser.add_argument("--user", metavar="NAME", help="who acts; asks for the password (default: the local user)")


def acting(history: History, name: str | None) -> User:
    """The named user after asking for the password, or the local one if it has none. Raises `HistoryError`."""
    local = history.users.local()
    if name is None and local.active and not local.has_password:
        return local
    return history.users.sign_in(name or local.name, _password(name or local.name))


def case_named(history: History, user: int, accession: str) -> int:
    """The case of this accession number, which is opened if there is none."""
    from leukdesk.domain.case import CaseDetails

    found = history.cases.by_accession(accession)
    case = found or history.cases.open(user, CaseDetails(accession))
    note(f"Recording in {'case' if found else 'the new case'} {plain(case.details.accession)}.")
    return case.id


def _password(name: str) -> str:
    if not sys.stdin.isatty():
        raise HistoryError(
            f"the user {name} has a password, and nobody can be asked for it here",
            reason=HistoryReason.NOT_ALLOWED,
            advice="Run it in a terminal.",
        )
    return getpass.getpass(f"Password of {name}: ")
