"""Limits of shares that were counted: how far the truth may be from a per cent of a few hundred cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, factorial, sqrt
from statistics import NormalDist

LEVEL = 0.95
_FURTHEST = 100_000  # cells: nobody counts on beyond that
_RARE, _RARE_TOGETHER = 3, 6  # cells: up to these the score's lower limit is too high


@dataclass(frozen=True, slots=True)
class Limits:
    """The lower and the upper limit of a share, 0..1."""

    low: float
    high: float

    def straddle(self, threshold: float) -> bool:
        """Whether a threshold lies between them, so that the count does not settle on which side the truth is."""
        return self.low < threshold < self.high


def wilson(count: int, total: int, level: float = LEVEL) -> Limits:
    """Limits of one share by its score interval (Wilson 1927, doi 10.1080/01621459.1927.10502953).

    Of one to three cells the lower limit is Poisson's, since the score's is too high there (Brown, Cai, DasGupta 2001,
    doi 10.1214/ss/1009213286). Each share has its own limits, which hold for it alone. Nothing counted: from 0 to 1.
    ValueError for counts that cannot be.
    """
    return _score(count, total, NormalDist().inv_cdf((1 + level) / 2), _RARE)


def goodman(counts: Sequence[int], level: float = LEVEL) -> tuple[Limits, ...]:
    """Limits of all shares of one count that hold together (Goodman 1965, doi 10.1080/00401706.1965.10490252).

    The multinomial limits: wider than those of Wilson, since none of them may miss.
    """
    total, classes = sum(counts), max(1, len(counts))
    reach = NormalDist().inv_cdf(1 - (1 - level) / (2 * classes))
    return tuple(_score(count, total, reach, _RARE_TOGETHER) for count in counts)


def difference(count: int, total: int, other: int, other_total: int, level: float = LEVEL) -> Limits:
    """Limits of the difference of two shares, -1..1 (Newcombe 1998, method 10, Stat Med 17:873)."""
    if not total or not other_total:
        return Limits(-1.0, 1.0)
    share, other_share = count / total, other / other_total
    first, second = wilson(count, total, level), wilson(other, other_total, level)
    apart = share - other_share
    down = sqrt((share - first.low) ** 2 + (second.high - other_share) ** 2)
    up = sqrt((first.high - share) ** 2 + (other_share - second.low) ** 2)
    return Limits(apart - down, apart + up)


def cells_to_settle(count: int, total: int, threshold: float, level: float = LEVEL) -> int | None:
    """How many more cells would put a threshold outside the limits of Wilson, if the share stays as it is.

    0 where it is outside already; None where that would take more than 100 000, as for a share right on it.
    """
    if total and not wilson(count, total, level).straddle(threshold):
        return 0
    if not total:
        return None
    low, high = total, _FURTHEST
    share = count / total
    if _straddles(share, high, threshold, level):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _straddles(share, middle, threshold, level) else (low, middle)
    return high - total


def _straddles(share: float, total: int, threshold: float, level: float) -> bool:
    reach = NormalDist().inv_cdf((1 + level) / 2)
    return _around(share, total, reach).straddle(threshold)


def _score(count: int, total: int, reach: float, rare: int) -> Limits:
    if not 0 <= count <= total:
        raise ValueError("a count lies between 0 and the total")
    if not total:
        return Limits(0.0, 1.0)
    limits = _around(count / total, total, reach)
    if 1 <= count <= rare:
        return Limits(min(limits.low, _rare_low(count, reach) / total), limits.high)
    return limits


def _rare_low(count: int, reach: float) -> float:
    """The mean of Poisson's law under which fewer than `count` come with the probability that `reach` leaves out."""
    wanted = 1 - 2 * (1 - NormalDist().cdf(reach))
    low, high = 0.0, float(count)
    for _ in range(50):
        middle = (low + high) / 2
        fewer = exp(-middle) * sum(middle**at / factorial(at) for at in range(count))
        low, high = (middle, high) if fewer > wanted else (low, middle)
    return low


def _around(share: float, total: int, reach: float) -> Limits:
    square = reach * reach
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = reach / (1 + square / total) * sqrt(share * (1 - share) / total + square / (4 * total * total))
    return Limits(max(0.0, middle - half) if share else 0.0, min(1.0, middle + half) if share < 1 else 1.0)


def total_of(counts: Iterable[int]) -> int:
    """The sum of counts; ValueError where one is negative."""
    numbers = list(counts)
    if any(number < 0 for number in numbers):
        raise ValueError("a count is not negative")
    return sum(numbers)
