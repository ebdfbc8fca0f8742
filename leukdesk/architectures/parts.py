"""Parts that architectures share: input scaling and the linear head."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers

from leukdesk.domain.errors import BundleError, BundleReason

# (scale, offset) applied to RGB in 0..255: none (the network scales itself), unit, keras.applications' "tf" and "caffe"
# modes (the latter for BGR), torchvision's, and torchvision's times 255 for EfficientNet, which divides by 255 itself
# but leaves the rest to a layer that Keras adds only where it loads its own ImageNet weights.
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SCALINGS: dict[str, tuple[Any, Any]] = {
    "none": (1.0, 0.0),
    "unit": (1 / 255.0, 0.0),
    "caffe": (1.0, (-103.939, -116.779, -123.68)),
    "signed": (1 / 127.5, -1.0),
    "imagenet": (
        tuple(1 / (255.0 * std) for std in _STD),
        tuple(-mean / std for mean, std in zip(_MEAN, _STD, strict=True)),
    ),
    "imagenet_255": (
        tuple(1 / std for std in _STD),
        tuple(-255.0 * mean / std for mean, std in zip(_MEAN, _STD, strict=True)),
    ),
}


def scaled_input(size: int, scaling: str) -> tuple[Any, Any]:
    """(input tensor in 0..255, scaled tensor); KeyError for an unknown scaling."""
    scale, offset = SCALINGS[scaling]
    image = layers.Input((size, size, 3), name="image")
    channels = keras.ops.flip(image, axis=-1) if scaling == "caffe" else image
    by_channel = isinstance(scale, tuple) or isinstance(offset, tuple)
    kind = RowScaling if by_channel else layers.Rescaling
    return image, kind(scale, offset, name="scaling")(channels)


class RowScaling(layers.Layer):  # type: ignore[misc]
    """`keras.layers.Rescaling` by channel, to the last bit, with constants as long as a row of the picture.

    LiteRT takes a constant of three values three at a time: 8 % of all of a MobileNetV2's time.
    """

    def __init__(self, scale: Any, offset: Any, name: str) -> None:
        super().__init__(name=name)
        self._scale, self._offset = (np.broadcast_to(np.asarray(one, np.float32), 3) for one in (scale, offset))

    def call(self, images: Any) -> Any:
        """Float images (n, rows, columns, 3), scaled."""
        _, rows, columns, channels = images.shape
        scale, offset = (keras.ops.cast(np.tile(one, columns), images.dtype) for one in (self._scale, self._offset))
        in_rows = keras.ops.reshape(images, (-1, rows, columns * channels))
        return keras.ops.reshape(in_rows * scale + offset, (-1, rows, columns, channels))


def rectified(x: Any) -> Any:
    """ReLU as a maximum: the only form whose gradient LiteRT knows."""
    return keras.ops.maximum(x, 0.0)


def leaky(x: Any, slope: float) -> Any:
    """LeakyReLU as a maximum, for slopes below 1."""
    return keras.ops.maximum(x, slope * x)


def backbone_features(backbone: keras.Model, size: int, scaling: str) -> keras.Model:
    """Input scaling followed by a headless backbone, as one flat functional model."""
    image, scaled = scaled_input(size, scaling)
    return keras.Model(image, backbone(scaled), name="features")


def described_features(backbone: keras.Model, size: int, scaling: str, texture: str) -> tuple[keras.Model, Any]:
    """As `backbone_features`, with the pooled map of the layer `texture` beside it (None for an empty name).

    Raises `BundleError` where the backbone has no such layer.
    """
    if not texture:
        return backbone_features(backbone, size, scaling), None
    if texture not in {layer.name for layer in backbone.layers}:
        raise BundleError(
            f'the backbone has no layer "{texture}"',
            reason=BundleReason.UNKNOWN_ARCHITECTURE,
            advice="Correct the parameter `texture` in the recipe.",
        )
    image, scaled = scaled_input(size, scaling)
    both = keras.Model(backbone.input, [backbone.output, backbone.get_layer(texture).output], name="backbone")
    feature_map, earlier = both(scaled)
    described = layers.GlobalAveragePooling2D(name="texture")(earlier)
    return keras.Model(image, feature_map, name="features"), described


def linear_head(features: keras.Model, outputs: int, dropout: float) -> keras.Model:
    """Global average pooling -> dropout -> dense: the embedding is the pooled vector."""
    map_in = layers.Input(features.output_shape[1:], name="feature_map")
    pooled = layers.GlobalAveragePooling2D(name="pooled")(map_in)
    logits = layers.Dense(outputs, name="logits")(layers.Dropout(dropout, name="dropout")(pooled))
    return keras.Model(map_in, [logits, pooled], name="head")
