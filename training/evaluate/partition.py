"""Sums over the parts of a set, for many resamples at once: what makes a bootstrap of every metric affordable."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Partition:
    """Images divided by a key (a tied score, a bin, a cell of the confusion matrix); parts stand in rising key order.

    `keys` has shape (parts,); every part has at least one image.
    """

    def __init__(self, values: NDArray[np.float64] | NDArray[np.intp]) -> None:
        self._order = np.argsort(values, kind="stable")
        ordered = values[self._order]
        changes = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
        self._starts = np.concatenate([[0], changes]).astype(np.intp)
        self.keys = ordered[self._starts]

    def sum(self, weights: Floats) -> Floats:
        """Sum per part: weights (resamples, images) -> (resamples, parts)."""
        return np.asarray(np.add.reduceat(weights[:, self._order], self._starts, axis=1), dtype=np.float64)


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Elementwise quotient, NaN where the denominator is zero: a figure that is not defined is never a number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator > 0, numerator / denominator, np.nan)
