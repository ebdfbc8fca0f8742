"""How far model and human agree beyond chance: Cohen's kappa with its limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import NormalDist

from leukdesk.domain.proportions import LEVEL, Limits, wilson
from leukdesk.domain.review import NO_CLASS, Agreement


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement of model and human over the answers of the model to which a human gave a class."""

    answers: int
    agreed: int
    value: float | None  # at most 1; None without answers, or where both only ever named one and the same class
    limits: Limits | None  # of `value`


@dataclass(frozen=True, slots=True)
class MonthOfAgreement:
    """What humans said in one month (UTC) of answers that still count."""

    month: date  # its first day
    counts: tuple[Agreement, ...]


def kappa(counts: Iterable[Agreement], level: float = LEVEL) -> Kappa:
    """Cohen's kappa (1960, doi 10.1177/001316446002000104) with large-sample limits.

    The limits are those of Fleiss, Cohen and Everitt (1969, doi 10.1037/h0028106). Where no answer differs, their width
    would be nothing however few there are: then the lower limit is that of the share agreed (Wilson), as a kappa.
    Answers that a human left unidentified or excluded are no class and are left out.
    """
    pairs = Counter[tuple[str, str]]()
    for one in counts:
        if one.human and one.human not in NO_CLASS:
            pairs[one.model, one.human] += one.count
    total, agreed = sum(pairs.values()), sum(count for (model, human), count in pairs.items() if model == human)
    by_model, by_human = _shares(pairs, 0, total), _shares(pairs, 1, total)
    chance = sum(share * by_human.get(name, 0.0) for name, share in by_model.items())
    if total == 0 or chance > 1 - 1e-12:
        return Kappa(total, agreed, None, None)
    value = (agreed / total - chance) / (1 - chance)
    if agreed == total:
        return Kappa(total, agreed, value, Limits((wilson(agreed, total, level).low - chance) / (1 - chance), 1.0))
    shares = {pair: count / total for pair, count in pairs.items()}
    reach = NormalDist().inv_cdf((1 + level) / 2) * sqrt(_spread(shares, by_model, by_human, chance, value) / total)
    return Kappa(total, agreed, value, Limits(max(-1.0, value - reach), min(1.0, value + reach)))


def _shares(pairs: Counter[tuple[str, str]], side: int, total: int) -> dict[str, float]:
    """How often each class was named by the model (side 0) or the human (1)."""
    found = Counter[str]()
    for pair, count in pairs.items():
        found[pair[side]] += count
    return {name: count / total for name, count in found.items()}


def _spread(
    shares: dict[tuple[str, str], float],
    by_model: dict[str, float],
    by_human: dict[str, float],
    chance: float,
    value: float,
) -> float:
    """The variance of kappa times the number of answers."""
    doubt, sum_ = 1 - value, 0.0
    for (model, human), share in shares.items():
        if model == human:
            sum_ += share * (1 - (by_model[model] + by_human[model]) * doubt) ** 2
        else:
            sum_ += share * doubt**2 * (by_human.get(model, 0.0) + by_model.get(human, 0.0)) ** 2
    return max(0.0, sum_ - (value - chance * doubt) ** 2) / (1 - chance) ** 2
