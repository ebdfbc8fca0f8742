"""What a worker of the cluster does: the same work as a thread here, with the models and the engine of its machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from leukdesk.analysis.batch_work import ImageWork, Task, Worked
from leukdesk.analysis.cell_work import CellWork
from leukdesk.bootstrap import Workbench
from leukdesk.domain.errors import BundleError, BundleReason
from leukdesk.imaging.read import sha256_to_know
from leukdesk.report.overlays import Shown, overlay

if TYPE_CHECKING:
    from leukdesk.analysis.ports import Predictor
    from leukdesk.domain.finding import Finding
    from leukdesk.domain.optics import Acquisition
    from leukdesk.settings import Engine

_opening = Lock()


@dataclass(frozen=True, slots=True)
class Order:
    """What all tasks of a batch have in common."""

    models: tuple[tuple[str, str], ...]  # key and SHA-256
    limit_px: int
    explain: bool
    engine: Engine | None  # None: as set on the worker's machine
    ensemble: bool = False  # the models answer as one
    pictures: bool = False  # each image under the heatmap of its class
    cells: bool = False  # the cells of each image instead of the whole


@dataclass(frozen=True, slots=True)
class Done:
    """What came of some tasks."""

    worked: list[Worked]
    pictures: Mapping[Shown, bytes] = field(default_factory=dict)  # PNG


def do_tasks(order: Order, tasks: Sequence[Task], taken: Sequence[Acquisition], callers: int) -> Done:
    """Do some tasks, whose images were taken so. Raises `BundleError` where this machine has another model."""
    with _opening:  # the first of several threads opens the models for all
        predictors = _predictors(order, callers)
    how = {task.path: one for task, one in zip(tasks, taken, strict=True)}
    if order.cells:
        return Done(CellWork(predictors[0], limit_px=order.limit_px, taken=how.__getitem__)(tasks))
    pictures: dict[Shown, bytes] = {}

    def draw(finding: Finding) -> None:
        pictures[Shown.of(finding)] = overlay(finding, limit_px=order.limit_px)

    work = ImageWork(
        predictors,
        limit_px=order.limit_px,
        explain=order.explain,
        taken=how.__getitem__,
        draw=draw if order.pictures else None,
    )
    return Done(work(tasks), pictures)


def hashes_of(paths: Sequence[Path], limit_px: int) -> list[str]:
    """SHA-256 of files by which they may be known from before; empty for one that cannot be read."""
    return [sha256_to_know(path, limit_px) for path in paths]


@lru_cache(maxsize=1)
def _predictors(order: Order, callers: int) -> tuple[Predictor, ...]:
    bench = Workbench()
    found: list[Predictor] = []
    for key, sha256 in order.models:
        predictor = bench.open(key, engine=order.engine, callers=callers)
        if predictor.bundle.sha256 != sha256:
            raise BundleError(
                "a workstation of the cluster has another model of this name",
                reason=BundleReason.WRONG_HASH,
                subject=key,
                advice="Install the same model on all of them.",
            )
        found.append(predictor)
    if order.ensemble:
        from leukdesk.inference.ensemble import EnsemblePredictor

        return (EnsemblePredictor(found),)
    return tuple(found)
