"""Look at one side of the split once: what the model answers, and what every rival may know of its images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leukdesk.architectures import build
from training.audit.subject import Answers, Subject
from training.backbone_files import PRETRAINED, local_file
from training.backbones import load_backbone
from training.baselines import Features, Labelled, describe
from training.learning import feature_maps
from training.pipeline import read_inputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.run import RunData

OWN, IMAGENET = "own features", "ImageNet features"
_SMALLEST = 32  # px, of MobileNetV2
_BATCH = 64

Describe = Callable[["NDArray[np.uint8]"], "NDArray[np.float32]"]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A side as seen once. `features` by name: colour, corner, border, handmade, the model's own, ImageNet's."""

    part: Labelled
    answers: Answers
    features: dict[str, Features]


def look(subject: Subject, data: RunData, side: str, imagenet: Describe | None) -> tuple[Look, NDArray[np.uint8]]:
    """What is known of a side, and its inputs (n, size, size, 3). Raises `ImageError`."""
    part = data.part(side)
    inputs = read_inputs(part.files, subject.facts.input_size)
    known = any(facts.group for facts in data.split.facts.values())
    labels = tuple(data.classes[index] for index in part.labels)
    labelled = Labelled(part.image_ids, labels, part.groups if known else None)
    answers = subject.answer(inputs)
    features = describe(labelled, inputs)
    features[OWN] = Features(labelled, answers.features)
    if imagenet is not None:
        features[IMAGENET] = Features(labelled, imagenet(inputs))
    return Look(labelled, answers, features), inputs


def imagenet_describer(input_size: int) -> Describe | None:
    """MobileNetV2 as trained on ImageNet, which never saw a blood cell; None where its weights are not here."""
    shipped = PRETRAINED["mobilenetv2"][0]
    if local_file(shipped) is None or input_size < _SMALLEST:
        return None
    network = build("mobilenetv2", input_size=input_size, classes=2, parameters={"scaling": shipped.scaling})
    load_backbone(network, shipped.file)

    def pooled(inputs: NDArray[np.uint8]) -> NDArray[np.float32]:
        starts = range(0, len(inputs), _BATCH)
        return np.concatenate([feature_maps(network, inputs[at : at + _BATCH]).mean(axis=(1, 2)) for at in starts])

    return pooled
