"""How far probabilities can be believed: calibration error, Brier score, reliability, and what refusing buys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluate.partition import Floats, Partition, ratio

BINS = 15


def bin_of(confidences: Floats, bins: int = BINS) -> NDArray[np.intp]:
    """Index of the equal-width bin of each probability; bins are open below and closed above, as in Guo et al. 2017."""
    return np.clip(np.ceil(confidences * bins).astype(np.intp) - 1, 0, bins - 1)


class Calibration:
    """Probabilities of the predicted class against whether it was right, in equal-width bins.

    `confidences` float (images,), `correct` bool (images,).
    """

    def __init__(self, confidences: Floats, correct: NDArray[np.bool_], bins: int = BINS) -> None:
        self._bins = Partition(bin_of(confidences, bins))
        self._confidences = confidences
        self._correct = correct.astype(np.float64)

    def ece(self, weights: Floats) -> Floats:
        """Expected calibration error of the top label (Guo et al. 2017, arXiv:1706.04599), (resamples,)."""
        gaps = np.abs(self._bins.sum(weights * (self._correct - self._confidences)))
        return ratio(gaps.sum(axis=1), weights.sum(axis=1))


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """One bar of the reliability diagram; `confidence` and `accuracy` are means, None where the bin is empty."""

    low: float
    high: float
    n: int
    confidence: float | None
    accuracy: float | None


def reliability(confidences: Floats, correct: NDArray[np.bool_], bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """Bins of the reliability diagram, all of them, from low to high."""
    places = bin_of(confidences, bins)
    return tuple(_bar(index, bins, confidences[places == index], correct[places == index]) for index in range(bins))


def _bar(index: int, bins: int, confidences: Floats, correct: NDArray[np.bool_]) -> ReliabilityBin:
    low, high, n = index / bins, (index + 1) / bins, len(correct)
    if not n:
        return ReliabilityBin(low, high, 0, None, None)
    return ReliabilityBin(low, high, n, float(confidences.mean()), float(correct.mean()))


def brier_each(scores: Floats, truth: NDArray[np.intp]) -> Floats:
    """Squared distance of each image's probabilities to its true class, 0..2, (images,) (Brier 1950, many classes)."""
    target = np.zeros_like(scores)
    target[np.arange(len(truth)), truth] = 1.0
    return np.asarray(((scores - target) ** 2).sum(axis=1))


class Selection:
    """What is gained by answering only where the model is sure; images of equal confidence are taken in random order.

    `confidences` float (images,), `correct` bool (images,).
    """

    def __init__(self, confidences: Floats, correct: NDArray[np.bool_]) -> None:
        self._ties = Partition(-confidences)
        self._wrong = 1.0 - correct.astype(np.float64)

    def curve(self) -> tuple[Floats, Floats, Floats]:
        """Threshold, coverage and risk (share of wrong answers) at each distinct confidence, falling."""
        ones = np.ones((1, len(self._wrong)))
        accepted = np.cumsum(self._ties.sum(ones), axis=1)[0]
        wrong = np.cumsum(self._ties.sum(ones * self._wrong), axis=1)[0]
        return -self._ties.keys.astype(np.float64), accepted / len(self._wrong), wrong / accepted

    def aurc(self, weights: Floats) -> Floats:
        """Area under the risk-coverage curve (Geifman & El-Yaniv 2017, arXiv:1705.08500), (resamples,).

        Mean over i = 1..n of the expected risk among the i surest images; weights must be whole numbers. Inside a tie
        of m images with e errors the j-th step has risk (E + j e/m) / (M + j), which sums in closed form.
        """
        size, wrong = self._ties.sum(weights), self._ties.sum(weights * self._wrong)
        before, wrong_before = np.cumsum(size, axis=1) - size, np.cumsum(wrong, axis=1) - wrong
        rate = np.nan_to_num(ratio(wrong, size))
        harmonic = _harmonic(int(size.sum(axis=1).max(initial=0)))
        steps = harmonic[(before + size).astype(np.intp)] - harmonic[before.astype(np.intp)]
        area = rate * size + (wrong_before - rate * before) * steps
        return ratio(area.sum(axis=1), size.sum(axis=1))


def _harmonic(n: int) -> Floats:
    return np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, n + 1))])
