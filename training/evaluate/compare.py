"""Compare models on the same test images: McNemar, DeLong, Holm, and a paired bootstrap over groups."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.errors import DataError
from training.evaluate.evaluation import plain, units_of
from training.evaluate.intervals import Interval, percentile_interval, resample_weights
from training.evaluate.partition import Floats
from training.evaluate.rows import Rows


@dataclass(frozen=True, slots=True)
class PairedTest:
    """One hypothesis test of "both models are equally good"; `p` is NaN where the test is not defined.

    `method` is "mcnemar" (of accuracy) or "delong" (of the AUROC of class `of`, against the rest); `difference` is
    model minus reference; `p_holm` is corrected for all tests of one `compare` call (Holm 1979).
    """

    method: str
    of: str
    difference: float
    p: float
    p_holm: float = math.nan

    @property
    def significant(self) -> bool:
        """Whether the difference stands at 5 % after the correction."""
        return self.p_holm < 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """One model beside the reference, on the same `n` images.

    `accuracy_difference` is model minus reference with a paired bootstrap over groups. The tests take images as
    independent: where `note` says that there are groups, believe the interval rather than the p-values.
    """

    model: str
    reference: str
    n: int
    only_model_right: int
    only_reference_right: int
    accuracy_difference: Interval
    tests: tuple[PairedTest, ...]
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain values; undefined figures are null."""
        return {
            **{name: getattr(self, name) for name in ("model", "reference", "n", "note")},
            "only_model_right": self.only_model_right,
            "only_reference_right": self.only_reference_right,
            "accuracy_difference": plain(self.accuracy_difference),
            "tests": [plain(one) | {"significant": one.significant} for one in self.tests],
        }


def compare(rows: Mapping[str, Rows], *, reference: str, seed: int, resamples: int = 1000) -> list[Comparison]:
    """Compare each named model with the reference; all p-values of the call are corrected together (Holm).

    All rows must be of the same images with the same labels and classes, in any order; DataError otherwise.
    """
    base = rows[reference]
    found = [_against(name, one, reference, base, seed, resamples) for name, one in rows.items() if name != reference]
    tests = [test for one in found for test in one.tests]
    corrected = iter(replace(test, p_holm=p) for test, p in zip(tests, holm([test.p for test in tests]), strict=True))
    return [replace(one, tests=tuple(next(corrected) for _ in one.tests)) for one in found]


def align(rows: Rows, base: Rows) -> Rows:
    """The rows in the order of another table of the same images and classes; DataError where the two disagree."""
    places = {image_id: index for index, image_id in enumerate(rows.image_ids)}
    if places.keys() != set(base.image_ids):
        differing = len(places.keys() ^ set(base.image_ids))
        raise DataError(
            f"{differing} images are in one table of rows and not in the other",
            reason="images_differ",
            advice="Compare models on the same test set: predict both with the same split.",
        )
    ordered = rows.with_classes(base.classes).take([places[image_id] for image_id in base.image_ids])
    ordered.check_labels(dict(zip(base.image_ids, base.labels, strict=True)))
    return ordered


def _against(name: str, rows: Rows, reference: str, base: Rows, seed: int, resamples: int) -> Comparison:
    model = align(rows, base)
    right, base_right = model.truth == model.predicted, base.truth == base.predicted
    ours, theirs = int((right & ~base_right).sum()), int((~right & base_right).sum())
    gain = right.astype(np.float64) - base_right
    tests = [PairedTest("mcnemar", "accuracy", float(gain.mean()), mcnemar_exact(ours, theirs))]
    return Comparison(
        model=name,
        reference=reference,
        n=len(base),
        only_model_right=ours,
        only_reference_right=theirs,
        accuracy_difference=_difference(gain, units_of(base), seed, resamples),
        tests=(*tests, *_delong_each(model, base)),
        note="" if base.groups is None else "images of one group are not independent: believe the interval",
    )


def _difference(gain: Floats, units: NDArray[np.intp], seed: int, resamples: int) -> Interval:
    draws = np.concatenate(
        [weights @ gain / weights.sum(axis=1) for weights in resample_weights(units, resamples=resamples, seed=seed)]
    )
    return percentile_interval(float(gain.mean()), draws, n=len(gain), bounds=(-1.0, 1.0))


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Two-sided p of the exact (binomial) McNemar test (Psychometrika 1947) from the two discordant counts."""
    from scipy.special import bdtr

    discordant = only_first + only_second
    if not discordant:
        return 1.0
    return min(1.0, 2.0 * float(bdtr(min(only_first, only_second), discordant, 0.5)))


def _delong_each(model: Rows, base: Rows) -> list[PairedTest]:
    """One test a class that has images of its own and of others; with two classes the last, since both say the same."""
    classes = range(len(base.classes)) if len(base.classes) > 2 else [1]
    found = []
    for c in classes:
        positive = base.truth == c
        if positive.any() and not positive.all():
            difference, p = delong(model.scores[:, c], base.scores[:, c], positive)
            found.append(PairedTest("delong", base.classes[c], difference, p))
    return found


def delong(first: Floats, second: Floats, positive: NDArray[np.bool_]) -> tuple[float, float]:
    """Difference of two correlated AUROCs and its two-sided p (DeLong et al., Biometrics 1988).

    `first` and `second` are scores (images,) of the same images, `positive` (images,) the truth. p is 1 where both
    rank every pair alike, and NaN where the variance cannot be known (one positive or one negative only, or two
    rankings that differ without any spread).
    """
    from scipy.special import ndtr

    ours, theirs = _placements(first, positive), _placements(second, positive)
    contrast_p, contrast_n = ours[0] - theirs[0], ours[1] - theirs[1]
    difference = float(contrast_p.mean())
    if not contrast_p.any() and not contrast_n.any():
        return 0.0, 1.0
    if min(len(contrast_p), len(contrast_n)) < 2:
        return difference, math.nan
    variance = float(contrast_p.var(ddof=1) / len(contrast_p) + contrast_n.var(ddof=1) / len(contrast_n))
    if variance <= 0:
        return difference, math.nan
    return difference, float(2.0 * ndtr(-abs(difference) / math.sqrt(variance)))


def _placements(scores: Floats, positive: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """For each positive the share of negatives below it, for each negative the share of positives above it."""
    high, low = scores[positive], scores[~positive]
    return _share_below(high, low), 1.0 - _share_below(low, high)


def _share_below(values: Floats, others: Floats) -> Floats:
    """Share of `others` below each value, ties counting half."""
    ordered = np.sort(others)
    return (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / (2.0 * len(others))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction (Scand J Stat 1979); undefined p-values stay undefined and are not counted."""
    places = [index for index, p in enumerate(p_values) if not math.isnan(p)]
    corrected, largest = list(p_values), 0.0
    for rank, index in enumerate(sorted(places, key=lambda place: p_values[place])):
        largest = max(largest, min(1.0, (len(places) - rank) * p_values[index]))
        corrected[index] = largest
    return corrected
