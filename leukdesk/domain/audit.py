"""The audit chain: every change is an event whose hash covers the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Act(StrEnum):
    """What happened; the value is what is hashed and never changes."""

    HISTORY_CREATED = "history.created"
    HISTORY_RESTORED = "history.restored"
    CLOCK_SET_BACK = "clock.set_back"
    USER_ADDED = "user.added"
    USER_CHANGED = "user.changed"
    SIGNED_IN = "user.signed_in"
    SIGN_IN_FAILED = "user.sign_in_failed"
    BUNDLE_KNOWN = "bundle.known"
    CASE_OPENED = "case.opened"
    CASE_CORRECTED = "case.corrected"
    CASE_ERASED = "case.erased"
    FINDING_RECORDED = "finding.recorded"
    IMAGE_FOUND = "image.found"  # a moved file, by its hash
    LABELLED = "label.given"
    COMMENTED = "comment.made"
    SIGNED = "case.signed"
    AMENDED = "case.amended"
    EXPORTED = "case.exported"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Who did what when, to what, why, and what changed from what to what."""

    seq: int
    at: datetime  # UTC, as the machine's clock said
    user: str
    act: Act
    case_id: int | None
    subject: int | None  # the event that made what this one is about: an image, a user, a sign-off
    why: str
    changes: Mapping[str, tuple[object, object]]  # field: (old, new); empty for what is new, and after erasure
    hash: str


class FlawKind(StrEnum):
    """What is wrong with an event."""

    EDITED = "edited"  # its own fields are not those that were hashed
    CONTENT = "content"  # rows that it recorded were changed, removed or added
    DELETED = "deleted"
    REORDERED = "reordered"
    REPLACED = "replaced"  # consistent in itself, but not what its successor was chained to
    TRUNCATED = "truncated"  # the chain ends before the head that was kept outside
    FOREIGN_ROW = "foreign_row"  # a row that belongs to no event
    INDEX = "index"  # what lists show of a case is not what was recorded


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that verification found."""

    kind: FlawKind
    seq: int  # the event it is about
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found."""

    events: int
    head: str  # hash of the last event, hex; empty for an empty chain
    flaws: tuple[Flaw, ...]
    notes: tuple[str, ...] = ()  # worth knowing and no flaw: the clock was set back, cases were erased

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.flaws
