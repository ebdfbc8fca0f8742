"""Signing a case, opening it again, and what it was before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.workers.lanes import Token
from leukdesk.domain.case import CaseRecord, CaseStatus
from leukdesk.domain.errors import KnownError
from leukdesk.domain.review import SignOff
from leukdesk.domain.sign_off import Difference, SignedContent, differences, signed_content
from leukdesk.domain.user import Right, User

if TYPE_CHECKING:
    from leukdesk.history.history import History


@dataclass(frozen=True, slots=True)
class Version:
    """A case as it was signed, and what people said otherwise since."""

    sign_off: SignOff
    content: SignedContent
    since: tuple[Difference, ...]


class Signing(QObject):
    """One case's signatures. `changed`: what there is to sign was read; `done`: something was signed or amended."""

    changed = Signal()
    done = Signal()
    refused = Signal(object)  # KnownError

    def __init__(self, casebook: Casebook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._casebook = casebook
        self.required = 1  # people who sign a case here
        self._record: CaseRecord | None = None
        self._versions: tuple[Version, ...] = ()
        self._token = Token()

    @property
    def record(self) -> CaseRecord | None:
        """The case as it stands; None until it was read."""
        return self._record

    @property
    def content(self) -> SignedContent | None:
        """What would be signed."""
        return signed_content(self._record) if self._record is not None else None

    @property
    def versions(self) -> Sequence[Version]:
        """Each version that was signed, the newest first."""
        return self._versions

    @property
    def first_signer(self) -> str:
        """Who signed already, where two have to; empty otherwise."""
        record = self._record
        if record is None or record.case.status is not CaseStatus.FIRST_SIGNED:
            return ""
        return record.sign_offs[-1].signer

    def signers(self) -> list[User]:
        """Who may sign here and now: who works here, and everybody who can prove by a password that it is him."""
        me = self._casebook.user
        able = [one for one in self._casebook.users if one.may(Right.SIGN) and one.name != self.first_signer]
        known = [one for one in able if one.has_password or (me is not None and one.id == me.id)]
        return sorted(known, key=lambda one: me is None or one.id != me.id)

    def open(self, case_id: int) -> None:
        """Read what there is to sign."""
        self._token.cancel()
        self._record, self._versions = None, ()
        self._token = self._casebook.read(partial(_read, case_id), self._take, self._tell)

    def sign(self, signer: User, password: str) -> None:
        """Sign the case as it stands."""
        if self._record is not None:
            case_id, required = self._record.case.id, self.required

            def sign(history: History) -> SignOff:
                return history.reviews.sign(signer.id, case_id, password=password, required=required)

            self._casebook.write(sign, lambda _: self.done.emit(), self._tell, case_id=case_id)

    def amend(self, why: str) -> None:
        """Open the signed case again; the signed version is kept."""
        user, record = self._casebook.user, self._record
        if user is not None and record is not None:
            work = partial(_amend, user.id, record.case.id, why)
            self._casebook.write(work, lambda _: self.done.emit(), self._tell, case_id=record.case.id)

    def _take(self, found: tuple[CaseRecord, tuple[Version, ...]]) -> None:
        self._record, self._versions = found
        self.changed.emit()

    def _tell(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.refused.emit(error)


def _read(case_id: int, history: History) -> tuple[CaseRecord, tuple[Version, ...]]:
    """A case and its signed versions; on the lane."""
    now = history.trail.case(case_id)
    versions = []
    for one in reversed(now.sign_offs):
        then = history.trail.case(case_id, upto=one.id)
        versions.append(Version(one, signed_content(then), tuple(differences(then, now))))
    return now, tuple(versions)


def _amend(user: int, case_id: int, why: str, history: History) -> None:
    history.reviews.amend(user, case_id, why)
