"""What stands beside the model on the same split: models that see little, or that never saw a blood cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from training import handmade
from training.audit.look import IMAGENET, OWN, Look
from training.baselines import Features, Labelled, describe, feature_baselines, image_baselines, random_forest
from training.evaluate import Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLOUR = "colour only"


def rival_rows(train: Look, test: Look, classes: Sequence[str], *, seed: int) -> dict[str, Rows]:
    """Majority, colour, corner and border only; k-NN and SVM on hand-made, the model's own and ImageNet's features."""
    found = image_baselines(train.features, test.features, classes, seed=seed)
    for features in (OWN, IMAGENET):
        if features in train.features:
            found |= feature_baselines(train.features[features], test.features[features], classes, named=features)
    return found


class ColourReader:
    """The colour-only baseline, to be asked again under each view: fitted once, on the training images as they are."""

    def __init__(self, train: Look, classes: Sequence[str], *, seed: int) -> None:
        self._train, self._classes, self._seed = train.features["colour"], classes, seed
        self._seen: dict[str, Features] = {}

    def show(self, view: str, part: Labelled, inputs: NDArray[np.uint8]) -> None:
        """Note the colours of test images under a view; the images may be forgotten afterwards."""
        self._seen[view] = describe(part, inputs, {"colour": handmade.colour_statistics})["colour"]

    def rows(self) -> Mapping[str, Rows]:
        """The answers under every view that was shown."""
        tables = list(self._seen.values())
        labels = tuple(label for one in tables for label in one.part.labels)
        ids = tuple(f"{view}/{one}" for view, table in self._seen.items() for one in table.part.image_ids)
        together = Features(Labelled(ids, labels), np.concatenate([one.values for one in tables]))
        scores = random_forest(self._train, together, self._classes, seed=self._seed).scores
        ends = np.cumsum([len(one.part.labels) for one in tables])[:-1]
        return {
            view: Rows(one.part.image_ids, one.part.labels, tuple(self._classes), part, one.part.groups)
            for (view, one), part in zip(self._seen.items(), np.split(scores, ends), strict=True)
        }
