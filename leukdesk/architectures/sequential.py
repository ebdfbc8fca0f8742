"""Small networks built from scratch."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from leukdesk.architectures.parts import linear_head, scaled_input


def compact_cnn(
    size: int, outputs: int, *, filters: Sequence[float], dropout: float
) -> tuple[keras.Model, keras.Model]:
    """Strided 3x3 convolutions with batch normalisation, halving the picture at each; for demonstrations and tests."""
    image, x = scaled_input(size, "unit")
    for step, width in enumerate(filters):
        x = layers.Conv2D(int(width), 3, strides=2, padding="same", use_bias=False, name=f"conv{step}")(x)
        x = layers.BatchNormalization(momentum=0.9, name=f"norm{step}")(x)
        x = layers.ReLU(name=f"relu{step}")(x)
    features = keras.Model(image, x, name="features")
    return features, linear_head(features, outputs, dropout)
