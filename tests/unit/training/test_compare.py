"""Two models on the same images: exact tests, corrected together, and refused where the images differ."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from leukdesk.domain.errors import DataError
from training.evaluate import Rows
from training.evaluate.compare import align, compare, delong, holm, mcnemar_exact

CLASSES = ("hem", "all")


def rows_of(predicted_right, *, groups=None, sure=0.9, truth=None, seed=0):
    right = np.asarray(predicted_right, dtype=bool)
    actual = np.random.default_rng(seed).integers(0, 2, len(right)) if truth is None else np.asarray(truth)
    called = np.where(right, actual, 1 - actual)
    scores = np.where(called[:, None] == np.arange(2), sure, 1 - sure)
    ids = tuple(f"{i}.bmp" for i in range(len(right)))
    return Rows(ids, tuple(CLASSES[c] for c in actual), CLASSES, scores, groups)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_binomial_test_of_the_discordant(first, second):
    expected = binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar_exact(first, second) == pytest.approx(expected)
    assert mcnemar_exact(first, second) == mcnemar_exact(second, first)


def slow_delong(first, second, positive):
    """DeLong's variance from the kernel of every pair, as in the paper."""
    high, low = np.flatnonzero(positive), np.flatnonzero(~positive)

    def kernel(scores):
        return np.array([[(scores[i] > scores[j]) + 0.5 * (scores[i] == scores[j]) for j in low] for i in high])

    pairs = np.stack([kernel(first), kernel(second)])
    s10, s01 = np.cov(pairs.mean(axis=2)), np.cov(pairs.mean(axis=1))
    total = s10 / len(high) + s01 / len(low)
    contrast = np.array([1, -1])
    difference = pairs.mean(axis=(1, 2)) @ contrast
    return difference, contrast @ total @ contrast


@given(st.integers(0, 10**6), st.integers(2, 12), st.integers(2, 12))
def test_delong_is_the_variance_of_the_paper(seed, n_high, n_low):
    rng = np.random.default_rng(seed)
    positive = np.arange(n_high + n_low) < n_high
    first, second = rng.integers(0, 6, (2, n_high + n_low)) / 6.0
    difference, variance = slow_delong(first, second, positive)
    found, p = delong(first, second, positive)
    assert found == pytest.approx(difference, abs=1e-12)
    if variance > 1e-12:
        assert p == pytest.approx(math.erfc(abs(difference) / math.sqrt(2 * variance)), abs=1e-9)


def test_models_that_rank_alike_do_not_differ():
    scores, positive = np.array([0.1, 0.4, 0.8, 0.9]), np.array([False, True, False, True])
    assert delong(scores, scores**3, positive) == (0.0, 1.0)


def test_one_positive_is_too_few_to_say():
    scores, positive = np.array([0.1, 0.4, 0.8]), np.array([False, True, False])
    difference, p = delong(scores, -scores, positive)
    assert difference == 0.0 or math.isnan(p)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_keeps_the_order_and_never_lowers(values):
    found = holm(values)
    assert all(p <= q <= 1 for p, q in zip(values, found, strict=True))
    ranked = [found[i] for i in sorted(range(len(values)), key=lambda i: values[i])]
    assert ranked == sorted(ranked)


def test_undefined_tests_are_not_counted():
    found = holm([0.02, math.nan, 0.03])
    assert found[0] == pytest.approx(0.04)
    assert math.isnan(found[1])


def test_a_better_model_is_found_better():
    rng = np.random.default_rng(0)
    base = rows_of(rng.random(400) < 0.7)
    better = rows_of(rng.random(400) < 0.95)
    (found,) = compare({"new": better, "old": base}, reference="old", seed=0, resamples=200)
    assert (found.model, found.reference, found.n) == ("new", "old", 400)
    assert 0 < found.accuracy_difference.low < found.accuracy_difference.value < 0.4
    assert [one.method for one in found.tests] == ["mcnemar", "delong"]
    assert all(one.significant and one.difference > 0 for one in found.tests)
    assert found.only_model_right > found.only_reference_right


def test_rows_in_another_order_are_matched_by_image():
    rng = np.random.default_rng(0)
    base, other = rows_of(rng.random(80) < 0.7), rows_of(rng.random(80) < 0.9)
    mixed = other.take(rng.permutation(80)).with_classes(("all", "hem"))
    plain, matched = (
        compare({"a": one, "base": base}, reference="base", seed=0, resamples=20)[0] for one in (other, mixed)
    )
    assert plain == matched


def test_correction_runs_over_all_models_of_the_call():
    rng = np.random.default_rng(5)
    base = rows_of(rng.random(200) < 0.8)
    models = {f"m{i}": rows_of(rng.random(200) < 0.85) for i in range(4)}
    together = compare(models | {"base": base}, reference="base", seed=0, resamples=10)
    p = [test.p for one in together for test in one.tests]
    assert [test.p_holm for one in together for test in one.tests] == holm(p)
    assert len(p) == 8


def test_groups_that_move_together_make_the_difference_uncertain():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 200)
    groups = tuple(f"p{i // 40}" for i in range(200))
    base = rows_of(np.arange(200) // 40 != 0, truth=truth, groups=groups)  # one patient lost
    other = rows_of(np.ones(200, dtype=bool), truth=truth, groups=groups)
    (found,) = compare({"other": other, "base": base}, reference="base", seed=0, resamples=300)
    assert found.tests[0].p < 1e-6  # five patients cannot show that much
    assert found.accuracy_difference.low == 0.0
    assert "believe the interval" in found.note


@pytest.mark.parametrize("change", ["image", "label", "classes"])
def test_other_images_labels_or_classes_are_refused(change):
    base = rows_of([True] * 4)
    ids = ("x.bmp", *base.image_ids[1:]) if change == "image" else base.image_ids
    labels = tuple(reversed(CLASSES)) * 2 if change == "label" else base.labels
    rename = {"hem": "normal", "all": "all"} if change == "classes" else {"hem": "hem", "all": "all"}
    other = Rows(ids, tuple(rename[one] for one in labels), tuple(rename[one] for one in CLASSES), base.scores)
    with pytest.raises(DataError):
        align(other, base)


def test_many_classes_are_each_tested_against_the_rest_where_they_can_be():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 60)  # the third class has no images
    tables = [rng.dirichlet(np.ones(3), 60) for _ in range(2)]
    first, second = (
        Rows(tuple(map(str, range(60))), tuple("abc"[t] for t in truth), tuple("abc"), one) for one in tables
    )
    (found,) = compare({"x": first, "y": second}, reference="y", seed=0, resamples=10)
    assert [one.of for one in found.tests] == ["accuracy", "a", "b"]


def test_json_has_no_undefined_numbers():
    base, other = rows_of([True, True], truth=[0, 1]), rows_of([True, False], truth=[0, 1])
    (found,) = compare({"x": other, "y": base}, reference="y", seed=0, resamples=5)
    assert json.loads(json.dumps(found.to_json(), allow_nan=False))["tests"][1]["p"] is None
