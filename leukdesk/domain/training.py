"""What a training run is asked to do, how it stands, and why one cannot go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from leukdesk.domain.errors import KnownError


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """What is to be trained; kept in the run's folder, so that it can be begun later or again."""

    title: str  # what a person calls the run
    recipe: str  # the text of a recipe (TOML)
    data: Path  # folder of images, as `leukdesk-train` reads one
    label_column: str = ""  # of a manifest; empty: as `leukdesk-train` finds it
    group_column: str = ""
    start_from: Path | None = None  # the run whose features this one begins with
    bundle: Path | None = None  # the installed bundle whose weights this one begins with
    adapts: bool = False  # that bundle is adapted to a site: compared with before at the end
    original: Path | None = None  # the images that bundle was made with, shown again
    original_split: Path | None = None  # their division; empty: the one beside them

    def as_mapping(self) -> dict[str, str]:
        """Plain values, for a file."""
        return {
            "title": self.title,
            "recipe": self.recipe,
            "data": str(self.data),
            "label_column": self.label_column,
            "group_column": self.group_column,
            "start_from": str(self.start_from or ""),
            "bundle": str(self.bundle or ""),
            "adapts": "yes" if self.adapts else "",
            "original": str(self.original or ""),
            "original_split": str(self.original_split or ""),
        }

    @classmethod
    def from_mapping(cls, kept: Mapping[str, Any]) -> TrainingOrder:
        """What `as_mapping` gave. Raises `KeyError` or `TypeError` where it is something else."""
        paths = (kept.get(name, "") for name in ("start_from", "bundle", "original", "original_split"))
        first, bundle, original, split = (Path(one) if one else None for one in paths)
        return cls(
            str(kept["title"]),
            str(kept["recipe"]),
            Path(kept["data"]),
            str(kept.get("label_column", "")),
            str(kept.get("group_column", "")),
            first,
            bundle,
            bool(kept.get("adapts", "")),
            original,
            split,
        )


@dataclass(frozen=True, slots=True)
class Started:
    """A process of the trainer. Its number alone may be another's by tomorrow: together with its start it is not."""

    pid: int
    began: float  # seconds since the epoch, as the system tells it


class RunState(StrEnum):
    """How a run stands, as its folder and its process tell."""

    WAITING = "waiting"  # for another run to end
    RUNNING = "running"
    STOPPED = "stopped"  # as wished; it can go on
    INTERRUPTED = "interrupted"  # its process is gone without a word; it can go on
    FAILED = "failed"  # it said why
    TRAINED = "trained"
    PUBLISHED = "published"


class TrainingReason(StrEnum):
    """Why training cannot go on. A `KnownError` of the trainer that has another cause keeps its own reason."""

    DATA = "data"  # images or recipe cannot be used, or are no longer those the run began with
    MEMORY = "memory"
    DISK = "disk"
    KILLED = "killed"  # from outside, or by the system for want of memory
    BUG = "bug"
    MISSING = "missing"  # this leukdesk comes without its trainer
    BUSY = "busy"  # another run is on
    NOT_FOUND = "not_found"


class TrainingError(KnownError):
    """The trainer refused or failed; `reason` is a `TrainingReason`, or what the trainer's own error said."""

    kind = "training"
