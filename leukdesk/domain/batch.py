"""What a batch is asked to do, what is known of each of its items, and how it stands: one record for all its users.

An item is one file seen by one model. With several models, the items of a file follow each other in their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from leukdesk.domain.finding import BundleRef, Decision, DecisionReason
from leukdesk.domain.job import ItemState, JobState


@dataclass(frozen=True, slots=True)
class BatchModel:
    """A model of a batch: enough to open it again and to head its table."""

    ref: BundleRef
    classes: tuple[str, ...]  # class ids in logit order

    @property
    def key(self) -> str:
        """Name and version: "all-stage-1.0"."""
        return f"{self.ref.name}-{self.ref.version}"


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a batch was asked for; kept with its job."""

    models: tuple[BatchModel, ...]
    members: tuple[str, ...] = ()  # keys of the bundles whose mean is the one model; empty: no ensemble
    sources: tuple[str, ...] = ()  # files and folders, absolute
    recursive: bool = False
    reuse: bool = False  # take what was found before of the same content by the same model
    heatmaps: str = ""  # folder of the pictures under their heatmaps; empty: none
    cells: bool = False  # find the cells of each field

    def model_of(self, number: int) -> int:
        """Which of `models` an item is for."""
        return number % len(self.models)

    def same_work(self, other: BatchOptions) -> bool:
        """Whether another batch was asked to do the same with the same files."""
        mine, others = (replace(one, reuse=False) for one in (self, other))
        return mine == others

    def as_mapping(self) -> dict[str, object]:
        """Plain values, for the store."""
        models = [
            {"name": one.ref.name, "version": one.ref.version, "sha256": one.ref.sha256, "classes": list(one.classes)}
            for one in self.models
        ]
        return {
            "models": models,
            "members": list(self.members),
            "sources": list(self.sources),
            "recursive": self.recursive,
            "reuse": self.reuse,
            "heatmaps": self.heatmaps,
            "cells": self.cells,
        }

    @classmethod
    def from_mapping(cls, options: Mapping[str, Any]) -> BatchOptions:
        """What `as_mapping` gave; a job that is no batch of files has no models."""
        models = tuple(
            BatchModel(BundleRef(one["name"], one["version"], one["sha256"]), tuple(one["classes"]))
            for one in options.get("models", ())
        )
        return cls(
            models,
            tuple(options.get("members", ())),
            tuple(options.get("sources", ())),
            bool(options.get("recursive")),
            bool(options.get("reuse")),
            str(options.get("heatmaps", "")),
            bool(options.get("cells")),
        )


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One item of a batch as lists, galleries and tables show it; the same whether it just came or was kept."""

    number: int
    path: Path
    state: ItemState
    model: BatchModel
    sha256: str = ""
    finding: int | None = None  # `RecordedFinding.id`; None also while it is on its way into the store
    label: str = ""  # class id; empty where there is no answer
    probability: float = 0.0  # of `label`
    probabilities: Mapping[str, float] = field(default_factory=dict)  # by class, in class order
    decision: Decision | None = None
    reason: DecisionReason = DecisionReason.NONE
    quality: str = ""  # flags in words, or "ok"
    engine: str = ""
    synthetic: bool = False  # the file says it is a phantom
    error: str = ""  # why there is no answer: a code such as "truncated"
    what: str = ""  # the same in words


@dataclass(frozen=True, slots=True)
class BatchEvent:
    """How a batch stands. The first comes at once, the last when it ended or paused."""

    job_id: int
    state: JobState
    counts: Mapping[ItemState, int]
    classes: Mapping[str, Mapping[str, int]]  # by the model's key: accepted answers by class id
    decisions: Mapping[str, Mapping[Decision, int]]  # by the model's key
    rate: float = 0.0  # items a second over the last seconds; 0 while it is not known
    latest: tuple[BatchRow, ...] = ()  # since the event before; they are on the disk

    @property
    def total(self) -> int:
        """Number of items."""
        return sum(self.counts.values())

    @property
    def left(self) -> int:
        """Items that are still to be done."""
        return self.counts.get(ItemState.WAITING, 0) + self.counts.get(ItemState.RUNNING, 0)

    @property
    def seconds_left(self) -> float | None:
        """The estimate, or None while there is none."""
        return self.left / self.rate if self.rate > 0 and self.state is JobState.ACTIVE else None
