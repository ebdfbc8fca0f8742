"""Metrics of the confusion matrix. Everywhere: rows are the true classes, columns the predicted ones.

Each function takes matrices of shape (resamples, classes, classes) and returns one value a resample (or one a class),
so that the figure itself and its bootstrap come from the same line of code. NaN means "not defined here".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.evaluate.partition import Floats, Partition, ratio

PER_CLASS = ("precision", "recall", "specificity", "f1")


class ConfusionCounter:
    """Counts confusion matrices of resamples of one test set. Shapes of `truth` and `predicted`: (images,)."""

    def __init__(self, truth: NDArray[np.intp], predicted: NDArray[np.intp], n_classes: int) -> None:
        if truth.shape != predicted.shape or truth.ndim != 1:
            raise ValueError("truth and predicted must be vectors of one length")
        both = np.concatenate([truth, predicted])
        if both.size == 0 or both.min() < 0 or both.max() >= n_classes:
            raise ValueError("every class index must be in 0..n_classes-1, and there must be one")
        self._n_classes = n_classes
        self._cells = Partition(truth * n_classes + predicted)

    def count(self, weights: Floats) -> Floats:
        """Weights (resamples, images) -> matrices (resamples, true, predicted)."""
        flat = np.zeros((len(weights), self._n_classes**2))
        flat[:, self._cells.keys.astype(np.intp)] = self._cells.sum(weights)
        return flat.reshape(-1, self._n_classes, self._n_classes)


def confusion_matrix(truth: NDArray[np.intp], predicted: NDArray[np.intp], n_classes: int) -> NDArray[np.int64]:
    """One matrix (true, predicted) of counts."""
    counts = ConfusionCounter(truth, predicted, n_classes).count(np.ones((1, len(truth))))
    return np.asarray(counts[0], dtype=np.int64)


def _parts(matrices: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    hits = np.diagonal(matrices, axis1=1, axis2=2)
    true, called = matrices.sum(axis=2), matrices.sum(axis=1)
    return hits, true, called, matrices.sum(axis=(1, 2))


def accuracy(matrices: Floats) -> Floats:
    """Share of images whose predicted class is the true one."""
    hits, _, _, total = _parts(matrices)
    return ratio(hits.sum(axis=1), total)


def recall(matrices: Floats) -> Floats:
    """Sensitivity per class, (resamples, classes); not defined for a class without images."""
    hits, true, _, _ = _parts(matrices)
    return ratio(hits, true)


def precision(matrices: Floats) -> Floats:
    """Positive predictive value per class, (resamples, classes); not defined for a class never predicted."""
    hits, _, called, _ = _parts(matrices)
    return ratio(hits, called)


def specificity(matrices: Floats) -> Floats:
    """Share of the other classes' images not called this class, (resamples, classes)."""
    hits, true, called, total = _parts(matrices)
    others = total[:, None] - true
    return ratio(others - (called - hits), others)


def f1(matrices: Floats) -> Floats:
    """Harmonic mean of precision and recall per class, as 2 TP / (2 TP + FP + FN)."""
    hits, true, called, _ = _parts(matrices)
    return ratio(2 * hits, true + called)


def per_class(matrices: Floats) -> dict[str, Floats]:
    """The figures named in `PER_CLASS`, each (resamples, classes)."""
    return {
        "precision": precision(matrices),
        "recall": recall(matrices),
        "specificity": specificity(matrices),
        "f1": f1(matrices),
    }


def averages(matrices: Floats) -> dict[str, Floats]:
    """`macro_*` and `weighted_*` of the per-class figures, over the classes that have images.

    A class that has images and is never predicted counts with precision 0, not as undefined.
    """
    support = matrices.sum(axis=2)
    present = (support > 0).astype(np.float64)
    found: dict[str, Floats] = {}
    for name, values in per_class(matrices).items():
        filled = values if name == "specificity" else np.nan_to_num(values)
        found[f"macro_{name}"] = weighted_mean(filled, present)
        found[f"weighted_{name}"] = weighted_mean(filled, support)
    return found


def weighted_mean(values: Floats, weights: Floats) -> Floats:
    """Mean over the last axis, leaving out values of weight 0 even where they are NaN."""
    return ratio(np.where(weights > 0, values * weights, 0.0).sum(axis=-1), weights.sum(axis=-1))


def balanced_accuracy(matrices: Floats) -> Floats:
    """Mean recall of the classes that have images."""
    return weighted_mean(recall(matrices), (matrices.sum(axis=2) > 0).astype(np.float64))


def kappa(matrices: Floats, *, linear: bool = False) -> Floats:
    """Cohen's kappa (Educ Psychol Meas 1960); `linear` weighs a miss by its distance in class order (Cohen 1968).

    Not defined where true and predicted classes are all one class.
    """
    places = np.arange(matrices.shape[1])
    distance = np.abs(places[:, None] - places[None, :]).astype(np.float64)
    cost = distance if linear else (distance > 0).astype(np.float64)
    _, true, called, total = _parts(matrices)
    expected = np.einsum("ri,rj,ij->r", true, called, cost)
    observed = np.einsum("rij,ij->r", matrices, cost) * total
    return 1.0 - ratio(observed, expected)
