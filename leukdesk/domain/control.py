"""A control set: labelled images that a model is asked about again and again, and what came of it each time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from pathlib import Path
from statistics import median, quantiles

from leukdesk.domain.finding import BundleRef

BINS = 15  # of the calibration error, as in docs/evaluation.md
_QUARTILES_TO_SD = 1.349  # of a normal law


class Measure(StrEnum):
    """What is watched of the images that come in."""

    BRIGHTNESS = "brightness"
    SATURATION = "saturation"
    STAINED = "stained"
    SHARPNESS = "sharpness"
    NOVELTY = "novelty"


class RunKind(StrEnum):
    """Which images a run looked at."""

    SET = "set"  # the frozen files: shows whether the model, the program and this machine are as they were
    PHOTOS = "photos"  # new photographs of the same slides: shows stain, light and camera too


@dataclass(frozen=True, slots=True)
class ControlImage:
    """One image of a control set; `name` is relative to its folder, with /."""

    name: str
    label: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ControlSet:
    """Labelled images frozen by their hashes, in the order of their names; `made` is a UTC time in ISO 8601."""

    folder: Path
    made: str
    by: str
    images: tuple[ControlImage, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over names, labels and hashes: the same for the same set, wherever its folder is."""
        lines = (f"{one.name}\t{one.label}\t{one.sha256}\n" for one in self.images)
        return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def per_class(self) -> dict[str, int]:
        """Images of each class, in the order of the classes' names."""
        labels = sorted(one.label for one in self.images)
        return {label: labels.count(label) for label in dict.fromkeys(labels)}


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of many images: the middle image's value, and how far images differ (as a standard deviation)."""

    middle: float
    spread: float


Inputs = Mapping[Measure, Measured]


@dataclass(frozen=True, slots=True)
class ControlRun:
    """What one model made of the control set at one time (UTC, ISO 8601)."""

    at: str
    kind: RunKind
    by: str
    machine: str
    program: str  # leukdesk's version
    engine: str
    bundle: BundleRef
    control: str  # digest of the set
    images: int  # that could be read and are as they were frozen: what all counts below are of
    right: int  # whose most probable class is the label, whatever was decided
    ece: float
    refused: int
    unidentified: int
    wrong: tuple[int, ...]  # places in the set, of a run on the frozen files
    changed: tuple[str, ...]  # files with other content than was frozen
    missing: tuple[str, ...]  # files that are gone or cannot be read
    inputs: Inputs

    @property
    def accuracy(self) -> float:
        """Share of `images` that are right; 0 of none."""
        return self.right / self.images if self.images else 0.0


@dataclass(frozen=True, slots=True)
class DayOfWork:
    """What came in on one day (UTC, ISO 8601 date) and was seen by one model, without anybody's labels."""

    day: str
    images: int
    refused: int
    unidentified: int
    inputs: Inputs


def measured(values: Iterable[float]) -> Measured:
    """The middle of some values, and their spread from the quartiles, which a few odd images do not move."""
    known = sorted(values)
    if not known:
        return Measured(0.0, 0.0)
    low, _, high = quantiles(known, n=4, method="inclusive") if len(known) > 1 else (known[0],) * 3
    return Measured(median(known), (high - low) / _QUARTILES_TO_SD)


def inputs_of(qualities: Sequence[Mapping[str, object]], novelties: Sequence[float]) -> dict[Measure, Measured]:
    """Every measure of some images, from their quality (as `Quality` has it, by name) and their novelty."""
    found = {}
    for one in Measure:
        rows = novelties if one is Measure.NOVELTY else [row.get(one.value) for row in qualities]
        found[one] = measured(float(value) for value in rows if isinstance(value, int | float))
    return found


def calibration_error(probabilities: Sequence[float], right: Sequence[bool]) -> float:
    """Expected calibration error of the top label in 15 equal bins (Guo et al. 2017, arXiv:1706.04599); 0 of none."""
    gaps = [0.0] * BINS
    for probability, is_right in zip(probabilities, right, strict=True):
        gaps[min(BINS - 1, max(0, ceil(probability * BINS) - 1))] += is_right - probability
    return sum(map(abs, gaps)) / len(probabilities) if probabilities else 0.0
