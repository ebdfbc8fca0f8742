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
    from leukdesk.architectures.weights import network_variables

    name, size, classes, parameters = CASES[case]
    network = build(name, input_size=size, classes=classes, parameters=parameters)
    rng = np.random.default_rng(seed)
    for key, variable in network_variables(network).items():
        if key.endswith("kernel"):
            # He scaling keeps activations alive through untrained layers, so that maps are not blank
            fan_in = max(1, int(np.prod(variable.shape[:-1])))
            variable.assign(rng.normal(0, np.sqrt(2 / fan_in), variable.shape).astype(np.float32))
    return network, size, classes


def random_inputs(count: int, size: int, *, seed: int = 0) -> NDArray[np.uint8]:
    """Noise images, uint8 (count, size, size, 3)."""
    return np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), np.uint8)
