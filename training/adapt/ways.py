"""What the adaptation is held against: ways to adapt a bundle that train nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np

from leukdesk.architectures.weights import flat_layers
from training.calibrate import fit_temperature
from training.learning import logits_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.architectures import Network


def measure_normalisation(network: Network, inputs: NDArray[np.uint8]) -> None:
    """Replace the statistics of batch normalisation by those of these images, at once (Li et al. 2016,
    arXiv:1603.04779). `inputs` uint8 (n, size, size, 3), unlabelled."""
    layers = [one for one in flat_layers(network.features) if isinstance(one, keras.layers.BatchNormalization)]
    for one in layers:
        one.trainable, one.momentum = True, 0.0
    network.features(inputs.astype(np.float32), training=True)


def temperature_on(network: Network, inputs: NDArray[np.uint8], labels: NDArray[np.int64]) -> float:
    """The temperature that fits these images best."""
    return fit_temperature(logits_of(network, inputs), labels)
