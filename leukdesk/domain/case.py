"""A case as the history keeps it: one patient's investigation under one accession number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leukdesk.domain.audit import AuditEvent
    from leukdesk.domain.recorded import RecordedFinding, RecordedImage
    from leukdesk.domain.review import Amendment, Answer, Comment, HumanLabel, SignOff


class Specimen(StrEnum):
    """What was taken."""

    BLOOD = "blood"
    MARROW = "marrow"
    UNKNOWN = ""


class CaseStatus(StrEnum):
    """How far a case is; follows from what was recorded of it, is never set by hand."""

    OPEN = "open"  # no human has looked
    IN_REVIEW = "in_review"  # at least one human label
    FIRST_SIGNED = "first_signed"  # one signature of the two that the site asks for
    SIGNED = "signed"
    AMENDING = "amending"  # opened again after sign-off; the signed version is kept
    ERASED = "erased"  # only the tombstone is left


@dataclass(frozen=True, slots=True)
class CaseDetails:
    """What is entered of a case; a correction is a new set of details, the old one is kept."""

    accession: str  # unique in a history, as the laboratory writes it
    patient: str = ""  # a pseudonym, never a name
    specimen: Specimen = Specimen.UNKNOWN
    stain: str = ""
    objective: str = ""
    um_per_px: float | None = None
    received: date | None = None
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # laboratory values, phenotype


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it stands. `id` is the sequence number of the audit event that opened it, and never used again."""

    id: int
    details: CaseDetails
    status: CaseStatus
    opened: datetime  # UTC
    changed: datetime  # UTC, of the newest event
    images: int
    unresolved: int  # answers that are still unidentified or rejected: they block sign-off
    labels: Mapping[str, int]  # answers by label: the human's where there is one, else the model's


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """Everything of one case, as it stands or as it stood at an event."""

    case: Case
    details: tuple[CaseDetails, ...]  # all versions, the newest last
    images: tuple[RecordedImage, ...]
    findings: tuple[RecordedFinding, ...]  # of all models, in order
    labels: tuple[HumanLabel, ...]  # all of them, in order; the last one of an image and cell counts
    comments: tuple[Comment, ...]
    sign_offs: tuple[SignOff, ...]
    amendments: tuple[Amendment, ...]
    answers: tuple[Answer, ...]  # what counts now, least certain first
    timeline: tuple[AuditEvent, ...]
    earlier: tuple[Case, ...]  # other cases of the same patient, the newest first


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """What a search asks for; empty parts ask for nothing.

    `text` is searched word by word, each as a beginning, in accession, pseudonym, labels, date received, people who
    labelled or signed, and models.
    """

    text: str = ""
    statuses: frozenset[CaseStatus] = frozenset()
    specimen: Specimen | None = None
    label: str = ""
    model: str = ""
    reviewer: str = ""
    received_from: date | None = None
    received_to: date | None = None  # included
    order: str = "newest"  # one of CASE_ORDERS


CASE_ORDERS = ("newest", "oldest", "changed", "accession", "patient", "received", "status", "images", "unresolved")


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some of the cases that a search found."""

    cases: tuple[Case, ...]
    total: int  # how many there are in all
