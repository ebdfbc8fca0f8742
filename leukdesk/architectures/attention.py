"""Attention on top of known backbones: self-attention over positions, efficient attention over channels."""

from __future__ import annotations

import keras
from keras import layers

from leukdesk.architectures.applications import Halves, application_features
from leukdesk.architectures.parts import leaky, linear_head


def efficientnetb0_attention(
    size: int, outputs: int, *, scaling: str, heads: int, key_width: int, slope: float
) -> Halves:
    """EfficientNetB0 -> multi-head self-attention over the last feature map -> pooling -> dense 128 -> dense 256.

    The proposed network of samhitha2025; the order of the two dense layers and what surrounds the attention are not
    stated there, so: residual connection and layer normalisation as in Vaswani et al. 2017 (arXiv:1706.03762).
    """
    features = application_features("EfficientNetB0", size, scaling)
    rows, columns, channels = features.output_shape[1:]
    map_in = layers.Input((rows, columns, channels), name="feature_map")
    tokens = layers.Reshape((rows * columns, channels), name="tokens")(map_in)
    attended = layers.MultiHeadAttention(heads, key_width, name="attention")(tokens, tokens)
    tokens = layers.LayerNormalization(name="attention_norm")(layers.Add(name="residual")([tokens, attended]))
    x = layers.GlobalAveragePooling1D(name="pooled")(tokens)
    for width, dropout in ((128, 0.5), (256, 0.3)):
        x = leaky(layers.Dense(width, name=f"dense{width}")(x), slope)
        x = layers.BatchNormalization(momentum=0.9, name=f"norm{width}")(x)
        x = layers.Dropout(dropout, name=f"dropout{width}")(x)
    return features, keras.Model(map_in, [layers.Dense(outputs, name="logits")(x), x], name="head")


def vgg16_eca(size: int, outputs: int, *, scaling: str, dropout: float, kernel: int) -> Halves:
    """VGG16 whose last map is weighted by efficient channel attention (Wang et al. 2019, arXiv:1910.03151)."""
    plain = application_features("VGG16", size, scaling)
    channels = plain.output_shape[-1]
    pooled = layers.GlobalAveragePooling2D(name="eca_pooled")(plain.output)
    along = layers.Reshape((channels, 1), name="eca_channels")(pooled)
    gate = layers.Conv1D(1, kernel, padding="same", use_bias=False, name="eca_conv")(along)
    gate = layers.Activation("sigmoid", name="eca_gate")(layers.Reshape((1, 1, channels), name="eca_shape")(gate))
    features = keras.Model(plain.input, layers.Multiply(name="eca")([plain.output, gate]), name="features")
    return features, linear_head(features, outputs, dropout)
