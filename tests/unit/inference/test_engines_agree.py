"""The two engines and an eager reference give the same logits, maps and embeddings."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from leukdesk.architectures.weights import network_variables
from leukdesk.domain.errors import EngineError
from leukdesk.inference.export import export_litert
from leukdesk.inference.keras_engine import KerasEngine
from leukdesk.inference.litert import LiteRTEngine
from tests.networks import CASES, make_network, random_inputs


@pytest.fixture(scope="module", params=sorted(CASES))
def built(request):
    network, size, classes = make_network(request.param)
    graph = export_litert(network, input_size=size)
    return network, size, classes, graph


def grad_cam_reference(network, image: np.ndarray, index: int) -> np.ndarray:
    """Grad-CAM of one class by an eager tape: the textbook way, one class at a time."""
    feature_map = tf.Variable(network.features(image[None].astype(np.float32), training=False))
    with tf.GradientTape() as tape:
        logit = network.head(feature_map, training=False)[0][0, index]
    weights = tf.reduce_mean(tape.gradient(logit, feature_map), axis=(0, 1, 2))
    return np.maximum(np.einsum("hwk,k->hw", feature_map.numpy()[0], weights.numpy()), 0)


def test_litert_and_tensorflow_agree(built):
    network, size, classes, graph = built
    inputs = random_inputs(3, size)
    litert = LiteRTEngine(graph, input_size=size, classes=classes, threads=2)
    on_cpu, reference = litert.run(inputs), KerasEngine(network, input_size=size).run(inputs)
    litert.close()
    np.testing.assert_allclose(on_cpu.logits, reference.logits, atol=1e-4)
    np.testing.assert_allclose(on_cpu.maps, reference.maps, atol=1e-4)
    np.testing.assert_allclose(on_cpu.embedding, reference.embedding, atol=1e-4)
    assert reference.logits.shape == (3, classes)
    assert reference.maps.shape[-1] == classes


def test_maps_are_grad_cam_of_every_class(built):
    network, size, classes, _ = built
    image = random_inputs(1, size)[0]
    maps = KerasEngine(network, input_size=size).run(image[None]).maps[0]
    outputs = network.head.output_shape[0][-1]
    for index in range(outputs):
        at = index if outputs == classes else 1
        np.testing.assert_allclose(maps[..., at], grad_cam_reference(network, image, index), atol=1e-5)
    assert maps.max() > 0, "a blank map would agree with a blank reference"


def test_random_weights_give_another_map(built):
    """The sanity check of Adebayo et al. 2018 (arXiv:1810.03292): a map must depend on what was learned."""
    network, size, _, _ = built
    image = random_inputs(1, size)
    maps = KerasEngine(network, input_size=size).run(image).maps[0]
    before = {name: variable.numpy() for name, variable in network_variables(network).items()}
    rng = np.random.default_rng(99)
    for name, variable in network_variables(network).items():
        if name.startswith("head/") and name.endswith("kernel"):
            variable.assign(rng.permutation(before[name].ravel()).reshape(before[name].shape))
    other = KerasEngine(network, input_size=size).run(image).maps[0]
    for name, variable in network_variables(network).items():
        variable.assign(before[name])
    correlation = np.corrcoef(maps.ravel(), other.ravel())[0, 1]
    assert not correlation > 0.9


def test_one_input_and_a_batch_give_the_same(built):
    _, size, classes, graph = built
    engine = LiteRTEngine(graph, input_size=size, classes=classes, threads=2)
    inputs = random_inputs(4, size)
    together = engine.run(inputs)
    apart = [engine.run(one[None]) for one in inputs]
    engine.close()
    np.testing.assert_allclose(together.logits, np.concatenate([one.logits for one in apart]), atol=1e-5)


def test_a_graph_of_other_shape_is_refused(built):
    _, size, classes, graph = built
    with pytest.raises(EngineError, match="classes"):
        LiteRTEngine(graph, input_size=size, classes=classes + 3, threads=1)
    with pytest.raises(EngineError, match="uint8"):
        LiteRTEngine(graph, input_size=size + 32, classes=classes, threads=1)


def test_bytes_that_are_no_graph_are_refused():
    with pytest.raises(EngineError, match=r"model\.tflite"):
        LiteRTEngine(b"TFL3" + bytes(200), input_size=32, classes=2, threads=1)


def test_wrong_input_is_a_bug_not_an_answer(built):
    _, size, classes, graph = built
    engine = LiteRTEngine(graph, input_size=size, classes=classes, threads=1)
    with pytest.raises(ValueError, match="uint8"):
        engine.run(np.zeros((1, size, size, 3), np.float32))
    engine.close()
