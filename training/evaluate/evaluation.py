"""Evaluate one model on one test set, from its saved rows and nothing else."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from training.evaluate import metrics
from training.evaluate.calibration_metrics import Calibration, ReliabilityBin, Selection, brier_each, reliability
from training.evaluate.intervals import (
    FEW_UNITS,
    Interval,
    all_alike_interval,
    exact_interval,
    f1_all_alike_interval,
    percentile_interval,
    perfect_average_interval,
    resample_weights,
)
from training.evaluate.partition import Floats, ratio
from training.evaluate.ranking import Ranking
from training.evaluate.rows import Rows

if TYPE_CHECKING:
    from leukdesk.domain.card import Metric

RANKED = ("auroc", "pr_auc")
PROPORTIONS = frozenset({"accuracy", "weighted_recall", "precision", "recall", "specificity"})
# Averages over classes whose exact limits follow from those of each class where all images are right.
AVERAGES = frozenset(
    {"macro_f1", "weighted_f1", "balanced_accuracy", "macro_recall", "macro_precision", "weighted_precision"}
)
_BOUNDS = {"kappa": (-1.0, 1.0), "weighted_kappa": (-1.0, 1.0), "brier": (0.0, 2.0)}
ORIENTATION = "rows are the true classes, columns the predicted ones"

Key = tuple[str, str]  # (class id or "" for all classes, name of the figure)


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One group (patient, slide): images, accuracy with exact 95 % limits, and its images per true class."""

    group: str
    n: int
    accuracy: float
    low: float
    high: float
    per_class: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """All figures of one test set. `overall` and `per_class` map a figure's name to its interval.

    `confusion` is int64 (true, predicted) in the order of `rows.classes`; `groups` stand worst first, empty where no
    groups are known; `unit` says what was resampled ("group" or "image"), `units` how many of them there are.
    """

    rows: Rows
    unit: str
    units: int
    resamples: int
    seed: int
    overall: dict[str, Interval]
    per_class: dict[str, dict[str, Interval]]
    confusion: NDArray[np.int64]
    reliability: tuple[ReliabilityBin, ...]
    groups: tuple[GroupResult, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Everything but the rows themselves, which are named by their hash; undefined figures are null."""
        return {
            "rows_sha256": self.rows.sha256(),
            "n": len(self.rows),
            "classes": list(self.rows.classes),
            "bootstrap": {"unit": self.unit, "units": self.units, "resamples": self.resamples, "seed": self.seed},
            "overall": {name: plain(one) for name, one in self.overall.items()},
            "per_class": {
                label: {name: plain(one) for name, one in found.items()} for label, found in self.per_class.items()
            },
            "confusion": {
                "orientation": ORIENTATION,
                "classes": list(self.rows.classes),
                "counts": self.confusion.tolist(),
            },
            "reliability": [asdict(one) for one in self.reliability],
            "risk_coverage": _curve_json(self.rows),
            "groups": [asdict(one) for one in self.groups],
            "notes": list(self.notes),
        }

    def to_card_metrics(self, *, split: str) -> list[Metric]:
        """The defined figures for the model's card, named `accuracy`, `recall/<class>` and so on."""
        from leukdesk.domain.card import Metric

        named = list(self.overall.items())
        named += [(f"{name}/{label}", one) for label, found in self.per_class.items() for name, one in found.items()]
        return [
            Metric(name=name, value=one.value, low=one.low, high=one.high, n=one.n, split=split, note=one.note)
            for name, one in named
            if one.defined
        ]


def evaluate(rows: Rows, *, seed: int, resamples: int = 1000, ordered: bool = False) -> Evaluation:
    """Compute every figure of saved rows, with 95 % intervals by a bootstrap over groups (over images without them).

    `ordered` says that the classes stand in a meaningful order (stages) and adds the linearly weighted kappa.
    """
    if resamples < 1:
        raise ValueError("resamples must be at least 1")
    units = units_of(rows)
    intervals = _intervals(rows, units, seed=seed, resamples=resamples, ordered=ordered)
    overall = {name: one for (label, name), one in intervals.items() if not label}
    groups = _group_results(rows)
    if groups:
        overall["worst_group_accuracy"] = _worst(groups)
    return Evaluation(
        rows=rows,
        unit="image" if rows.groups is None else "group",
        units=int(units.max()) + 1,
        resamples=resamples,
        seed=seed,
        overall=overall,
        per_class={
            label: {name: one for (owner, name), one in intervals.items() if owner == label} for label in rows.classes
        },
        confusion=metrics.confusion_matrix(rows.truth, rows.predicted, len(rows.classes)),
        reliability=reliability(rows.scores.max(axis=1), rows.truth == rows.predicted),
        groups=groups,
        notes=tuple(_notes(rows, int(units.max()) + 1)),
    )


class Measures:
    """Every figure of one set of rows as a function of how often each image counts."""

    def __init__(self, rows: Rows, *, ordered: bool = False) -> None:
        truth, predicted = rows.truth, rows.predicted
        confidences, correct = rows.scores.max(axis=1), truth == predicted
        self._classes, self._ordered = rows.classes, ordered
        self._counter = metrics.ConfusionCounter(truth, predicted, len(rows.classes))
        self._rankings = [Ranking(rows.scores[:, c], truth == c) for c in range(len(rows.classes))]
        self._calibration, self._selection = Calibration(confidences, correct), Selection(confidences, correct)
        self._brier = brier_each(rows.scores, truth)

    def __call__(self, weights: Floats) -> dict[Key, Floats]:
        """Weights (resamples, images), whole numbers -> each figure (resamples,)."""
        matrices = self._counter.count(weights)
        ranked = {
            "auroc": np.stack([one.auroc(weights) for one in self._rankings], axis=1),
            "pr_auc": np.stack([one.average_precision(weights) for one in self._rankings], axis=1),
        }
        found = self._overall(matrices, ranked)
        found[("", "ece")] = self._calibration.ece(weights)
        found[("", "brier")] = ratio(weights @ self._brier, weights.sum(axis=1))
        found[("", "aurc")] = self._selection.aurc(weights)
        # What a model calls a class tells nothing of that class where no image of it was drawn.
        present = matrices.sum(axis=2) > 0
        for name, values in (metrics.per_class(matrices) | ranked).items():
            shown = values if name == "specificity" else np.where(present, values, np.nan)
            found |= {(label, name): shown[:, c] for c, label in enumerate(self._classes)}
        return found

    def _overall(self, matrices: Floats, ranked: dict[str, Floats]) -> dict[Key, Floats]:
        found = {
            "accuracy": metrics.accuracy(matrices),
            "balanced_accuracy": metrics.balanced_accuracy(matrices),
            **metrics.averages(matrices),
            **{name: metrics.weighted_mean(v, np.isfinite(v).astype(np.float64)) for name, v in ranked.items()},
            "kappa": metrics.kappa(matrices),
        }
        if self._ordered:
            found["weighted_kappa"] = metrics.kappa(matrices, linear=True)
        return {("", name): values for name, values in found.items()}


def units_of(rows: Rows) -> NDArray[np.intp]:
    """Number of the group (or, without groups, the image) that each row is resampled with, (images,)."""
    if rows.groups is None:
        return np.arange(len(rows), dtype=np.intp)
    return np.asarray(np.unique(np.array(rows.groups, dtype=object), return_inverse=True)[1], dtype=np.intp)


def _intervals(rows: Rows, units: NDArray[np.intp], *, seed: int, resamples: int, ordered: bool) -> dict[Key, Interval]:
    measures = Measures(rows, ordered=ordered)
    values = measures(np.ones((1, len(rows))))
    chunks = [measures(weights) for weights in resample_weights(units, resamples=resamples, seed=seed)]
    concerned = _concerned(rows)
    unit = "image" if rows.groups is None else "group"
    found = {}
    for (label, name), value in values.items():
        who = concerned.get((label, name), np.ones(len(rows), dtype=bool))
        single, n = float(value[0]), int(who.sum())
        if single in (0.0, 1.0) and name in (*PROPORTIONS, "f1"):
            alike = f1_all_alike_interval if name == "f1" else all_alike_interval
            found[label, name] = alike(single, units=len(np.unique(units[who])), n=n, unit=unit)
            continue
        if single == 1.0 and name in AVERAGES:
            found[label, name] = _perfect_average(rows, units, name)
            continue
        draws = np.concatenate([chunk[label, name] for chunk in chunks])
        found[label, name] = percentile_interval(single, draws, n=n, bounds=_BOUNDS.get(name, (0.0, 1.0)))
    return found


def _perfect_average(rows: Rows, units: NDArray[np.intp], name: str) -> Interval:
    shown = {label: np.array([one == label for one in rows.labels]) for label in sorted(set(rows.labels))}
    weights = {label: float(where.sum()) if name.startswith("weighted") else 1.0 for label, where in shown.items()}
    known = {label: len(np.unique(units[where])) for label, where in shown.items()}
    return perfect_average_interval(known, weights, n=len(rows), f1=name.endswith("f1"))


def _concerned(rows: Rows) -> dict[Key, NDArray[np.bool_]]:
    """The images that a per-class figure is about, where these are not all."""
    truth, predicted = rows.truth, rows.predicted
    found: dict[Key, NDArray[np.bool_]] = {}
    for c, label in enumerate(rows.classes):
        found[label, "recall"] = truth == c
        found[label, "precision"] = predicted == c
        found[label, "specificity"] = truth != c
        found[label, "f1"] = (truth == c) | (predicted == c)
    return found


def _group_results(rows: Rows) -> tuple[GroupResult, ...]:
    """Accuracy of each group, worst first; among equals the larger group first, then by name."""
    if rows.groups is None:
        return ()
    correct = rows.truth == rows.predicted
    members: dict[str, list[int]] = {}
    for index, group in enumerate(rows.groups):
        members.setdefault(group, []).append(index)
    found = []
    for group, places in members.items():
        hits, n = int(correct[places].sum()), len(places)
        labels = Counter(rows.labels[i] for i in places)
        found.append(GroupResult(group, n, hits / n, *exact_interval(hits, n), dict(sorted(labels.items()))))
    return tuple(sorted(found, key=lambda one: (one.accuracy, -one.n, one.group)))


def _worst(groups: tuple[GroupResult, ...]) -> Interval:
    worst = groups[0]
    note = f"{worst.group}, the worst of {len(groups)} groups; exact limits within that group"
    return Interval(worst.accuracy, worst.low, worst.high, worst.n, note)


def _notes(rows: Rows, units: int) -> list[str]:
    notes = []
    if rows.groups is None:
        notes.append(
            "No groups (patients, slides) are known: the intervals take every image as independent and are optimistic."
        )
    elif units < FEW_UNITS:
        notes.append(f"Only {units} groups: intervals from so few are rough and tend to be too narrow.")
    absent = [label for label in rows.classes if label not in set(rows.labels)]
    if absent:
        notes.append(f"No test image of {', '.join(absent)}: averages are over the other classes.")
    called = set(rows.predicted.tolist())
    unused = [label for c, label in enumerate(rows.classes) if c not in called and label not in absent]
    if unused:
        notes.append(f"Never predicted: {', '.join(unused)} (counted with precision 0 in the averages).")
    return notes


def plain(one: Any) -> dict[str, Any]:
    """A dataclass of figures as JSON values, undefined ones as null."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in asdict(one).items()
    }


def _curve_json(rows: Rows, points: int = 200) -> dict[str, list[float]]:
    """The risk-coverage curve, thinned to at most `points` of its steps."""
    threshold, coverage, risk = Selection(rows.scores.max(axis=1), rows.truth == rows.predicted).curve()
    kept = np.unique(np.linspace(0, len(risk) - 1, min(points, len(risk))).round().astype(int))
    return {
        "threshold": threshold[kept].tolist(),
        "coverage": coverage[kept].tolist(),
        "risk": risk[kept].tolist(),
    }
