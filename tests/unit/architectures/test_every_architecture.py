"""Every registered architecture keeps the promises of the registry; a new one is tested by being registered.

The large ones take half a minute each to convert, so a run takes some of them in turn, by the date; all of them with
LEUKDESK_ALL_ARCHITECTURES=1.
"""

from __future__ import annotations

import datetime
import os

import keras
import numpy as np
import pytest

from leukdesk.architectures import build, names
from leukdesk.architectures.parts import SCALINGS, scaled_input
from leukdesk.architectures.registry import ARCHITECTURES
from leukdesk.architectures.weights import assign_weights, collect_weights, network_variables
from leukdesk.bundles.weights import decode_tensors, encode_tensors
from leukdesk.inference.export import export_litert
from leukdesk.inference.keras_engine import KerasEngine
from leukdesk.inference.litert import LiteRTEngine
from tests.networks import random_inputs, scale_weights

LARGE = ("densenet121", "densenet169", "densenet201", "efficientnetb7", "inceptionv3", "resnet101", "resnet50", "vgg19")
IN_TURN = 2


def chosen() -> list[str]:
    """The small ones and those large ones whose turn it is."""
    if os.environ.get("LEUKDESK_ALL_ARCHITECTURES") == "1":
        return list(names())
    first = datetime.datetime.now(datetime.UTC).date().toordinal() * IN_TURN
    turn = {LARGE[(first + step) % len(LARGE)] for step in range(IN_TURN)}
    return [name for name in names() if name not in LARGE or name in turn]


def test_the_large_ones_are_registered():
    assert set(LARGE) <= set(names())


@pytest.mark.parametrize("name", chosen())
def test_builds_twice_explains_exports_and_agrees(name):
    spec = ARCHITECTURES[name]
    size, classes = spec.smallest, 2 if spec.defaults["single_logit"] else 3
    first = build(name, input_size=size, classes=classes, parameters={})
    scale_weights(first)
    second = build(name, input_size=size, classes=classes, parameters={})
    stored = decode_tensors(encode_tensors(collect_weights(first)), bundle="test", name="weights.safetensors")
    assign_weights(second, stored)
    assert list(network_variables(second)) == list(network_variables(first))
    inputs = random_inputs(2, size)
    litert = LiteRTEngine(export_litert(first, input_size=size), input_size=size, classes=classes, threads=1)
    on_cpu, reference = litert.run(inputs), KerasEngine(second, input_size=size).run(inputs)
    litert.close()
    for part in ("logits", "maps", "embedding"):
        found, expected = getattr(on_cpu, part), getattr(reference, part)
        assert np.isfinite(expected).all()
        np.testing.assert_allclose(found, expected, atol=1e-4 * max(1.0, float(np.abs(expected).max())))
    assert reference.maps.min() >= 0
    assert reference.maps.shape == (2, *first.features.output_shape[1:3], classes)
    assert np.ptp(reference.logits) > 0


def test_simple_cnn_has_the_published_number_of_parameters():
    network = build("simple_cnn", input_size=257, classes=2, parameters={})
    assert network.features.count_params() + network.head.count_params() == 59_075_905


@pytest.mark.parametrize("scaling", sorted(SCALINGS))
def test_scaling_by_rows_is_that_of_keras_to_the_last_bit(scaling: str) -> None:
    image, scaled = scaled_input(12, scaling)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 12, 12, 3)).astype(np.float32)
    channels = pixels[..., ::-1] if scaling == "caffe" else pixels
    plain = keras.layers.Rescaling(*SCALINGS[scaling])(channels.copy())
    np.testing.assert_array_equal(keras.Model(image, scaled)(pixels), plain)
