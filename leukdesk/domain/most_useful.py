"""Which unlabelled images teach a model most: those it is least sure of or has seen nothing like, of many kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

_NEWEST = 2.0  # novelty at which an image is as useful as one that the model cannot tell at all
_SAME_CASE, _SAME_ANSWER = 0.7, 0.85  # what each image that was chosen before leaves of the next one's use

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Thing]):
    """An image, how useful its label would be (0..1), and what it is like."""

    thing: Thing
    use: float
    case: Hashable
    answer: str


def use_of(probabilities: Sequence[float], novelty: float) -> float:
    """How much a label would teach, 0..1: the more of how little the two likeliest classes differ, and of novelty.

    The margin of calibrated probabilities is used as by Scheffer et al. (2001, doi 10.1007/3-540-44816-0_31); novelty
    is 1 at the limit of what the model accepts, which counts half, and all from 2 on.
    """
    first, second = (*sorted(probabilities, reverse=True), 0.0, 0.0)[:2]
    unsure = 1 - (first - second)
    return min(1.0, max(unsure, novelty / _NEWEST, 0.0)) if novelty == novelty else 1.0  # a NaN is as new as can be


def diverse(candidates: Sequence[Candidate[Thing]], count: int) -> list[Thing]:
    """The most useful first, not all of one case or answer: each counts less, the more of its kind came before.

    Greedy, as in Brinker (2003, ICML 59-66), with the case and the predicted class for likeness. Of equals the first.
    """
    waiting, chosen = list(candidates), list[Thing]()
    cases, answers = Counter[Hashable](), Counter[str]()
    while waiting and len(chosen) < count:
        worth = [one.use * _SAME_CASE ** cases[one.case] * _SAME_ANSWER ** answers[one.answer] for one in waiting]
        best = waiting.pop(max(range(len(worth)), key=worth.__getitem__))
        chosen.append(best.thing)
        cases[best.case] += 1
        answers[best.answer] += 1
    return chosen
