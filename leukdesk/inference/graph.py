"""The graph every bundle runs: logits, Grad-CAM maps of all classes and the embedding in one pass (TensorFlow)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

if TYPE_CHECKING:
    from leukdesk.architectures.registry import Network

OUTPUTS = ("logits", "maps", "embedding")


def full_graph(network: Network, *, input_size: int, batch: int | None) -> Any:
    """A tf.function: uint8 RGB (batch, size, size, 3) -> (logits (n, C), maps (n, rows, columns, C), embedding (n, D)).

    Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391): for each class, the feature map weighted by the spatial mean of
    the gradient of that class's *logit*, summed over channels, negative values cut. A probability's gradient vanishes
    where softmax saturates. A single logit z is published as [0, z] with the maps of -z and z.
    """

    features = described(network)

    @_compiled(input_size, batch)  # type: ignore[untyped-decorator]
    def graph(inputs: Any) -> tuple[Any, Any, Any]:
        feature_map, texture = features(tf.cast(inputs, tf.float32))
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(feature_map)
            logits, embedding = network.head(feature_map, training=False)
            columns = [logits[:, index] for index in range(logits.shape[-1])]
        gradients = [tape.gradient(column, feature_map) for column in columns]
        return _published(
            logits, [_weighted(feature_map, one) for one in gradients], embedding if texture is None else texture
        )

    return graph


def _compiled(input_size: int, batch: int | None) -> Any:
    """Nothing to convert by AutoGraph, which wants the source: a package holds none."""
    signature = [tf.TensorSpec((batch, input_size, input_size, 3), tf.uint8)]
    return tf.function(input_signature=signature, autograph=False, jit_compile=False)


def described(network: Network) -> Callable[[Any], tuple[Any, Any]]:
    """float32 images -> (feature map, texture or None), in one pass."""
    if network.texture is None:
        return lambda images: (network.features(images, training=False), None)
    both = keras.Model(network.features.input, [network.features.output, network.texture])
    return lambda images: tuple(both(images, training=False))


def label_graph(network: Network, *, input_size: int, batch: int | None) -> Any:
    """The same without maps and embedding: what a program without explanations would run."""

    @_compiled(input_size, batch)  # type: ignore[untyped-decorator]
    def graph(inputs: Any) -> Any:
        logits, _ = network.head(network.features(tf.cast(inputs, tf.float32), training=False), training=False)
        return _two_logits(logits)

    return graph


def _weighted(feature_map: Any, gradient: Any) -> Any:
    """sum_k mean_ij(dlogit/dA_k) A_k, before the cut at zero: (n, rows, columns)."""
    weights = tf.reduce_mean(gradient, axis=(1, 2), keepdims=True)
    return tf.reduce_sum(weights * feature_map, axis=-1)


def _published(logits: Any, activations: list[Any], embedding: Any) -> tuple[Any, Any, Any]:
    if len(activations) == 1:
        activations = [-activations[0], activations[0]]
    maps = tf.maximum(tf.stack(activations, axis=-1), 0.0)
    return _two_logits(logits), maps, embedding


def _two_logits(logits: Any) -> Any:
    return tf.concat([tf.zeros_like(logits), logits], axis=-1) if logits.shape[-1] == 1 else logits
