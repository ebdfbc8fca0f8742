"""The figures of two models on one locked set, as `gate.json` states them: each with its 95 % interval."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from training.evaluate import Evaluation, Rows, evaluate
from training.evaluate.compare import align, mcnemar_exact
from training.evaluate.evaluation import units_of
from training.gate.verdict import paired_difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.evaluate.intervals import Interval
    from training.evaluate.partition import Floats

STATED = ("accuracy", "macro_f1", "ece")
Triple = list[float | None]


def triple(one: Interval | None) -> Triple | None:
    """Value, lower and upper limit; `None` where the figure is not defined."""
    if one is None or not one.defined:
        return None
    return [value if math.isfinite(value) else None for value in (one.value, one.low, one.high)]


def gains(new: Rows, active: Rows) -> Floats:
    """1 for each image that only the new model is right about, -1 where only the present one is, else 0; (images,)."""
    aligned = align(active, new)
    return np.asarray((new.predicted == new.truth).astype(np.float64) - (aligned.predicted == aligned.truth))


def difference(new: Rows, active: Rows, *, seed: int) -> Interval:
    """New minus present accuracy on the same images. Raises `DataError` where they are not the same."""
    return paired_difference(gains(new, active), units_of(new), seed=seed)


def figures_of(
    name: str, new: Rows, active: Rows | None, baseline: Rows | None, *, classes: Sequence[str], seed: int
) -> dict[str, Any]:
    """One entry of `sets`. All rows are of the same images, with columns of the same classes.

    `classes` are those that both models know; only images of these are in the rows.
    """
    ours = evaluate(new, seed=seed)
    theirs = evaluate(active, seed=seed) if active is not None else None
    trivial = evaluate(baseline, seed=seed) if baseline is not None else None
    return {
        "name": name,
        "images": len(new),
        "groups": int(units_of(new).max()) + 1,
        "grouped": new.groups is not None,
        "classes": list(classes),
        "new": _stated(ours),
        "active": _stated(theirs) if theirs is not None else None,
        "baseline": {"name": "colour", "accuracy": triple(trivial.overall["accuracy"])} if trivial else None,
        **_beside(new, active, seed),
        "per_class": [_one_class(one, ours, theirs, new, active, seed) for one in classes],
        "calibration": {
            "new": [asdict(one) for one in ours.reliability],
            "active": [asdict(one) for one in theirs.reliability] if theirs is not None else None,
        },
    }


def _stated(found: Evaluation) -> dict[str, Triple | None]:
    return {name: triple(found.overall[name]) for name in STATED}


def _beside(new: Rows, active: Rows | None, seed: int) -> dict[str, Any]:
    if active is None:
        return {"difference": None, "mcnemar_p": None, "only_new_right": 0, "only_active_right": 0}
    gain = gains(new, active)
    ours, theirs = int((gain > 0).sum()), int((gain < 0).sum())
    return {
        "difference": triple(difference(new, active, seed=seed)),
        "mcnemar_p": mcnemar_exact(ours, theirs),
        "only_new_right": ours,
        "only_active_right": theirs,
    }


def _one_class(
    label: str, ours: Evaluation, theirs: Evaluation | None, new: Rows, active: Rows | None, seed: int
) -> dict[str, Any]:
    where = np.array([one == label for one in new.labels])
    return {
        "id": label,
        "images": int(where.sum()),
        "new": triple(ours.per_class[label]["recall"]),
        "active": triple(theirs.per_class[label]["recall"]) if theirs is not None else None,
        "difference": triple(_class_difference(new, active, where, seed)) if active is not None else None,
    }


def _class_difference(new: Rows, active: Rows, where: NDArray[np.bool_], seed: int) -> Interval | None:
    if not where.any():
        return None
    units = np.unique(units_of(new)[where], return_inverse=True)[1]
    return paired_difference(gains(new, active)[where], np.asarray(units, np.intp), seed=seed)
