"""What stands beside a run's own figures: models without a network, on the same split, from the same code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from leukdesk.imaging.read import read_image
from training.baselines import (
    IMAGE_DESCRIBERS,
    Describer,
    Features,
    Labelled,
    describe,
    feature_baselines,
    image_baselines,
    nearest_neighbours,
    random_forest,
)
from training.evaluate import Evaluation, evaluate
from training.pipeline import LIMIT_PX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.evaluate import Rows
    from training.run import Part, RunData

PIXELS = "k-NN, pixels"
_SIDE = 32  # px; k-nearest neighbours among 3072 numbers


def pixels(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The image itself at 32 x 32 px, as one vector: k-NN where a publication states no features."""
    small = cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32).ravel()


def evaluate_beside(
    data: RunData, wanted: Sequence[str], *, all_baselines: bool, seed: int, resamples: int = 1000
) -> dict[str, Evaluation]:
    """The named baselines, or (`all_baselines`) these and every one that needs images only, on the run's test set."""
    if not wanted and not all_baselines:
        return {}
    describers = {**(IMAGE_DESCRIBERS if all_baselines else {}), **_needed(wanted)}
    train, test = _described(data, "train", describers), _described(data, "test", describers)
    rows: dict[str, Rows] = {}
    if all_baselines:
        rows |= image_baselines(train, test, data.classes, seed=seed)
    elif "handmade" in describers:
        rows |= feature_baselines(train["handmade"], test["handmade"], data.classes, named="hand-made features")
    if "pixels" in describers:
        rows[PIXELS] = nearest_neighbours(train["pixels"], test["pixels"], data.classes)
    kept = rows if all_baselines else {name: one for name, one in rows.items() if name in wanted}
    return {name: evaluate(one, seed=seed, resamples=resamples) for name, one in kept.items()}


def colour_rows(data: RunData, *, seed: int) -> Rows:
    """What the colour-only baseline says of the run's test images."""
    describers = {"colour": IMAGE_DESCRIBERS["colour"]}
    train, test = (_described(data, side, describers)["colour"] for side in ("train", "test"))
    return random_forest(train, test, data.classes, seed=seed)


def _needed(wanted: Sequence[str]) -> dict[str, Describer]:
    needed: dict[str, Describer] = {"pixels": pixels} if PIXELS in wanted else {}
    if any(one.endswith("hand-made features") for one in wanted):
        needed["handmade"] = IMAGE_DESCRIBERS["handmade"]
    return needed


def _described(data: RunData, side: str, describers: Mapping[str, Describer]) -> dict[str, Features]:
    part = data.part(side)
    labels = tuple(data.classes[index] for index in part.labels)
    return describe(Labelled(part.image_ids, labels, part.groups), _images(part), describers)


def _images(part: Part) -> Iterator[NDArray[np.uint8]]:
    for file in part.files:
        yield read_image(file, limit_px=LIMIT_PX).pixels
