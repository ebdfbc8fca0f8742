"""Two models on the same images: how much better one is, with limits, and how likely chance alone makes it so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import comb, sqrt
from random import Random

from leukdesk.domain.proportions import LEVEL, Limits, wilson

_RESAMPLES, _SEED = 2000, 0
_FEWEST_GROUPS = 6  # with five, all lie on one side by chance alone in 2 of 32 cases


@dataclass(frozen=True, slots=True)
class Paired:
    """Images with a known class by who was right about them."""

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def images(self) -> int:
        """All of them."""
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def first(self) -> int:
        """Of how many the first was right."""
        return self.both + self.only_first

    @property
    def second(self) -> int:
        """Of how many the second was right."""
        return self.both + self.only_second

    @property
    def difference(self) -> float:
        """Second minus first accuracy, -1..1; 0 without images."""
        return (self.only_second - self.only_first) / self.images if self.images else 0.0


def paired_of(right: Iterable[tuple[bool, bool]]) -> Paired:
    """Count images from whether the first and the second model was right about each."""
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for one in right:
        counts[one] += 1
    return Paired(counts[True, True], counts[True, False], counts[False, True], counts[False, False])


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided p of the exact McNemar test (Psychometrika 1947, 12:153) from the images only one was right about."""
    apart = only_first + only_second
    if not apart:
        return 1.0
    tail = sum(comb(apart, at) for at in range(min(only_first, only_second) + 1))
    return min(1.0, float(2 * tail / 2**apart))


def paired_limits(counts: Paired, level: float = LEVEL) -> Limits:
    """Limits of `Paired.difference`, every image taken as independent (Newcombe 1998, method 10, Stat Med 17:2635)."""
    if not counts.images:
        return Limits(-1.0, 1.0)
    n = counts.images
    one, other = counts.second / n, counts.first / n
    mine, yours = wilson(counts.second, n, level), wilson(counts.first, n, level)
    phi = _correlation(counts)
    down, up = one - mine.low, mine.high - one
    their_down, their_up = other - yours.low, yours.high - other
    low = sqrt(max(0.0, down**2 - 2 * phi * down * their_up + their_up**2))
    high = sqrt(max(0.0, up**2 - 2 * phi * up * their_down + their_down**2))
    return Limits(max(-1.0, one - other - low), min(1.0, one - other + high))


def _correlation(counts: Paired) -> float:
    """Of being right, with Newcombe's correction for continuity."""
    product = counts.first * (counts.images - counts.first) * counts.second * (counts.images - counts.second)
    if not product:
        return 0.0
    apart = counts.both * counts.neither - counts.only_first * counts.only_second
    corrected = max(0.0, apart - counts.images / 2) if apart > 0 else float(apart)
    return corrected / sqrt(product)


def grouped_limits(groups: Mapping[str, Paired], level: float = LEVEL) -> Limits:
    """Limits of the difference by a bootstrap over whole groups (patients, slides), always the same draws.

    Fewer than six groups say nothing of others: -1 to 1. Where no image of any group tells the models apart nothing
    varies, and the limits are those of `paired_limits` for one image a group.
    """
    counts = [one for one in groups.values() if one.images]
    if len(counts) < _FEWEST_GROUPS:
        return Limits(-1.0, 1.0)
    if all(one.only_first == one.only_second for one in counts):
        return paired_limits(Paired(len(counts), 0, 0, 0), level)
    draw = Random(_SEED)
    found = sorted(_mean(draw.choices(counts, k=len(counts))) for _ in range(_RESAMPLES))
    tail = round((1 - level) / 2 * (_RESAMPLES - 1))
    return Limits(found[tail], found[-1 - tail])


def _mean(counts: list[Paired]) -> float:
    return sum(one.only_second - one.only_first for one in counts) / sum(one.images for one in counts)
