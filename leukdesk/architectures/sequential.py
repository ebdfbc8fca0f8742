"""Small networks built from scratch. Pooling stays in `features`, and heads use `parts.rectified`: LiteRT has no
gradients of pooling and ReLU, so a head with them would not convert."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from leukdesk.architectures.applications import Halves
from leukdesk.architectures.parts import linear_head, rectified, scaled_input


def compact_cnn(size: int, outputs: int, *, filters: Sequence[float], dropout: float) -> Halves:
    """Strided 3x3 convolutions with batch normalisation, halving the picture at each; for demonstrations and tests."""
    image, x = scaled_input(size, "unit")
    for step, width in enumerate(filters):
        x = layers.Conv2D(int(width), 3, strides=2, padding="same", use_bias=False, name=f"conv{step}")(x)
        x = layers.BatchNormalization(momentum=0.9, name=f"norm{step}")(x)
        x = layers.ReLU(name=f"relu{step}")(x)
    features = keras.Model(image, x, name="features")
    return features, linear_head(features, outputs, dropout)


def simple_cnn(size: int, outputs: int) -> Halves:
    """The simple CNN of abed2022: 59 075 905 parameters at 257 px with one sigmoid output."""
    image, x = scaled_input(size, "unit")
    for step, width in enumerate((32, 64, 128)):
        x = layers.Conv2D(width, 3, activation="relu", name=f"conv{step}")(x)
        x = layers.MaxPooling2D(name=f"pool{step}")(x) if step < 2 else x
    features = keras.Model(image, x, name="features")
    return features, _dense_head(features, outputs, widths=(128,), dropout=0.0, normalised=False)


def cml1(size: int, outputs: int, *, dropout: float) -> Halves:
    """CML-1 of lubna2024: five convolutions, five pools, six batch normalisations, three dense layers, three dropouts.

    Stated are 3x3 and 32 maps in the first; the further widths and the dense ones are ours, as is the place of the
    sixth normalisation (before the first dense layer).
    """
    image, x = scaled_input(size, "unit")
    for step, width in enumerate((32, 64, 128, 128, 256)):
        x = layers.Conv2D(width, 3, padding="same", activation="relu", name=f"conv{step}")(x)
        x = layers.BatchNormalization(momentum=0.9, name=f"norm{step}")(x)
        x = layers.MaxPooling2D(name=f"pool{step}")(x)
    features = keras.Model(image, x, name="features")
    return features, _dense_head(features, outputs, widths=(256, 128), dropout=dropout, normalised=True)


def sequential_cnn(size: int, outputs: int, *, dropout: float) -> Halves:
    """The light network of nadim2024: convolutions and pools with ReLU, dropout, dense; widths are not stated there."""
    image, x = scaled_input(size, "unit")
    for step, width in enumerate((32, 64, 128, 128)):
        x = layers.Conv2D(width, 3, activation="relu", name=f"conv{step}")(x)
        x = layers.MaxPooling2D(name=f"pool{step}")(x)
    features = keras.Model(image, x, name="features")
    return features, _dense_head(features, outputs, widths=(128,), dropout=dropout, normalised=False)


def _dense_head(
    features: keras.Model, outputs: int, *, widths: Sequence[int], dropout: float, normalised: bool
) -> keras.Model:
    """Flatten (-> normalise) -> dropout -> dense layers with dropout between -> logits; the embedding is the last."""
    map_in = layers.Input(features.output_shape[1:], name="feature_map")
    x: Any = layers.Flatten(name="flat")(map_in)
    if normalised:
        x = layers.BatchNormalization(momentum=0.9, name="norm")(x)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    for step, width in enumerate(widths):
        x = rectified(layers.Dense(width, name=f"dense{step}")(x))
        x = layers.Dropout(dropout, name=f"dropout{step}")(x) if dropout else x
    return keras.Model(map_in, [layers.Dense(outputs, name="logits")(x), x], name="head")
