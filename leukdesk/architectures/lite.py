"""EfficientNet-Lite0: EfficientNet without squeeze-and-excitation and with ReLU6, made for CPUs.

After https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite (Apache-2.0).
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from leukdesk.architectures.applications import Halves
from leukdesk.architectures.parts import linear_head, scaled_input

# (repeats, kernel, stride of the first, expansion, filters out)
_STAGES = (
    (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)  # fmt: skip


def efficientnet_lite0(size: int, outputs: int, *, scaling: str, dropout: float) -> Halves:
    """EfficientNet-Lite0 with a linear head."""
    image, x = scaled_input(size, scaling)
    x = _convolved(x, 32, 3, 2, "stem")
    for stage, (repeats, kernel, stride, expansion, filters) in enumerate(_STAGES):
        for repeat in range(repeats):
            x = _block(x, kernel, stride if repeat == 0 else 1, expansion, filters, f"block{stage}{repeat}")
    features = keras.Model(image, _convolved(x, 1280, 1, 1, "top"), name="features")
    return features, linear_head(features, outputs, dropout)


def _block(x: Any, kernel: int, stride: int, expansion: int, filters: int, name: str) -> Any:
    before = x
    if expansion > 1:
        x = _convolved(x, expansion * x.shape[-1], 1, 1, f"{name}_expand")
    x = layers.DepthwiseConv2D(kernel, stride, padding="same", use_bias=False, name=f"{name}_depthwise")(x)
    x = layers.ReLU(6.0, name=f"{name}_depthwise_relu")(layers.BatchNormalization(name=f"{name}_depthwise_norm")(x))
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"{name}_project")(x)
    x = layers.BatchNormalization(name=f"{name}_project_norm")(x)
    same = stride == 1 and before.shape[-1] == filters
    return layers.Add(name=f"{name}_add")([x, before]) if same else x


def _convolved(x: Any, filters: int, kernel: int, stride: int, name: str) -> Any:
    x = layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False, name=name)(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(layers.BatchNormalization(name=f"{name}_norm")(x))
