"""Indivisible units of a data set, and their distribution over the sides so that classes keep their shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.errors import DataError
from training.datasets import DataSet
from training.datasets.components import components

Counts = NDArray[np.float64]  # (units, classes): images


def units(dataset: DataSet, *, grouped: bool) -> list[list[int]]:
    """Indices of samples that must stay together, in order of their first.

    Images of one content always do; with `grouped` also those of one group, and so, since the same file may have been
    filed under two patients (C-NMC has 99 such files), all groups that share a content.
    """
    first: dict[tuple[str, str], int] = {}
    pairs: list[tuple[int, int]] = []
    for index, sample in enumerate(dataset.samples):
        if sample.sha256:
            pairs.append((first.setdefault(("content", sample.sha256), index), index))
        if grouped and sample.group:
            pairs.append((first.setdefault(("group", sample.group), index), index))
    return components(len(dataset.samples), pairs)


def distribute(
    dataset: DataSet, members: Sequence[Sequence[int]], shares: Sequence[float], *, seed: int
) -> list[list[int]]:
    """Distribute units over sides of these `shares` (sum 1): indices of samples for each side.

    Large units first, each to the side whose class counts it brings nearest to their targets; the best of several
    random orders. Every class reaches every side, or `DataError` says which class is in too few units.
    """
    counts = _counts(dataset, members)
    sides = [side for side, share in enumerate(shares) if share > 0]
    _require_enough(dataset, counts, len(sides))
    targets = np.asarray(shares)[sides]
    rng = np.random.default_rng(seed)
    tries = int(np.clip(20_000 // len(members), 3, 50))
    results = [_greedy(counts, targets, rng) for _ in range(tries)]
    cost, chosen = min(results, key=lambda result: result[0])
    if not np.isfinite(cost):
        raise _impossible(dataset, "the groups are too uneven for every class to reach every side")
    found: list[list[int]] = [[] for _ in shares]
    for unit, side in enumerate(chosen):
        found[sides[side]].extend(members[unit])
    return found


def _counts(dataset: DataSet, members: Sequence[Sequence[int]]) -> Counts:
    column = {label: number for number, label in enumerate(dataset.classes)}
    counts = np.zeros((len(members), len(column)))
    for unit, indices in enumerate(members):
        for index in indices:
            counts[unit, column[dataset.samples[index].label]] += 1
    return counts


def _greedy(counts: Counts, targets: Counts, rng: np.random.Generator) -> tuple[float, NDArray[np.int64]]:
    """(cost, side of each unit); infinite cost where a class is missing on a side."""
    share = counts / counts.sum(axis=0)
    filled = np.zeros((len(targets), counts.shape[1]))
    chosen = np.zeros(len(counts), np.int64)
    size = counts.sum(axis=1) * np.exp(rng.normal(0, 0.5, len(counts)))
    for unit in np.argsort(-size):
        # The squared distance to the target, relative to the side's size, grows by this much on each side.
        growth = ((2 * (filled - targets[:, None]) + share[unit]) * share[unit]).sum(axis=1) / targets
        chosen[unit] = int(np.argmin(growth))
        filled[chosen[unit]] += share[unit]
    cost = float((((filled - targets[:, None]) ** 2).sum(axis=1) / targets).sum())
    return (cost if (filled > 0).all() else np.inf), chosen


def _require_enough(dataset: DataSet, counts: Counts, sides: int) -> None:
    for label, present in zip(dataset.classes, (counts > 0).sum(axis=0), strict=True):
        if present < sides:
            raise _impossible(dataset, f"the class {label} is in {present} groups only, and {sides} sides need it")


def _impossible(dataset: DataSet, what: str) -> DataError:
    advice = "Add patients or groups, leave the class out, use fewer folds, or accept a random (image-level) split."
    return DataError(what, reason="too_few_groups", subject=dataset.root, advice=advice)
