"""Small networks for tests: every kind of head, at a small input, with weights that are not symmetric."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.architectures import Network

CASES = {
    "mobilenetv2": ("mobilenetv2", 64, 4, {"scaling": "imagenet"}),
    "texture": ("mobilenetv2", 64, 3, {"texture": "block_13_expand_relu"}),
    "compact_cnn": ("compact_cnn", 64, 3, {}),
    "single_logit": ("compact_cnn", 48, 2, {"single_logit": True}),
}


def make_network(case: str, *, seed: int = 0) -> tuple[Network, int, int]:
    """(network, input size, classes) with random weights of a useful size."""
    from leukdesk.architectures import build

    name, size, classes, parameters = CASES[case]
    network = build(name, input_size=size, classes=classes, parameters=parameters)
    scale_weights(network, seed=seed)
    return network, size, classes


def scale_weights(network: Network, *, seed: int = 0) -> None:
    """He scaling keeps activations alive through untrained layers, so that logits and maps are not all but zero."""
    from leukdesk.architectures.weights import network_variables

    rng = np.random.default_rng(seed)
    for key, variable in network_variables(network).items():
        if "kernel" in key:
            axes = variable.shape[:2] if "depthwise" in key else variable.shape[:-1]
            fan_in = max(1, int(np.prod(axes)))
            variable.assign(rng.normal(0, np.sqrt(2 / fan_in), variable.shape).astype(np.float32))


def random_inputs(count: int, size: int, *, seed: int = 0) -> NDArray[np.uint8]:
    """Noise images, uint8 (count, size, size, 3)."""
    return np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), np.uint8)
