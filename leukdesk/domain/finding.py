"""What leukdesk says of one image: the one record that the window, the command line and the history share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from leukdesk.domain.errors import KnownError
from leukdesk.domain.image import ImageSource
from leukdesk.domain.prediction import Prediction
from leukdesk.domain.quality import Quality


class Decision(StrEnum):
    """Whether the answer may be shown as an answer."""

    ACCEPTED = "accepted"
    UNIDENTIFIED = "unidentified"  # below the bundle's accept threshold
    REJECTED = "rejected"  # the image's quality, or unlike anything the model was trained on


class DecisionReason(StrEnum):
    """Why an answer was not accepted."""

    NONE = ""
    UNCERTAIN = "uncertain"  # highest probability below the accept threshold
    NOVEL = "novel"  # unlike the training images
    QUALITY = "quality"  # a refusing quality flag


@dataclass(frozen=True, slots=True)
class BundleRef:
    """Which model said it: name, version and the SHA-256 of its sealed manifest."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One image seen by one model. A finding for a human to confirm, never a diagnosis."""

    source: ImageSource
    bundle: BundleRef
    prediction: Prediction
    quality: Quality
    decision: Decision
    reason: DecisionReason
    engine: str  # "LiteRT CPU", "TensorFlow GPU", ...


@dataclass(frozen=True, slots=True)
class Failure:
    """One image that could not be analysed, and why."""

    path: Path
    error: KnownError


Outcome = Finding | Failure


def outcome_path(outcome: Outcome) -> Path:
    """The file an outcome is about."""
    return outcome.source.path if isinstance(outcome, Finding) else outcome.path
