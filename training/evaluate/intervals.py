"""95 % intervals: a bootstrap over groups (patients, slides), and exact limits where nothing varies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluate.partition import Floats

LEVEL = 0.95
FEW_UNITS = 20  # below this a percentile bootstrap over groups is known to be too narrow (Cameron et al. 2008)


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % limits; `n` images behind it. NaN means the figure is not defined; `note` says why."""

    value: float
    low: float
    high: float
    n: int
    note: str = ""

    @property
    def defined(self) -> bool:
        """Whether there is a figure at all."""
        return math.isfinite(self.value)


def resample_weights(
    units: NDArray[np.intp], *, resamples: int, seed: int, chunk: int = 100
) -> Iterator[NDArray[np.float64]]:
    """How often each image is drawn in each resample of whole units, in chunks (up to `chunk`, images).

    `units` (images,) numbers the groups 0..k-1; as many groups are drawn, with replacement, as there are.
    """
    n_units = int(units.max()) + 1
    rng = np.random.default_rng(seed)
    for start in range(0, resamples, chunk):
        size = min(chunk, resamples - start)
        counts = rng.multinomial(n_units, np.full(n_units, 1.0 / n_units), size=size)
        yield counts[:, units].astype(np.float64)


def percentile_interval(value: float, draws: Floats, *, n: int, bounds: tuple[float, float]) -> Interval:
    """Interval from bootstrap draws (resamples,); draws that are NaN are left out and said in the note.

    Where every draw is the same the bootstrap says nothing, so the limits are the `bounds` of the figure. Limits are
    widened to hold the value itself, which a figure that is biased under resampling (ECE) can otherwise leave.
    """
    if not math.isfinite(value):
        return Interval(value, math.nan, math.nan, n, "not defined on this test set")
    usable = draws[np.isfinite(draws)]
    if usable.size == 0 or np.ptp(usable) < 1e-12:
        return Interval(value, *bounds, n, "resampling cannot show the uncertainty: every resample gives the same")
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(usable, [tail, 1 - tail])
    share = usable.size / draws.size
    note = "" if share == 1 else f"defined in {share:.0%} of the resamples"
    return Interval(value, min(float(low), value), max(float(high), value), n, note)


def exact_interval(hits: int, n: int, *, level: float = LEVEL) -> tuple[float, float]:
    """Clopper-Pearson limits of a proportion (Biometrika 1934); (0, 1) where n is 0."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = float(betaincinv(hits, n - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, n - hits, 1 - tail)) if hits < n else 1.0
    return low, high


def all_alike_interval(value: float, *, units: int, n: int, unit: str) -> Interval:
    """Interval of a proportion that is 0 or 1 in every unit: exact limits that count units, not images.

    With 400 right answers from 10 patients we have seen 10 patients, not 400: the limit is that of 10 of 10.
    """
    low, high = exact_interval(round(value) * units, units)
    return Interval(value, low, high, n, f"the same in all of {units} {unit}s: exact limits that count {unit}s")


def f1_all_alike_interval(value: float, *, units: int, n: int, unit: str) -> Interval:
    """Interval of the F1 of a class that is 0 or 1: F1 = 2J / (1 + J), where J is the share that is right among the
    images that are of the class or called so; its exact limits count units.
    """
    share = all_alike_interval(value, units=units, n=n, unit=unit)
    low, high = (2 * one / (1 + one) for one in (share.low, share.high))
    return Interval(value, low, high, n, share.note)


def perfect_average_interval(units: Mapping[str, int], weights: Mapping[str, float], *, n: int, f1: bool) -> Interval:
    """Interval of an average over classes where every image is right; `units`: the units that show each class.

    The lower limit is the average of the exact lower limits of the classes. It needs no correction for their number:
    were one class below its limit, all would be right in fewer than one of forty such test sets, however the classes
    hang together. `f1`: the average is of F1, else of recall or the like.
    """
    lows = {label: exact_interval(count, count)[0] for label, count in units.items()}
    if f1:
        lows = {label: 2 * low / (1 + low) for label, low in lows.items()}
    low = sum(lows[label] * weights[label] for label in lows) / sum(weights[label] for label in lows)
    return Interval(1.0, low, 1.0, n, "every image is right: the average of the exact limits of the classes")
