"""The rules by which a new model is called better, no worse or worse than the one in use (docs/decisions/0040)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from training.evaluate.intervals import FEW_UNITS, Interval, exact_interval, percentile_interval, resample_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.evaluate.partition import Floats

Verdict = Literal["better", "no_worse", "worse", "too_few", "not_comparable"]

MARGIN = 0.02  # of accuracy: a loss of up to two images in a hundred counts as "no worse"
FEWEST_IMAGES = 20  # below this one image is more than the margin by far, and nothing is said
FEWEST_GROUPS = 6  # with five, all lie on one side by chance alone in 2 of 32 cases, which is more than 5 %
RESAMPLES = 2000


def verdict(difference: Interval | None, *, groups: int) -> Verdict:
    """What the difference in accuracy (new minus present, 95 % interval) over so many groups allows one to say.

    `None` means that both could not be asked about the same images. An interval that holds 0 and reaches below the
    margin settles nothing: more images are needed, and the present model stays.
    """
    if difference is None or not difference.defined:
        return "not_comparable"
    if difference.n < FEWEST_IMAGES or groups < FEWEST_GROUPS:
        return "too_few"
    if difference.low > 0:
        return "better"
    if difference.high < 0:
        return "worse"
    return "no_worse" if difference.low > -MARGIN else "too_few"


def paired_difference(gain: Floats, units: NDArray[np.intp], *, seed: int, resamples: int = RESAMPLES) -> Interval:
    """Mean of `gain` (images,): 1 where only the new model is right, -1 where only the present one is, else 0.

    The interval is a paired bootstrap over whole groups (`units`, (images,), numbers 0..k-1). Where all images are
    alike nothing varies, and the limits are exact ones that count groups: two models that never differed on k groups
    may still differ on a share of others.
    """
    value, n, k = float(gain.mean()), len(gain), int(units.max()) + 1
    if np.ptp(gain) == 0:
        missed = 1 - exact_interval(k, k)[0]
        low, high = max(-1.0, value - (1 + abs(value)) * missed), min(1.0, value + (1 + abs(value)) * missed)
        return Interval(value, low, high, n, "the same on every image: exact limits that count groups")
    draws = np.concatenate([w @ gain / w.sum(axis=1) for w in resample_weights(units, resamples=resamples, seed=seed)])
    return percentile_interval(value, draws, n=n, bounds=(-1.0, 1.0))


def notes_on(*, groups: int, grouped: bool) -> list[str]:
    """What limits every figure of a set, as codes."""
    if not grouped:
        return ["no_groups"]
    return ["few_groups"] if groups < FEW_UNITS else []
