"""The TensorFlow engine: the same graph from the bundle's safetensors, on the GPU where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tensorflow as tf

from leukdesk.architectures import build
from leukdesk.architectures.weights import assign_weights
from leukdesk.inference.engine import OutOfMemory, RawOutput
from leukdesk.inference.graph import full_graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from leukdesk.architectures.registry import Network
    from leukdesk.domain.card import Card


def network_of(card: Card, weights: Mapping[str, NDArray[np.float32]]) -> Network:
    """Build the card's architecture and fill it; `BundleError` where the weights do not fit."""
    network = build(
        card.architecture.name,
        input_size=card.input_size,
        classes=len(card.classes),
        parameters=card.architecture.parameters,
    )
    assign_weights(network, weights)
    return network


class KerasEngine:
    """The graph as a tf.function for batches of any size (no `jit_compile`: six times slower on a CPU)."""

    def __init__(self, network: Network, *, input_size: int) -> None:
        self._graph = full_graph(network, input_size=input_size, batch=None)
        self._device = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"

    @property
    def name(self) -> str:
        """ "TensorFlow GPU" or "TensorFlow CPU"."""
        return f"TensorFlow {self._device}"

    def run(self, inputs: NDArray[np.uint8]) -> RawOutput:
        """See `Engine.run`."""
        try:
            logits, maps, embedding = (part.numpy() for part in self._graph(tf.constant(inputs)))
        except tf.errors.ResourceExhaustedError as error:
            raise OutOfMemory(str(len(inputs))) from error
        return RawOutput(logits, maps, embedding)

    def close(self) -> None:
        """Nothing to stop: TensorFlow keeps its own threads."""
