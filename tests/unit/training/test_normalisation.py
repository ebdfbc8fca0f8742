"""Statistics of batch normalisation: after measuring them, images are treated as they were in training."""

from __future__ import annotations

import numpy as np
import pytest

from leukdesk.architectures import build
from leukdesk.architectures.weights import collect_weights
from training.learning import set_trainable
from training.normalisation import measure_statistics
from training.recipe import Phase


@pytest.fixture
def inputs():
    return np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3), np.uint8)


def network(name="compact_cnn", **phase):
    built = build(name, input_size=32, classes=3, parameters={})
    set_trainable(built, Phase.model_validate({"epochs": 1, "learning_rate": 0.1, **phase}))
    return built


def statistics(net, word):
    return {name: one for name, one in collect_weights(net).items() if word in name}


def test_an_image_is_treated_alike_in_training_and_in_use(inputs):
    net = network(batch_norm="adapt")
    images = inputs.astype(np.float32)
    in_training = np.asarray(net.features(images, training=True))
    before = np.abs(np.asarray(net.features(images, training=False)) - in_training).max()
    measure_statistics(net, inputs, batch=40, seed=0, epoch=0)
    after = np.abs(np.asarray(net.features(images, training=False)) - in_training).max()
    assert after < 1e-3 * np.abs(in_training).max() < before


def test_momentum_is_as_it_was_and_the_mean_is_over_all_batches(inputs):
    net = network(batch_norm="adapt")
    norms = [one for one in net.features.layers if hasattr(one, "momentum")]
    before = [one.momentum for one in norms]
    measure_statistics(net, np.repeat(inputs, 4, axis=0), batch=32, seed=1, epoch=2)
    assert [one.momentum for one in norms] == before
    images = np.repeat(inputs, 4, axis=0).astype(np.float32)
    first = net.features.get_layer("conv0")(net.features.get_layer("scaling")(images))
    mean = np.asarray(first).mean(axis=(0, 1, 2))
    np.testing.assert_allclose(np.asarray(norms[0].moving_mean), mean, atol=1e-5)


def test_what_is_measured_depends_on_seed_and_epoch_alone(inputs):
    found = []
    for epoch in (3, 3, 4):
        net = network(batch_norm="adapt")
        for layer in net.features.layers:
            for weight in layer.trainable_weights:
                weight.assign(np.random.default_rng(7).normal(0, 0.1, weight.shape))
        measure_statistics(net, inputs, batch=16, seed=5, epoch=epoch)
        found.append(statistics(net, "moving_mean")["features/0003/moving_mean"])
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


def test_frozen_layers_keep_the_statistics_of_the_backbone(inputs):
    net = network(batch_norm="frozen")
    before = statistics(net, "moving")
    measure_statistics(net, inputs, batch=16, seed=0, epoch=0)
    after = statistics(net, "moving")
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_a_head_with_normalisation_is_measured_where_the_features_are_frozen(inputs):
    net = network("cml1", train="head")
    before = statistics(net, "moving_mean")
    measure_statistics(net, inputs, batch=16, seed=0, epoch=0)
    changed = {name for name, one in statistics(net, "moving_mean").items() if not np.array_equal(one, before[name])}
    assert {name.split("/")[0] for name in changed} == {"head"}
