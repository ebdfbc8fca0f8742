"""Probabilities and strangeness."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from leukdesk.domain.card import Novelty
from leukdesk.domain.errors import BundleError
from leukdesk.inference.calibration import calibrated
from leukdesk.inference.gpu import probe_gpu, why_no_gpu
from leukdesk.inference.novelty import NoveltyScore

LOGITS = arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(2, 6)), elements=st.floats(-1e4, 1e4, width=32))


@given(logits=LOGITS, temperature=st.floats(0.05, 20))
def test_probabilities_sum_to_one_and_keep_the_label(logits, temperature):
    found = calibrated(logits, temperature)
    np.testing.assert_allclose(found.sum(-1), 1)
    np.testing.assert_array_equal(found[np.arange(len(logits)), logits.argmax(-1)], found.max(-1))


def test_a_higher_temperature_is_less_sure():
    logits = np.array([[3.0, 1.0, 0.0]])
    assert calibrated(logits, 0.5).max() > calibrated(logits, 1).max() > calibrated(logits, 5).max()


NOVELTY = Novelty(method="mahalanobis", median=4.0, limit=16.0, accepts=0.97)
ARRAYS = {
    "mean": np.array([1.0, 1.0, 1.0], np.float32),
    "projection": np.eye(3, 2, dtype=np.float32),
    "class_means": np.array([[0.0, 0.0], [10.0, 0.0]], np.float32),
}


def test_novelty_is_the_distance_to_the_nearest_class():
    score = NoveltyScore(NOVELTY, ARRAYS, classes=2)
    points = np.array([[1 + 2, 1, 7], [1 + 10, 1 + 4, 1], [1 + 5, 1, 1]], np.float32)
    np.testing.assert_allclose(score(points), [0.0, 1.0, (25 - 4) / 12])


def wide_score(width=1280, kept=128):
    random = np.random.default_rng(5)
    shapes = {"mean": (width,), "projection": (width, kept), "class_means": (4, kept)}
    return NoveltyScore(NOVELTY, {name: random.random(one, np.float32) for name, one in shapes.items()}, classes=4)


def test_the_novelty_of_an_image_does_not_depend_on_its_neighbours():
    score, embedding = wide_score(), np.random.default_rng(6).random((9, 1280), np.float32)
    alone = np.concatenate([score(one[None]) for one in embedding])
    np.testing.assert_array_equal(score(embedding), alone)
    assert score(embedding[:0]).shape == (0,)


def test_novelty_leaves_no_thread_spinning():
    """OpenBLAS would: a batch lost more processor time to that than to half of its engine's work."""
    score, embedding = wide_score(), np.ones((8, 1280), np.float32)
    began, busy = time.monotonic(), time.process_time()
    for _ in range(15):
        score(embedding)
        time.sleep(0.02)
    assert time.process_time() - busy < 0.4 * (time.monotonic() - began)


@pytest.mark.parametrize(
    "change", [{"mean": np.zeros(2)}, {"class_means": np.zeros((3, 2))}, {"surplus": np.zeros(1)}, {"mean": None}]
)
def test_arrays_that_do_not_fit_are_refused(change):
    broken = {name: value for name, value in {**ARRAYS, **change}.items() if value is not None}
    with pytest.raises(BundleError):
        NoveltyScore(NOVELTY, broken, classes=2)


def test_the_reason_is_empty_exactly_where_a_gpu_is_usable():
    assert (why_no_gpu() == "") == probe_gpu().usable
