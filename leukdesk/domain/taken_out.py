"""Cases on their way out without the names of patients, people and places."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from leukdesk.domain.case import CaseRecord


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A case, and the names that stand for it and for its patient: the same in every export of one history."""

    record: CaseRecord
    case: str
    patient: str


@dataclass(frozen=True, slots=True)
class HeldBack:
    """An image that did not go out, and why; the path is for the one who exports, and is written nowhere."""

    case: str
    image: int
    path: Path
    why: str


@dataclass(frozen=True, slots=True)
class Deidentified:
    """What a de-identified export wrote."""

    images: int
    blanked: int  # of those: images in which writing was painted over
    held_back: tuple[HeldBack, ...]
