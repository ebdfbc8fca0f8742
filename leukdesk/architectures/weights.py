"""Weights under our own names, in build order.

Keras' own paths change from build to build and include seed state; ours are `<half>/<layer index>/<weight>`, such as
`features/0007/kernel`, where the index counts the layers that have weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from leukdesk.domain.errors import BundleError, BundleReason

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from leukdesk.architectures.registry import Network


def layer_variables(model: keras.Model) -> Iterator[tuple[str, Any]]:
    """(name, variable) of one half, such as ("0007/kernel", ...), nested models flattened."""
    weighted = [layer for layer in flat_layers(model) if layer.weights]
    for index, layer in enumerate(weighted):
        seen: Counter[str] = Counter()
        for variable in layer.weights:
            seen[variable.name] += 1
            again = f".{seen[variable.name] - 1}" if seen[variable.name] > 1 else ""
            yield f"{index:04d}/{variable.name}{again}", variable


def flat_layers(model: Any) -> Iterator[Any]:
    """Layers in build order, nested models replaced by theirs."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from flat_layers(layer)
        else:
            yield layer


def network_variables(network: Network) -> dict[str, Any]:
    """All variables of a network by our names."""
    halves = (("features", network.features), ("head", network.head))
    return {f"{half}/{name}": variable for half, model in halves for name, variable in layer_variables(model)}


def collect_weights(network: Network) -> dict[str, NDArray[np.float32]]:
    """The network's weights as float32 arrays by our names."""
    return {name: np.asarray(variable, np.float32) for name, variable in network_variables(network).items()}


def assign_weights(network: Network, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Put arrays into a network; `BundleError` unless names and shapes are exactly those of the network."""
    variables = network_variables(network)
    missing, surplus = variables.keys() - arrays.keys(), arrays.keys() - variables.keys()
    if missing or surplus:
        raise _unfit(f"{len(missing)} tensors are missing and {len(surplus)} are not of this architecture")
    for name, variable in variables.items():
        if tuple(variable.shape) != arrays[name].shape:
            raise _unfit(f"tensor {name} has shape {arrays[name].shape}, the architecture has {tuple(variable.shape)}")
    for name, variable in variables.items():
        variable.assign(np.asarray(arrays[name], np.float32))


def _unfit(what: str) -> BundleError:
    return BundleError(
        f"the weights do not fit the architecture: {what}",
        reason=BundleReason.BAD_WEIGHTS,
        advice="Get the bundle again from where it came from.",
    )
