"""Reviewed images on their way to training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ReviewedImage:
    """An image that a person labelled, without the patient's pseudonym."""

    path: Path
    sha256: str
    format: str  # "JPEG", "PNG", "BMP" or "TIFF"
    label: str
    group: str  # the same for all images of one patient, and says nothing else of him


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """What an export for training wrote."""

    written: int
    left_out: tuple[tuple[Path, str], ...]  # file, and why in words
