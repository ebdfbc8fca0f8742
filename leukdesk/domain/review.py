"""What people say of a case: labels, comments, signatures, amendments. Each is a record of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

UNIDENTIFIED = "unidentified"  # the reader does not know either: blocks sign-off
NOT_CLASSED = "not_classed"  # excluded from the count, and shown as such
NO_CLASS = frozenset({UNIDENTIFIED, NOT_CLASSED})


class Meaning(StrEnum):
    """What a signature says."""

    REVIEWED = "reviewed"
    CONFIRMED = "confirmed"  # the second person's


@dataclass(frozen=True, slots=True)
class HumanLabel:
    """What a person said of an image or cell."""

    id: int
    image_id: int
    cell: int
    label: str
    author: str
    at: datetime  # UTC
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What counts of one image or cell: the human label where there is one, else the newest finding's."""

    image_id: int
    cell: int
    model_label: str
    probability: float  # of the model's label
    accepted: bool  # the model's decision
    human_label: str  # empty: no human has looked

    @property
    def label(self) -> str:
        """The human's label, else the model's."""
        return self.human_label or self.model_label

    @property
    def resolved(self) -> bool:
        """Whether it is known what it is: a person said so, or the model's answer was accepted."""
        return self.human_label != UNIDENTIFIED if self.human_label else self.accepted


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark on a case or one of its images."""

    id: int
    image_id: int | None
    text: str
    author: str
    at: datetime  # UTC


@dataclass(frozen=True, slots=True)
class SignOff:
    """A signature. `record_sha256` covers the hashes of all events of the case before it; `head` is the chain's."""

    id: int
    signer: str
    meaning: Meaning
    at: datetime  # UTC
    record_sha256: str
    head: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """A signed case opened again; the signed version can still be read as of `sign_off`."""

    id: int
    sign_off: int  # the signature it goes beyond
    author: str
    at: datetime  # UTC
    why: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often a model said `model` where a person said `human`."""

    model: str
    human: str
    count: int
