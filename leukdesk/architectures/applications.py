"""Backbones of `keras.applications`, without weights; training fills them from a local cache."""

from __future__ import annotations

import keras

from leukdesk.architectures.parts import backbone_features, linear_head


def mobilenetv2(
    size: int, outputs: int, *, scaling: str, alpha: float, dropout: float
) -> tuple[keras.Model, keras.Model]:
    """MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381) with a linear head."""
    backbone = keras.applications.MobileNetV2(
        input_shape=(size, size, 3), include_top=False, weights=None, alpha=alpha, name="backbone"
    )
    features = backbone_features(backbone, size, scaling)
    return features, linear_head(features, outputs, dropout)
