"""The model under audit: a trained run or a sealed bundle, as one network that answers and describes images."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np

from leukdesk.architectures import names
from leukdesk.bundles.load import load_bundle
from leukdesk.domain.errors import DataError
from leukdesk.inference.keras_engine import network_of
from leukdesk.inference.novelty import NoveltyScore
from training.checkpoint import load_weights
from training.judge import judge, read_calibration
from training.run import RunData
from training.train import new_network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.architectures import Network
    from training.events import EventLog
    from training.run import Run

_BATCH = 64


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a network makes of n images; all float32.

    `logits` (n, classes) as published; `features` (n, D) behind the last map, which the head decides from; `embedding`
    (n, E) that novelty is measured in.
    """

    logits: NDArray[np.float32]
    features: NDArray[np.float32]
    embedding: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the audit needs to know of a model beside its weights; `sha256` is of the weights or of the bundle."""

    title: str
    sha256: str
    classes: tuple[str, ...]
    input_size: int
    um_per_px: float | None
    temperature: float
    accept_threshold: float
    in_scope: float  # share of validation images that the novelty limit lets pass
    seed: int
    refuse: float = 1.0  # novelty beyond which an image is rejected
    notes: tuple[str, ...] = ()


class Subject:
    """A network with its facts. `novelty` is None where the limit is still to be fitted on the validation images."""

    def __init__(self, network: Network, facts: Facts, novelty: NoveltyScore | None) -> None:
        self.facts, self.novelty = facts, novelty
        logits, features = network.head(network.features.output)
        embedding = features if network.texture is None else network.texture
        self._model = keras.Model(network.features.input, [logits, features, embedding])

    def answer(self, inputs: NDArray[np.uint8]) -> Answers:
        """Answers to uint8 RGB inputs (n, size, size, 3)."""
        starts = range(0, len(inputs), _BATCH)
        parts = [self._model.predict_on_batch(inputs[at : at + _BATCH].astype(np.float32)) for at in starts]
        logits, features, embedding = (np.concatenate(one) for one in zip(*parts, strict=True))
        if logits.shape[-1] == 1:  # a single logit z counts as [0, z]
            logits = np.concatenate([np.zeros_like(logits), logits], axis=-1)
        return Answers(logits, features, embedding)


def subject_of_run(run: Run, data: RunData, log: EventLog) -> Subject:
    """The best weights of a trained run, calibrated (and judged) as `evaluate` does. Raises `DataError`."""
    recipe, weights = run.recipe, run.best
    judge(run, data, log)
    calibration = read_calibration(run)
    network = new_network(recipe)
    load_weights(network, weights)
    facts = Facts(
        title=recipe.title,
        sha256=hashlib.sha256(weights.read_bytes()).hexdigest(),
        classes=recipe.class_ids,
        input_size=recipe.input_size,
        um_per_px=recipe.um_per_px,
        temperature=calibration.temperature,
        accept_threshold=calibration.accept_threshold,
        in_scope=recipe.in_scope,
        seed=recipe.seed,
        refuse=recipe.refuse_beyond,
    )
    return Subject(network, facts, None)


def subject_of_bundle(folder: Path, data: Path, split_file: Path) -> tuple[Subject, RunData]:
    """A sealed bundle and the images it is audited on. Raises `BundleError`, and `DataError` for unfitting data."""
    from training.datasets import load_dataset
    from training.splits import read_split

    bundle = load_bundle(folder, names())
    card, split, dataset = bundle.card, read_split(split_file), load_dataset(data)
    split.verify(dataset)
    if set(dataset.classes) != set(card.class_ids):
        raise DataError(
            f"has the classes {', '.join(dataset.classes)}; the bundle has {', '.join(card.class_ids)}",
            subject=data,
            advice="Audit a bundle on images of its own classes.",
        )
    another = split.sha256 != card.training_data.split_sha256
    facts = Facts(
        title=f"{card.title} ({card.name} {card.version})",
        sha256=bundle.ref.sha256,
        classes=card.class_ids,
        input_size=card.input_size,
        um_per_px=card.um_per_px,
        temperature=card.temperature,
        accept_threshold=card.accept_threshold,
        in_scope=card.novelty.accepts if card.novelty else 0.97,
        seed=card.seeds.get("training", 0),
        refuse=card.refused_beyond,
        notes=(_ANOTHER_SPLIT,) if another else (),
    )
    novelty = None
    if card.novelty is not None:
        novelty = NoveltyScore(card.novelty, bundle.novelty_arrays(), classes=len(card.classes))
    return Subject(network_of(card, bundle.weights()), facts, novelty), RunData(dataset, split, card.class_ids)


_ANOTHER_SPLIT = (
    "This is not the split the bundle was trained with: "
    "if it was trained on some of these test images, every figure here is too good."
)
