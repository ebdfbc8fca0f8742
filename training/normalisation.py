"""Batch normalisation that adapts: its running statistics, measured anew after each epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from leukdesk.architectures.weights import flat_layers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.architectures import Network

IMAGES = 512
_LEAST = 32  # images a batch; the statistics of fewer are too noisy


def measure_statistics(network: Network, inputs: NDArray[np.uint8], *, batch: int, seed: int, epoch: int) -> None:
    """Set the statistics of batch normalisation that is being trained to their mean over up to 512 training images.

    Running averages lag behind the weights (Keras: by hundreds of steps, MobileNetV2 by thousands), and what they then
    do to unseen images is not what was trained; see Wu & Johnson 2021, arXiv:2105.07576. Frozen layers stay as they
    are. `inputs` uint8 (n, size, size, 3); which images are taken depends on (seed, epoch) alone.
    """
    inner, outer = _adapting(network.features), _adapting(network.head)
    if not inner and not outer:
        return
    momenta = [layer.momentum for layer in (*inner, *outer)]
    chosen = np.random.default_rng([seed, epoch]).permutation(len(inputs))[:IMAGES]
    size = min(len(chosen), max(batch, _LEAST))
    for step in range(len(chosen) // size):
        for layer in (*inner, *outer):
            layer.momentum = step / (step + 1)  # the mean of all batches so far
        images = inputs[np.sort(chosen[step * size : (step + 1) * size])].astype(np.float32)
        network.head(network.features(images, training=bool(inner)), training=bool(outer))
    for layer, momentum in zip((*inner, *outer), momenta, strict=True):
        layer.momentum = momentum


def _adapting(half: keras.Model) -> list[Any]:
    return [one for one in flat_layers(half) if isinstance(one, keras.layers.BatchNormalization) and one.trainable]
