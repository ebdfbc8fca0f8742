"""Figures of the scores as a ranking: areas under the ROC and precision-recall curves, each class against the rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.evaluate.partition import Floats, Partition, ratio


class Ranking:
    """One class's scores against whether an image is of that class; equal scores count as ties, never as an order.

    `scores` float (images,), `positive` bool (images,).
    """

    def __init__(self, scores: Floats, positive: NDArray[np.bool_]) -> None:
        self._ties = Partition(scores)
        self._positive = positive.astype(np.float64)

    def _counts(self, weights: Floats) -> tuple[Floats, Floats]:
        """Positives and negatives at each distinct score, rising, each (resamples, scores)."""
        positives = self._ties.sum(weights * self._positive)
        return positives, self._ties.sum(weights) - positives

    def auroc(self, weights: Floats) -> Floats:
        """Area under the ROC curve: chance that a positive outranks a negative, ties counting half (Hanley 1982)."""
        positives, negatives = self._counts(weights)
        below = np.cumsum(negatives, axis=1) - negatives
        wins = (positives * (below + negatives / 2)).sum(axis=1)
        return ratio(wins, positives.sum(axis=1) * negatives.sum(axis=1))

    def average_precision(self, weights: Floats) -> Floats:
        """Area under the precision-recall curve in steps, without interpolation; needs positives."""
        positives, negatives = (counts[:, ::-1] for counts in self._counts(weights))
        hits = np.cumsum(positives, axis=1)
        precision = np.nan_to_num(ratio(hits, hits + np.cumsum(negatives, axis=1)))
        return ratio((positives * precision).sum(axis=1), positives.sum(axis=1))

    def curve(self) -> tuple[Floats, Floats, Floats]:
        """False positive rate, recall and precision at each distinct score, falling; each (scores,)."""
        ones = np.ones((1, len(self._positive)))
        positives, negatives = (counts[:, ::-1] for counts in self._counts(ones))
        hits, alarms = np.cumsum(positives, axis=1), np.cumsum(negatives, axis=1)
        rates = (ratio(alarms, alarms[:, -1:]), ratio(hits, hits[:, -1:]), ratio(hits, hits + alarms))
        return rates[0][0], rates[1][0], rates[2][0]
