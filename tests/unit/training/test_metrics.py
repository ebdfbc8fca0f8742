"""Metrics agree with scikit-learn where it defines them, and are honestly undefined where nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from training.evaluate import metrics
from training.evaluate.calibration_metrics import Calibration, Selection, brier_each, reliability
from training.evaluate.ranking import Ranking


@st.composite
def label_pairs(draw, n_classes=4):
    pairs = draw(
        st.lists(st.tuples(st.integers(0, n_classes - 1), st.integers(0, n_classes - 1)), min_size=1, max_size=60)
    )
    truth, predicted = np.array(pairs, dtype=np.intp).T
    return truth, predicted


@st.composite
def scored(draw):
    """Scores with many ties and labels of which each kind occurs."""
    levels = draw(st.lists(st.integers(0, 6), min_size=2, max_size=50))
    positive = draw(st.lists(st.booleans(), min_size=len(levels), max_size=len(levels)))
    positive[0], positive[1] = True, False
    return np.array(levels) / 6.0, np.array(positive)


def ones(n):
    return np.ones((1, n))


def counted(truth, predicted, n_classes=4):
    return metrics.confusion_matrix(truth, predicted, n_classes)[None].astype(float)


def test_rows_of_the_confusion_matrix_are_the_true_classes():
    found = metrics.confusion_matrix(np.array([0, 0, 1]), np.array([1, 1, 0]), 2)
    assert found.tolist() == [[0, 2], [1, 0]]


def test_a_class_index_out_of_range_is_refused():
    with pytest.raises(ValueError, match="class index"):
        metrics.confusion_matrix(np.array([0, 2]), np.array([0, 0]), 2)


@given(label_pairs())
def test_confusion_figures_agree_with_scikit_learn(pair):
    truth, predicted = pair
    matrix = counted(truth, predicted)
    present = sorted(set(truth.tolist()))
    expected = reference.precision_recall_fscore_support(truth, predicted, labels=[0, 1, 2, 3], zero_division=np.nan)
    assert metrics.confusion_matrix(truth, predicted, 4).tolist() == (
        reference.confusion_matrix(truth, predicted, labels=[0, 1, 2, 3]).tolist()
    )
    assert metrics.accuracy(matrix)[0] == pytest.approx(reference.accuracy_score(truth, predicted))
    np.testing.assert_allclose(metrics.precision(matrix)[0], expected[0])
    np.testing.assert_allclose(metrics.recall(matrix)[0], expected[1])
    np.testing.assert_allclose(metrics.f1(matrix)[0, present], expected[2][present])
    assert metrics.balanced_accuracy(matrix)[0] == pytest.approx(np.mean(expected[1][present]))


@given(label_pairs(n_classes=3))
def test_averages_agree_with_scikit_learn_over_the_classes_that_have_images(pair):
    truth, predicted = pair
    found = metrics.averages(counted(truth, predicted, 3))
    present = sorted(set(truth.tolist()))
    for kind in ("macro", "weighted"):
        expected = reference.precision_recall_fscore_support(
            truth, predicted, labels=present, average=kind, zero_division=0
        )
        for name, value in zip(("precision", "recall", "f1"), expected[:3], strict=True):
            assert found[f"{kind}_{name}"][0] == pytest.approx(value)


@given(label_pairs())
def test_kappa_agrees_with_scikit_learn(pair):
    truth, predicted = pair
    matrix = counted(truth, predicted)
    if len({*truth.tolist(), *predicted.tolist()}) == 1:
        assert np.isnan(metrics.kappa(matrix)[0])
        assert np.isnan(metrics.kappa(matrix, linear=True)[0])
        return
    labels = [0, 1, 2, 3]
    assert metrics.kappa(matrix)[0] == pytest.approx(reference.cohen_kappa_score(truth, predicted, labels=labels))
    weighted = reference.cohen_kappa_score(truth, predicted, labels=labels, weights="linear")
    assert metrics.kappa(matrix, linear=True)[0] == pytest.approx(weighted)


def test_specificity_is_the_share_of_others_left_alone():
    truth, predicted = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 0, 1, 1])
    assert metrics.specificity(counted(truth, predicted, 2))[0].tolist() == pytest.approx([2 / 3, 1 / 2])


@given(scored())
def test_areas_under_curves_agree_with_scikit_learn_with_ties(case):
    scores, positive = case
    ranking = Ranking(scores, positive)
    n = len(scores)
    assert ranking.auroc(ones(n))[0] == pytest.approx(reference.roc_auc_score(positive, scores))
    assert ranking.average_precision(ones(n))[0] == pytest.approx(reference.average_precision_score(positive, scores))


@given(scored(), st.integers(0, 2**32 - 1))
def test_a_weight_is_the_same_as_repeating_the_image(case, seed):
    scores, positive = case
    weights = np.random.default_rng(seed).integers(0, 4, len(scores))
    weights[:2] = 1
    repeated = np.repeat(np.arange(len(scores)), weights)
    again = Ranking(scores[repeated], positive[repeated])
    weighted = Ranking(scores, positive)
    row, n = weights[None].astype(float), len(repeated)
    assert weighted.auroc(row)[0] == pytest.approx(again.auroc(ones(n))[0])
    assert weighted.average_precision(row)[0] == pytest.approx(again.average_precision(ones(n))[0])
    for kind, name in ((Selection, "aurc"), (Calibration, "ece")):
        whole, copies = kind(scores, positive), kind(scores[repeated], positive[repeated])
        assert getattr(whole, name)(row)[0] == pytest.approx(getattr(copies, name)(ones(n))[0])


def test_areas_are_undefined_without_positives_or_negatives():
    assert np.isnan(Ranking(np.array([0.1, 0.9]), np.array([True, True])).auroc(ones(2))[0])
    assert np.isnan(Ranking(np.array([0.1, 0.9]), np.array([False, False])).average_precision(ones(2))[0])


def test_the_curves_end_where_every_image_is_called_positive():
    false_rate, recall, precision = Ranking(np.array([0.9, 0.4, 0.4]), np.array([True, True, False])).curve()
    assert recall.tolist() == [0.5, 1.0]
    assert false_rate.tolist() == [0.0, 1.0]
    assert precision.tolist() == pytest.approx([1.0, 2 / 3])


def test_calibration_error_by_hand():
    confidences, correct = np.array([0.9, 0.9, 0.6, 0.6]), np.array([True, True, True, False])
    assert Calibration(confidences, correct).ece(ones(4))[0] == pytest.approx((2 * 0.1 + 2 * 0.1) / 4)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_every_image_stands_in_one_reliability_bin_that_holds_its_confidence(values):
    bins = reliability(np.array(values), np.ones(len(values), dtype=bool))
    assert sum(one.n for one in bins) == len(values)
    assert all(one.low - 1e-9 <= one.confidence <= one.high + 1e-9 for one in bins if one.n)
    assert all((one.confidence is None) == (one.n == 0) for one in bins)


def test_brier_score_of_certainty():
    scores = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    assert brier_each(scores, np.array([0, 2])).tolist() == [0.0, 2.0]


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_area_under_risk_coverage_is_the_mean_risk_of_the_surest(correct):
    right = np.array(correct)
    confidences = np.linspace(1, 0.5, len(right))
    naive = np.mean([1 - right[: i + 1].mean() for i in range(len(right))])
    assert Selection(confidences, right).aurc(ones(len(right)))[0] == pytest.approx(naive)


def test_images_of_equal_confidence_have_no_order():
    right = np.array([True, False, True, False])
    found = Selection(np.full(4, 0.7), right)
    assert found.aurc(ones(4))[0] == pytest.approx(0.5)
    threshold, coverage, risk = found.curve()
    assert (threshold.tolist(), coverage.tolist(), risk.tolist()) == ([0.7], [1.0], [0.5])
