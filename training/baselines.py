"""What a score must be compared with: predictions that need no network, and some that need no morphology either.

Every baseline is trained on the training part, predicts the test part, and gives `Rows` like any model, so that its
figures and its intervals come from the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.errors import DataError
from training import handmade
from training.calibrate import softmax
from training.evaluate.rows import Rows

TREES = 200
NEIGHBOURS = 5

Describer = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """One side of a split: ids, class ids, groups where known. Nothing here holds pixels."""

    image_ids: tuple[str, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """A part of the split with one float vector an image, `values` (images, features)."""

    part: Labelled
    values: NDArray[np.floating]

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or len(self.values) != len(self.part.labels):
            raise ValueError(f"values {self.values.shape} must be (images, features) of {len(self.part.labels)} images")


IMAGE_DESCRIBERS: Mapping[str, Describer] = {
    "colour": handmade.colour_statistics,
    "corner": handmade.corner,
    "border": handmade.border,
    "handmade": handmade.colour_shape_texture,
}


def describe(
    part: Labelled, images: Iterable[NDArray[np.uint8]], describers: Mapping[str, Describer] = IMAGE_DESCRIBERS
) -> dict[str, Features]:
    """Describe uint8 RGB images (height, width, 3), each looked at once and let go; DataError where there are none."""
    vectors: dict[str, list[NDArray[np.float32]]] = {name: [] for name in describers}
    for image in images:
        for name, describer in describers.items():
            vectors[name].append(describer(image))
    if not part.labels:
        raise DataError("There are no images", reason="no_images", advice="Check the split.")
    return {name: Features(part, np.stack(found)) for name, found in vectors.items()}


def image_baselines(
    train: Mapping[str, Features], test: Mapping[str, Features], classes: Sequence[str], *, seed: int
) -> dict[str, Rows]:
    """All baselines that need images only, by name, from what `describe` found of both parts."""
    found = {"majority": majority(train["colour"].part, test["colour"].part, classes)}
    for name in ("colour", "corner", "border"):
        found[f"{name} only"] = random_forest(train[name], test[name], classes, seed=seed)
    return found | feature_baselines(train["handmade"], test["handmade"], classes, named="hand-made features")


def feature_baselines(train: Features, test: Features, classes: Sequence[str], *, named: str) -> dict[str, Rows]:
    """k-nearest neighbours and a support vector machine on given features, such as a CNN's; `named` as in the title."""
    return {
        f"k-NN, {named}": nearest_neighbours(train, test, classes),
        f"SVM, {named}": support_vectors(train, test, classes),
    }


def majority(train: Labelled, test: Labelled, classes: Sequence[str]) -> Rows:
    """Every image is given the class shares of the training part, so that the most frequent class is predicted."""
    _need_two_classes(train)
    shares = np.array([train.labels.count(name) for name in classes], dtype=np.float64) / len(train.labels)
    return _rows(test, classes, np.tile(shares, (len(test.labels), 1)))


def random_forest(train: Features, test: Features, classes: Sequence[str], *, seed: int) -> Rows:
    """A random forest (Breiman 2001) of 200 trees; scores are the mean leaf shares."""
    from sklearn.ensemble import RandomForestClassifier

    return _fitted(RandomForestClassifier(TREES, random_state=seed, n_jobs=-1), train, test, classes)


def nearest_neighbours(train: Features, test: Features, classes: Sequence[str], *, k: int = NEIGHBOURS) -> Rows:
    """The k nearest training images by standardised features; scores are the shares of their votes."""
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), KNeighborsClassifier(min(k, len(train.part.labels))))
    return _fitted(model, train, test, classes)


def support_vectors(train: Features, test: Features, classes: Sequence[str]) -> Rows:
    """A support vector machine (RBF kernel, C = 10, standardised features).

    Scores are a softmax of its decision values: good as a ranking, not calibrated.
    """
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    return _decided(make_pipeline(StandardScaler(), SVC(C=10.0, break_ties=True)), train, test, classes)


def linear_head(train: Features, test: Features, classes: Sequence[str]) -> Rows:
    """Least squares with a ridge (alpha 10, standardised features): a network's last layer, fitted in closed form.

    Scores are a softmax of its decision values, as for the support vector machine.
    """
    from sklearn.linear_model import RidgeClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return _decided(make_pipeline(StandardScaler(), RidgeClassifier(alpha=10.0)), train, test, classes)


def _decided(model: Any, train: Features, test: Features, classes: Sequence[str]) -> Rows:
    _need_two_classes(train.part)
    model.fit(train.values, np.array(train.part.labels))
    decisions = np.asarray(model.decision_function(test.values), dtype=np.float64)
    if decisions.ndim == 1:  # two classes share one value
        decisions = np.stack([np.zeros(len(decisions)), decisions], axis=1)
    return _rows(test.part, classes, _in_order(softmax(decisions), model.classes_, classes))


def _fitted(model: Any, train: Features, test: Features, classes: Sequence[str]) -> Rows:
    _need_two_classes(train.part)
    model.fit(train.values, np.array(train.part.labels))
    return _rows(test.part, classes, _in_order(model.predict_proba(test.values), model.classes_, classes))


def _in_order(scores: NDArray[np.float64], found: Sequence[str], classes: Sequence[str]) -> NDArray[np.float64]:
    """Columns moved from scikit-learn's (sorted) order to ours; a class without training images scores 0."""
    ordered = np.zeros((len(scores), len(classes)))
    ordered[:, [list(classes).index(str(name)) for name in found]] = scores
    return ordered


def _rows(part: Labelled, classes: Sequence[str], scores: NDArray[np.float64]) -> Rows:
    return Rows(part.image_ids, part.labels, tuple(classes), scores, part.groups)


def _need_two_classes(train: Labelled) -> None:
    if len(set(train.labels)) < 2:
        raise DataError(
            f"The training part has one class only ({', '.join(set(train.labels)) or 'none'})",
            reason="one_class",
            advice="Add images of another class, or split again.",
        )
