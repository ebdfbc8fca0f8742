"""A batch: many files to classify, each with an explicit state, kept so that nothing is lost or done twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from leukdesk.domain.finding import Failure
from leukdesk.domain.recorded import NewField, NewFinding


class ItemState(StrEnum):
    """Where one file of a job stands."""

    WAITING = "waiting"
    RUNNING = "running"  # claimed; becomes waiting again when the job is resumed after a crash
    DONE = "done"
    FAILED = "failed"  # with a reason
    SKIPPED = "skipped"  # left out on purpose


class JobState(StrEnum):
    """Where a job stands."""

    ACTIVE = "active"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    FINISHED = "finished"  # no item is waiting or running


@dataclass(frozen=True, slots=True)
class Job:
    """One batch."""

    id: int
    created: datetime  # UTC
    user_id: int
    case_id: int | None
    options: Mapping[str, object]  # as the caller gave them: models, heatmaps, ...
    state: JobState
    counts: Mapping[ItemState, int]

    @property
    def total(self) -> int:
        """Number of items."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class JobItem:
    """One file of a job."""

    job_id: int
    number: int  # from 0, in the order given
    path: Path
    state: ItemState
    sha256: str  # of the file's bytes; empty until it was read
    reason: str  # of a failed or skipped item: a code such as "truncated"
    what: str  # the reason in words
    finding: int | None  # of a done item: `RecordedFinding.id`
    attempts: int


@dataclass(frozen=True, slots=True, eq=False)
class ItemResult:
    """How one claimed item ended: with a finding, a finding that was known before, or a failure."""

    number: int
    outcome: NewFinding | NewField | Failure | int  # int: `RecordedFinding.id` of an older finding that is used again
    sha256: str = ""  # where the outcome does not say it
