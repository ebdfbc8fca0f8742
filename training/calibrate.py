"""What is fitted on validation images after training: temperature, accept threshold, and what counts as strange."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.errors import DataError

TEMPERATURES = (0.05, 20.0)
# MobileNetV2 (D = 1280) on held-out groups: 64 to 256 directions tell other smears, blur and swapped colours apart
# best; 16 are too few for other fields of view, all 1280 lose swapped colours in the noise of the small ones.
COMPONENTS = 128
EMPTY_REFUSED = 0.98  # of the images without nuclei, where that costs few images in scope
Floats = NDArray[np.float64]


def softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Probabilities (n, classes) of logits (n, classes), each divided by the temperature."""
    shifted = np.asarray(logits, dtype=np.float64) / temperature
    shifted -= shifted.max(axis=1, keepdims=True)
    exponents = np.exp(shifted)
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


def fit_temperature(logits: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Temperature that minimises the negative log-likelihood of validation logits (Guo et al. 2017, arXiv:1706.04599).

    `logits` (n, classes), `labels` (n,) class positions. Separable data would drive the temperature to zero, so the
    target of each image is softened to (n + 1) / (n + 2), Laplace's rule of succession (as Platt 1999 does): with n
    images and no error, no more than that can be known. The result lies in `TEMPERATURES`. Raises `DataError`.
    """
    from scipy.optimize import minimize_scalar

    scores, truth = _checked(logits, labels)
    n, n_classes = scores.shape
    target = np.full((n, n_classes), 1.0 / ((n + 2) * (n_classes - 1)))
    target[np.arange(n), truth] = (n + 1.0) / (n + 2.0)

    def loss(log_temperature: float) -> float:
        scaled = scores / math.exp(log_temperature)
        scaled -= scaled.max(axis=1, keepdims=True)
        return float((np.log(np.exp(scaled).sum(axis=1)) - (target * scaled).sum(axis=1)).mean())

    # The loss is convex in 1/temperature, so it has one minimum and a bounded line search finds it.
    low, high = (math.log(limit) for limit in TEMPERATURES)
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-6})
    return float(np.clip(math.exp(found.x), *TEMPERATURES))


def _checked(logits: NDArray[np.floating], labels: NDArray[np.integer]) -> tuple[Floats, NDArray[np.intp]]:
    scores, truth = np.asarray(logits, dtype=np.float64), np.asarray(labels, dtype=np.intp)
    if scores.ndim != 2 or scores.shape[1] < 2 or truth.shape != scores.shape[:1]:
        raise ValueError(f"logits {scores.shape} and labels {truth.shape} must be (n, classes >= 2) and (n,)")
    if not len(truth):
        raise _unusable("There are no validation images to calibrate on")
    if not np.isfinite(scores).all():
        raise _unusable("The model gave logits that are not numbers")
    if truth.min() < 0 or truth.max() >= scores.shape[1]:
        raise ValueError("labels must be class positions")
    return scores, truth


def _unusable(what: str) -> DataError:
    return DataError(what, reason="calibration", advice="Check the validation part of the split, then train again.")


@dataclass(frozen=True, slots=True)
class AcceptThreshold:
    """Images whose highest probability is at least `threshold` are accepted.

    `coverage` is the share of validation images accepted, `error` the share of wrong answers among them (0 where none
    is accepted). `reached` is false where no threshold keeps the error at the target.
    """

    threshold: float
    coverage: float
    error: float
    reached: bool


def choose_accept_threshold(
    probabilities: NDArray[np.floating],
    correct: NDArray[np.bool_],
    *,
    target_error: float = 0.02,
    empty: NDArray[np.floating] | None = None,
    in_scope: float = 0.97,
    at_least: float = 0.0,
) -> AcceptThreshold:
    """Smallest threshold at which the accepted validation images are wrong at most `target_error` of the time.

    `probabilities` (n,) of the predicted class, calibrated; `correct` (n,). Where all images together meet the target
    the threshold is 0; otherwise it lies midway between the last accepted probability and the next below, so that
    rounding in another engine moves no image across it. Where not even the surest images meet the target, nothing
    below certainty is accepted: threshold 1, `reached` false.

    `empty` (m,) are the highest probabilities of images that belong to no class: the threshold rises until
    `EMPTY_REFUSED` of them are refused, as far as it leaves `in_scope` of the validation images accepted. It is never
    below `at_least`.
    """
    sure, right = np.asarray(probabilities, dtype=np.float64), np.asarray(correct, dtype=bool)
    if sure.ndim != 1 or sure.shape != right.shape:
        raise ValueError("probabilities and correct must be vectors of one length")
    if not len(sure):
        raise _unusable("There are no validation images to choose a threshold on")
    floor = max(at_least, _above_empty(sure, empty, in_scope))
    levels, places = np.unique(sure, return_inverse=True)
    accepted = np.cumsum(np.bincount(places)[::-1])[::-1]
    wrong = np.cumsum(np.bincount(places, weights=~right)[::-1])[::-1]
    meeting = np.flatnonzero(wrong / accepted <= target_error)
    if not len(meeting):
        return _applied(1.0, sure, right, reached=False)
    first = int(meeting[0])
    threshold = 0.0 if first == 0 else _between(levels[first - 1], levels[first])
    return _applied(max(threshold, floor), sure, right, reached=True)


def _above_empty(sure: Floats, empty: NDArray[np.floating] | None, in_scope: float) -> float:
    if empty is None or not len(empty):
        return 0.0
    wished = float(np.quantile(np.asarray(empty, dtype=np.float64), EMPTY_REFUSED, method="higher"))
    ordered = np.sort(sure)
    lost = int((1 - in_scope) * len(ordered) + 1e-9)
    bound = _between(ordered[lost - 1], ordered[lost]) if lost else float(ordered[0])
    return min(float(np.nextafter(wished, 2.0)), bound)


def _between(refused: float, accepted: float) -> float:
    middle = float(refused + accepted) / 2
    return middle if middle > refused else float(accepted)


def _applied(threshold: float, sure: Floats, right: NDArray[np.bool_], *, reached: bool) -> AcceptThreshold:
    accepted = sure >= threshold
    error = float((~right[accepted]).mean()) if accepted.any() else 0.0
    return AcceptThreshold(threshold, float(accepted.mean()), error, reached)


@dataclass(frozen=True, slots=True, eq=False)
class NoveltyFit:
    """Arrays for `novelty.safetensors` and the numbers for the card.

    `arrays`: `mean` (D,), `projection` (D, k), `class_means` (classes, k), all float32; `accepts` is the share of
    validation images at or below the limit.
    """

    arrays: dict[str, NDArray[np.float32]]
    median: float
    limit: float
    accepts: float


def fit_novelty(
    embeddings: NDArray[np.floating],
    labels: NDArray[np.integer],
    validation: NDArray[np.floating],
    *,
    accepts: float = 0.97,
    max_components: int = COMPONENTS,
) -> NoveltyFit:
    """Fit the Mahalanobis distance to the nearest class (Lee et al. 2018, arXiv:1807.03888) on training embeddings.

    `embeddings` (n, D) and `labels` (n,) of the training images, `validation` (m, D). The covariance shared by the
    classes is shrunk towards a multiple of the identity (Ledoit & Wolf 2004), so it is well-conditioned where D is
    about n, and kept in its `max_components` largest directions. Raises `DataError` where nothing can be fitted.
    """
    train, held = np.asarray(embeddings, dtype=np.float64), np.asarray(validation, dtype=np.float64)
    _check_embeddings(train, held)
    mean = train.mean(axis=0)
    classes, places = np.unique(np.asarray(labels), return_inverse=True)
    centres = np.stack([train[places == c].mean(axis=0) for c in range(len(classes))]) - mean
    projection = _whitening(train - mean - centres[places], len(classes), max_components)
    arrays = {"mean": mean, "projection": projection, "class_means": centres @ projection}
    stored = {name: values.astype(np.float32) for name, values in arrays.items()}
    distances = novelty_distance(held, stored)
    median, limit = float(np.median(distances)), float(np.quantile(distances, accepts, method="higher"))
    if limit <= median:  # few or equal validation images: any positive width keeps the score defined
        limit = median + max(1e-6, abs(median) * 1e-3)
    return NoveltyFit(stored, median, limit, float((distances <= limit).mean()))


def _check_embeddings(train: Floats, held: Floats) -> None:
    if train.ndim != 2 or held.ndim != 2 or train.shape[1:] != held.shape[1:]:
        raise ValueError(f"embeddings {train.shape} and validation {held.shape} must be (n, D) and (m, D)")
    if len(train) < 2 or not len(held):
        raise _unusable("Novelty needs two training images and one validation image at least")
    if not (np.isfinite(train).all() and np.isfinite(held).all()):
        raise _unusable("The model gave embeddings that are not numbers")


def _whitening(residuals: Floats, n_classes: int, max_components: int) -> Floats:
    """Columns that turn residuals within classes (n, D) into k uncorrelated values of variance about 1, (D, k)."""
    from sklearn.covariance import ledoit_wolf_shrinkage

    average = float((residuals**2).mean()) * len(residuals) / max(1, len(residuals) - n_classes)
    if average <= 0:
        raise _unusable("All training images of a class have the same embedding")
    variances, directions = _principal(residuals, max(1, len(residuals) - n_classes), max_components)
    share = float(ledoit_wolf_shrinkage(residuals, assume_centered=True))
    shrunk = (1 - share) * variances + share * average
    floor = average * 1e-6  # where nothing was shrunk (n far above D) a dead direction must not divide by zero
    return np.asarray(directions / np.sqrt(np.maximum(shrunk, floor)))


def _principal(residuals: Floats, degrees: int, count: int) -> tuple[Floats, Floats]:
    """The largest variances (k,), falling, and their unit directions (D, k), through the smaller Gram matrix."""
    if residuals.shape[1] <= residuals.shape[0]:
        values, vectors = np.linalg.eigh(residuals.T @ residuals)
        return np.maximum(values[::-1][:count], 0.0) / degrees, vectors[:, ::-1][:, :count]
    values, vectors = np.linalg.eigh(residuals @ residuals.T)
    kept = np.flatnonzero(values > values[-1] * 1e-10)[::-1][:count]
    return values[kept] / degrees, residuals.T @ vectors[:, kept] / np.sqrt(values[kept])


def novelty_distance(embeddings: NDArray[np.floating], arrays: dict[str, NDArray[np.float32]]) -> Floats:
    """Squared distance (n,) of embeddings (n, D) to the nearest class mean after whitening."""
    projected = (np.asarray(embeddings, dtype=np.float64) - arrays["mean"]) @ arrays["projection"]
    gaps = projected[:, None, :] - arrays["class_means"][None, :, :]
    return np.asarray((gaps**2).sum(axis=2).min(axis=1))
