"""What features begin with: shipped weights, a cache, a download, an earlier run, or nothing, and then it is said."""

from __future__ import annotations

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from leukdesk import paths
from leukdesk.architectures import build
from leukdesk.architectures.weights import collect_weights
from leukdesk.bundles.weights import encode_tensors
from leukdesk.domain.errors import DataError
from tests.toy_runs import write_images, write_recipe
from training import backbones
from training.backbones import begin_features, load_features, without_normalisation
from training.checkpoint import save_weights
from training.run import begin_run


class Log:
    """Keeps events instead of printing them."""

    def __init__(self):
        self.events = []

    def __call__(self, event, **fields):
        self.events.append({"event": event, **fields})


def recipe(name, scaling, backbone="imagenet"):
    architecture = SimpleNamespace(name=name, parameters={"scaling": scaling})
    return SimpleNamespace(name="a-test", architecture=architecture, backbone=backbone, start_from="")


def network(name, scaling, size=32):
    return build(name, input_size=size, classes=2, parameters={"scaling": scaling})


@pytest.fixture
def offline(monkeypatch):
    """A proxy that nobody listens at."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("NO_PROXY", "")


def test_shipped_weights_are_used_where_they_fit():
    net, log = network("mobilenetv2", "imagenet"), Log()
    before = collect_weights(net)
    begin_features(net, recipe("mobilenetv2", "imagenet"), None, log)
    after = collect_weights(net)
    assert log.events == [{"event": "backbone", "origin": "mobilenetv2-imagenet"}]
    assert not np.array_equal(before["features/0000/kernel"], after["features/0000/kernel"])
    assert all(np.array_equal(before[name], after[name]) for name in before if name.startswith("head/"))


def test_without_weights_and_network_training_begins_from_scratch_and_says_so(offline):
    net, log = network("mobilenet", "signed"), Log()
    before = collect_weights(net)
    begin_features(net, recipe("mobilenet", "signed"), None, log)
    assert [one["event"] for one in log.events] == ["backbone", "notice"]
    assert log.events[0]["origin"] == "none"
    assert "from scratch" in log.events[1]["text"]
    assert "no network" in log.events[1]["text"]
    after = collect_weights(net)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_weights_of_another_scaling_are_refused():
    with pytest.raises(DataError, match="scaling unit") as caught:
        begin_features(network("resnet50", "unit"), recipe("resnet50", "unit"), None, Log())
    assert "caffe" in caught.value.advice
    with pytest.raises(DataError, match="no ImageNet weights of cml1"):
        begin_features(SimpleNamespace(), recipe("cml1", None), None, Log())


def test_a_cached_backbone_leaves_alone_what_stands_behind_it(offline):
    rng = np.random.default_rng(1)
    plain = network("vgg16", "caffe").features
    arrays = {name: rng.normal(size=one.shape).astype(np.float32) for name, one in without_normalisation(plain).items()}
    folder = paths.cache() / "backbones"
    folder.mkdir(parents=True)
    (folder / "vgg16-keras.safetensors").write_bytes(encode_tensors(arrays))
    net, log = network("vgg16_eca", "caffe"), Log()
    gate = collect_weights(net)["features/0013/kernel"]
    begin_features(net, recipe("vgg16_eca", "caffe"), None, log)
    after = collect_weights(net)
    assert log.events == [{"event": "backbone", "origin": "vgg16-keras"}]
    np.testing.assert_array_equal(after["features/0012/kernel"], arrays["0012/kernel"])
    np.testing.assert_array_equal(after["features/0013/kernel"], gate)


def test_a_fetched_efficientnet_answers_as_keras_own(tmp_path, monkeypatch):
    """Keras keeps the input's mean and variance as weights, and adds a layer only where it loads them itself."""
    from keras.src.applications import efficientnet

    fetched = tmp_path / "fetched.weights.h5"
    plain = keras.applications.EfficientNetB0(include_top=False, weights=None, input_shape=(64, 64, 3))
    normalisation = next(one for one in plain.layers if isinstance(one, keras.layers.Normalization))
    normalisation.adapt_mean.assign([0.485, 0.456, 0.406])
    normalisation.adapt_variance.assign([0.229, 0.224, 0.225])
    plain.save_weights(fetched)
    monkeypatch.setattr(efficientnet.file_utils, "get_file", lambda *_, **__: str(fetched))
    monkeypatch.setattr(backbones, "unreachable", lambda url: "")
    theirs = keras.applications.EfficientNetB0(include_top=False, weights="imagenet", input_shape=(64, 64, 3))

    net, log = network("efficientnetb0", "imagenet_255", size=64), Log()
    begin_features(net, recipe("efficientnetb0", "imagenet_255"), None, log)
    images = np.random.default_rng(2).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    expected = np.asarray(theirs(images, training=False))
    scale = np.abs(expected).max()  # of untrained weights, about 1e-4
    np.testing.assert_allclose(np.asarray(net.features(images, training=False)), expected, atol=1e-4 * scale)
    assert np.abs(np.asarray(plain(images / 2, training=False)) - expected).max() > 0.1 * scale  # the input does count
    assert log.events == [{"event": "backbone", "origin": "efficientnetb0-keras"}]


def test_a_download_that_breaks_off_is_a_notice(monkeypatch):
    def broken(**_):
        raise Exception("URL fetch failure on https://example: 503")  # as Keras' get_file does

    monkeypatch.setattr(backbones, "unreachable", lambda url: "")
    net, log = network("mobilenet", "signed"), Log()
    monkeypatch.setattr(keras.applications, "MobileNet", broken)
    begin_features(net, recipe("mobilenet", "signed"), None, log)
    assert "503" in log.events[1]["text"]


def test_features_of_an_earlier_run_move_to_another_input_size_and_head(tmp_path):
    first = build("compact_cnn", input_size=32, classes=3, parameters={})
    save_weights(first, tmp_path / "best.safetensors")
    second = build("compact_cnn", input_size=48, classes=2, parameters={})
    head = collect_weights(second)["head/0000/kernel"]
    load_features(second, tmp_path / "best.safetensors")
    after = collect_weights(second)
    for name, one in collect_weights(first).items():
        if name.startswith("features/"):
            np.testing.assert_array_equal(after[name], one)
    np.testing.assert_array_equal(after["head/0000/kernel"], head)
    with pytest.raises(DataError, match="does not fit"):
        load_features(build("cml1", input_size=32, classes=2, parameters={}), tmp_path / "best.safetensors")


def test_a_second_stage_refuses_to_begin_without_its_first_or_with_another(tmp_path):
    images = write_images(tmp_path / "images")
    second = write_recipe(tmp_path, name="second", extra='start_from = "first"')
    with pytest.raises(DataError, match="features of first") as caught:
        begin_run(tmp_path / "run", second, images)
    assert "--start-from" in caught.value.advice
    other = begin_run(tmp_path / "other", write_recipe(tmp_path, name="other"), images)
    with pytest.raises(DataError, match="is a run of other"):
        begin_run(tmp_path / "run", second, images, start_from=other.folder)
    untrained = begin_run(tmp_path / "first", write_recipe(tmp_path, name="first"), images)
    with pytest.raises(DataError, match="no trained weights"):
        begin_run(tmp_path / "run", second, images, start_from=untrained.folder)
    assert not (tmp_path / "run").exists()
