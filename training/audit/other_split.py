"""The same cheap models on the other kind of split: by group where this one is random, at random where it is by group.

What they lose by group is what they had learnt of groups (patients, slides), and not of classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from leukdesk.domain.errors import DataError
from training.audit.look import IMAGENET, Look
from training.audit.rivals import COLOUR
from training.baselines import Features, Labelled, random_forest, support_vectors
from training.evaluate import Rows
from training.splits import GROUPED, holdout

if TYPE_CHECKING:
    from training.run import RunData
    from training.splits import Split

RECORDED = ("patient", "subject", "group column")


def other_split(data: RunData, *, seed: int) -> tuple[Split | None, str]:
    """A split of the same images and shares of the other kind; None, and why, where there is none."""
    split = data.split
    if split.grouping not in RECORDED:
        return None, "No groups (patients, slides) are recorded, so that no split by group can be set against this one."
    used = replace(data.dataset, samples=data.dataset.subset(split.facts))
    validation, test = (len(side) / len(split.facts) for side in (split.validation, split.test))
    method = "random" if split.level == GROUPED else "grouped"
    try:
        return holdout(used, method=method, validation=validation, test=test, seed=seed), ""
    except DataError as error:
        return None, f"The images cannot be split {WORDS[method]}: {error.what}."


WORDS = {"random": "at random", "grouped": "by group"}


def rows_on(looks: Sequence[Look], split: Split, classes: Sequence[str], *, seed: int) -> dict[str, Rows]:
    """Colour only, and SVMs on hand-made and ImageNet features, fitted and judged on this split of the same images."""
    train, test = (_picked(looks, ids) for ids in (split.train, split.test))
    found = {COLOUR: random_forest(train["colour"], test["colour"], classes, seed=seed)}
    for name, features in (("SVM, hand-made features", "handmade"), (f"SVM, {IMAGENET}", IMAGENET)):
        if features in train:
            found[name] = support_vectors(train[features], test[features], classes)
    return found


def _picked(looks: Sequence[Look], image_ids: Sequence[str]) -> Mapping[str, Features]:
    """The features of these images, whichever side they were looked at on."""
    where = {one: (look, place) for look in looks for place, one in enumerate(look.part.image_ids)}
    chosen = [where[one] for one in image_ids]
    known = all(look.part.groups for look in looks)
    part = Labelled(
        tuple(image_ids),
        tuple(look.part.labels[place] for look, place in chosen),
        tuple((look.part.groups or ())[place] for look, place in chosen) if known else None,
    )
    return {
        name: Features(part, np.stack([look.features[name].values[place] for look, place in chosen]))
        for name in looks[0].features
    }
