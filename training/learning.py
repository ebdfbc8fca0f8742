"""What a step minimises and what it may change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from leukdesk.architectures import resolve
from leukdesk.architectures.weights import flat_layers
from leukdesk.inference.calibration import calibrated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.architectures import Network
    from training.recipe import Phase, Recipe


WARM_UP = 0.05  # share of a cosine phase: Adam's first steps, as large as the rate, undid the backbone without it


def make_loss(recipe: Recipe) -> Any:
    """Cross-entropy from logits against one-hot labels; a single logit z counts as [0, z]."""
    categorical = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=recipe.label_smoothing)
    if not resolve(recipe.architecture.name, recipe.architecture.parameters)["single_logit"]:
        return categorical
    return lambda labels, logits: categorical(labels, keras.ops.concatenate([logits * 0, logits], axis=-1))


def make_optimizer(recipe: Recipe, phase: Phase, steps: int) -> Any:
    """The phase's optimizer over `steps` steps."""
    rate: Any = phase.learning_rate
    if phase.schedule == "cosine":
        rise = max(1, round(steps * WARM_UP))
        rate = keras.optimizers.schedules.CosineDecay(
            rate / 100, steps - rise, alpha=0.01, warmup_target=rate, warmup_steps=rise
        )
    options: dict[str, Any] = {"learning_rate": rate}
    if recipe.average_weights:
        options |= {"use_ema": True, "ema_momentum": recipe.average_weights}
    if recipe.optimizer == "adamw":
        return keras.optimizers.AdamW(weight_decay=recipe.weight_decay, **options)
    if recipe.optimizer == "sgd":
        return keras.optimizers.SGD(momentum=0.9, nesterov=True, **options)
    return keras.optimizers.Adam(**options)


def set_trainable(network: Network, phase: Phase) -> None:
    """Open the layers that the phase trains; frozen batch normalisation also runs in inference mode."""
    layers = [layer for layer in flat_layers(network.features) if layer.weights]
    opened = {"head": 0, "all": len(layers)}.get(str(phase.train), phase.train)
    for index, layer in enumerate(layers):
        is_norm = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = index >= len(layers) - int(opened) and not (is_norm and phase.batch_norm == "frozen")


def class_weights(recipe: Recipe, labels: NDArray[np.int64]) -> NDArray[np.float32] | None:
    """Weights that make each class count the same, mean 1 over images; None where the recipe asks for none."""
    if recipe.balance == "none":
        return None
    counts = np.bincount(labels, minlength=len(recipe.classes))
    return np.asarray(len(labels) / (len(counts) * np.maximum(counts, 1)), np.float32)


Counting = Callable[[int], object]


def uncounted(_images: int) -> None:
    """For what nobody counts."""


class Asked:
    """A network as something to ask. Keep it where it is asked again: the first batch costs seconds of tracing."""

    def __init__(self, network: Network) -> None:
        logits, embedding = network.head(network.features.output)
        embedding = embedding if network.texture is None else network.texture
        self._model = keras.Model(network.features.input, [logits, embedding])

    def __call__(
        self, inputs: NDArray[np.uint8], *, batch: int = 64, asked: Counting = uncounted
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Logits as published (n, C) and embeddings (n, D) of uint8 inputs, by the weights as they are now.

        `asked` hears after each batch how many images it had.
        """
        parts = []
        for at in range(0, len(inputs), batch):
            parts.append(self._model.predict_on_batch(inputs[at : at + batch].astype(np.float32)))
            asked(len(inputs[at : at + batch]))
        logits, embeddings = (np.concatenate(one) for one in zip(*parts, strict=True))
        if logits.shape[-1] == 1:
            logits = np.concatenate([np.zeros_like(logits), logits], axis=-1)
        return logits, embeddings


def outputs_of(
    network: Network,
    inputs: NDArray[np.uint8],
    *,
    batch: int = 64,
    asked: Counting = uncounted,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Logits as published (n, C) and embeddings (n, D) of uint8 inputs; `asked` as in `Asked`."""
    return Asked(network)(inputs, batch=batch, asked=asked)


def feature_maps(network: Network, inputs: NDArray[np.uint8], *, batch: int = 64) -> NDArray[np.float32]:
    """What the features half makes of uint8 inputs: float32 (n, rows, columns, channels)."""
    parts = [
        network.features.predict_on_batch(inputs[at : at + batch].astype(np.float32))
        for at in range(0, len(inputs), batch)
    ]
    return np.concatenate(parts)


def logits_of(network: Network, inputs: NDArray[np.uint8], asked: Counting = uncounted) -> NDArray[np.float32]:
    """Logits as published (n, C); `asked` as in `Asked`."""
    return outputs_of(network, inputs, asked=asked)[0]


def negative_log_likelihood(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Mean cross-entropy at temperature 1."""
    probabilities = calibrated(logits, 1.0)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(probabilities, 1e-12)).mean())
