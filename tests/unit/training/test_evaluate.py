"""An evaluation of saved rows: figures, intervals, groups, notes, and polite answers to odd test sets."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, roc_auc_score

from leukdesk.domain.card import Metric
from training.evaluate import Rows, evaluate
from training.evaluate.intervals import exact_interval, perfect_average_interval

CLASSES = ("benign", "early", "pre", "pro")


def model_rows(n=200, *, skill=2.0, groups=None, classes=CLASSES, seed=0, labels=None):
    """Rows of a model whose logit of the true class is raised by `skill`."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, len(classes), n) if labels is None else np.array([classes.index(one) for one in labels])
    logits = rng.normal(0, 1, (n, len(classes)))
    logits[np.arange(n), truth] += skill
    exponents = np.exp(logits)
    return Rows(
        tuple(f"{i:04d}.png" for i in range(n)),
        tuple(classes[c] for c in truth),
        tuple(classes),
        exponents / exponents.sum(axis=1, keepdims=True),
        None if groups is None else tuple(f"g{i % groups:02d}" for i in range(n)),
    )


def test_the_figures_agree_with_scikit_learn():
    rows = model_rows()
    found = evaluate(rows, seed=0, resamples=50).overall
    assert found["accuracy"].value == pytest.approx(accuracy_score(rows.truth, rows.predicted))
    assert found["auroc"].value == pytest.approx(roc_auc_score(rows.truth, rows.scores, multi_class="ovr"))
    assert found["weighted_recall"].value == pytest.approx(found["accuracy"].value)


def test_classes_that_are_not_in_alphabetical_order_stay_theirs():
    rows = model_rows(skill=9.0, classes=("pro", "benign", "early"))
    found = evaluate(rows, seed=0, resamples=20)
    assert found.confusion.sum() == np.trace(found.confusion) == 200
    assert found.confusion.sum(axis=1).tolist() == [rows.labels.count(c) for c in ("pro", "benign", "early")]


def test_predictions_in_another_order_than_labels_give_chance_and_kappa_near_nothing():
    rows = model_rows(1000, skill=4.0)
    shuffled = Rows(rows.image_ids, rows.labels, rows.classes, np.random.default_rng(1).permutation(rows.scores))
    found = evaluate(shuffled, seed=0, resamples=200).overall
    assert found["kappa"].low < 0 < found["kappa"].high
    assert found["auroc"].low < 0.5 < found["auroc"].high


@given(st.integers(1, 40), st.integers(2, 4), st.integers(0, 10**6), st.one_of(st.none(), st.integers(1, 9)))
@settings(max_examples=60, deadline=None)
def test_every_interval_holds_its_figure_whatever_the_test_set(n, n_classes, seed, groups):
    rows = model_rows(n, classes=CLASSES[:n_classes], seed=seed, groups=groups, skill=1.0)
    found = evaluate(rows, seed=seed, resamples=30, ordered=True)
    everything = [*found.overall.values(), *(one for each in found.per_class.values() for one in each.values())]
    for one in everything:
        assert not one.defined or one.low <= one.value <= one.high
    assert found.overall["accuracy"].defined
    json.dumps(found.to_json(), allow_nan=False)


@given(st.permutations(range(30)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_does_not_matter(order):
    rows = model_rows(30)
    first, second = evaluate(rows, seed=0, resamples=10), evaluate(rows.take(order), seed=0, resamples=10)
    assert {k: v.value for k, v in first.overall.items()} == pytest.approx(
        {k: v.value for k, v in second.overall.items()}
    )


def test_the_same_seed_gives_the_same_intervals():
    first, again, other = (evaluate(model_rows(groups=12), seed=s, resamples=60).overall["accuracy"] for s in (1, 1, 2))
    assert first == again
    assert first != other


def test_groups_that_fail_together_widen_the_interval():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 400)
    fails = np.repeat(rng.random(20) < 0.3, 20)  # whole patients are read wrongly
    predicted = np.where(fails, 1 - truth, truth)
    scores = np.where(predicted[:, None] == np.arange(2), 0.9, 0.1)
    ids, labels = tuple(map(str, range(400))), tuple(("hem", "all")[t] for t in truth)
    by_group = Rows(ids, labels, ("hem", "all"), scores, tuple(f"p{i // 20}" for i in range(400)))
    alone = Rows(ids, labels, ("hem", "all"), scores)
    wide, narrow = (evaluate(one, seed=0).overall["accuracy"] for one in (by_group, alone))
    assert wide.value == narrow.value
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


def test_unknown_groups_are_said():
    found = evaluate(model_rows(), seed=0, resamples=10)
    assert (found.unit, found.units, found.groups) == ("image", 200, ())
    assert any("No groups" in note and "optimistic" in note for note in found.notes)


def test_few_groups_are_said():
    found = evaluate(model_rows(groups=5), seed=0, resamples=10)
    assert (found.unit, found.units) == ("group", 5)
    assert any("Only 5 groups" in note for note in found.notes)


def test_the_worst_group_is_named_with_exact_limits():
    rows = model_rows(skill=9.0, groups=4)
    scores = rows.scores.copy()
    wrong = [i for i, group in enumerate(rows.groups) if group == "g02"][:10]
    scores[wrong] = np.roll(scores[wrong], 1, axis=1)
    found = evaluate(Rows(rows.image_ids, rows.labels, rows.classes, scores, rows.groups), seed=0, resamples=10)
    assert (found.groups[0].group, found.groups[0].accuracy, found.groups[0].n) == ("g02", 0.8, 50)
    worst = found.overall["worst_group_accuracy"]
    assert (worst.low, worst.high) == exact_interval(40, 50)
    assert "g02" in worst.note
    assert [one.accuracy for one in found.groups] == sorted(one.accuracy for one in found.groups)


def test_a_perfect_score_still_has_an_interval():
    found = evaluate(model_rows(skill=30.0, groups=10), seed=0, resamples=20)
    assert found.overall["accuracy"].value == 1.0
    assert found.overall["accuracy"].low == pytest.approx(exact_interval(10, 10)[0])
    assert found.overall["kappa"].low == -1.0
    assert "cannot show" in found.overall["kappa"].note


def test_a_perfect_macro_f1_has_limits_that_tighten_with_the_groups_that_show_each_class():
    lows = []
    for groups in (5, 10, 40):
        found = evaluate(model_rows(skill=30.0, groups=groups), seed=0, resamples=20)
        one = found.overall["macro_f1"]
        assert (one.value, one.high) == (1.0, 1.0)
        assert one.low == pytest.approx(np.mean([found.per_class[label]["f1"].low for label in found.per_class]))
        assert found.overall["balanced_accuracy"].low < one.low < 1.0
        lows.append(one.low)
    assert 0 < lows[0] < lows[1] < lows[2]


def test_a_model_below_the_limit_of_a_perfect_macro_f1_is_seldom_right_everywhere():
    limit = perfect_average_interval(dict.fromkeys("abc", 12), dict.fromkeys("abc", 1.0), n=36, f1=True).low
    shares = np.random.default_rng(0).beta(5, 0.5, (20_000, 3))  # how often each class is right, of many models
    macro_f1 = (2 * shares / (1 + shares)).mean(axis=1)
    perfect = (shares**12).prod(axis=1)
    assert perfect[macro_f1 < limit].max() <= 0.025


def test_one_group_cannot_show_any_uncertainty():
    found = evaluate(model_rows(groups=1), seed=0, resamples=20).overall["accuracy"]
    assert (found.low, found.high) == (0.0, 1.0)


def test_a_class_without_test_images_is_left_out_and_said():
    rows = model_rows(labels=["benign", "early", "pre"] * 20, n=60)
    found = evaluate(rows, seed=0, resamples=20)
    assert not any(found.per_class["pro"][name].defined for name in ("recall", "precision", "f1"))
    assert found.per_class["pro"]["specificity"].defined
    assert not found.per_class["pro"]["auroc"].defined
    present = [found.per_class[c]["auroc"].value for c in CLASSES[:3]]
    assert found.overall["auroc"].value == pytest.approx(np.mean(present))
    assert any("No test image of pro" in note for note in found.notes)


def test_resamples_without_a_class_say_nothing_of_its_precision():
    truth = ["benign"] * 20 + ["pre"] * 80
    groups = tuple(f"g{i // 20}" for i in range(100))  # one group of five is benign
    called = np.array([0] * 19 + [2] * 80 + [0])  # one of each class is taken for the other
    scores = np.where(called[:, None] == np.arange(4), 0.97, 0.01)
    rows = Rows(tuple(map(str, range(100))), tuple(truth), CLASSES, scores, groups)
    found = evaluate(rows, seed=0, resamples=400).per_class["benign"]["precision"]
    assert found.value == pytest.approx(0.95, abs=0.06)
    assert found.low > 0.5
    assert "of the resamples" in found.note


def test_a_class_never_predicted_counts_with_precision_nothing():
    scores = np.tile([0.9, 0.1], (10, 1))
    rows = Rows(tuple("abcdefghij"), ("hem",) * 6 + ("all",) * 4, ("hem", "all"), scores)
    found = evaluate(rows, seed=0, resamples=20)
    assert not found.per_class["all"]["precision"].defined
    assert found.overall["macro_precision"].value == pytest.approx(0.3)
    assert found.overall["auroc"].value == 0.5
    assert any("Never predicted: all" in note for note in found.notes)


def test_a_test_set_of_one_class_has_accuracy_but_no_ranking():
    rows = model_rows(20, labels=["pre"] * 20)
    found = evaluate(rows, seed=0, resamples=20)
    assert found.overall["accuracy"].defined
    assert not found.overall["auroc"].defined
    assert found.to_json()["overall"]["auroc"]["value"] is None
    assert "auroc" not in {one.name for one in found.to_card_metrics(split="test")}


def test_a_single_image_is_evaluated():
    found = evaluate(model_rows(1, skill=9.0), seed=0, resamples=5)
    assert (found.overall["accuracy"].value, found.overall["accuracy"].low) == (1.0, pytest.approx(0.025))


def test_stages_in_order_add_the_weighted_kappa():
    near = np.eye(4)[[1, 1, 2, 3]] * 0.9 + 0.025
    far = np.eye(4)[[3, 1, 2, 3]] * 0.9 + 0.025
    found = [
        evaluate(Rows(tuple("abcd"), CLASSES, CLASSES, scores), seed=0, resamples=5, ordered=True).overall
        for scores in (near, far)
    ]
    assert found[0]["kappa"].value == pytest.approx(found[1]["kappa"].value)
    assert found[0]["weighted_kappa"].value > found[1]["weighted_kappa"].value
    assert "weighted_kappa" not in evaluate(model_rows(), seed=0, resamples=5).overall


def test_card_metrics_name_class_split_and_number():
    found = evaluate(model_rows(groups=30), seed=0, resamples=20)
    metrics = {one.name: one for one in found.to_card_metrics(split="test")}
    assert all(isinstance(one, Metric) for one in metrics.values())
    recall = metrics["recall/pre"]
    assert recall.split == "test"
    assert recall.n == found.rows.labels.count("pre")
    assert recall.value == found.per_class["pre"]["recall"].value


def test_json_says_which_way_the_matrix_lies_and_which_rows_it_is_of():
    rows = model_rows()
    found = evaluate(rows, seed=0, resamples=5).to_json()
    assert found["confusion"]["orientation"].startswith("rows are the true")
    assert found["confusion"]["classes"] == list(CLASSES)
    assert found["rows_sha256"] == rows.sha256()
    assert found["bootstrap"] == {"unit": "image", "units": 200, "resamples": 5, "seed": 0}


def test_no_resamples_is_a_bug():
    with pytest.raises(ValueError, match="resamples"):
        evaluate(model_rows(), seed=0, resamples=0)


@pytest.mark.slow
def test_the_interval_covers_the_true_accuracy_about_as_often_as_it_says():
    covered = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        rates = rng.beta(8, 2, 40)  # patients differ; the mean is 0.8
        right = rng.random((40, 10)) < rates[:, None]
        scores = np.where(right.ravel()[:, None], [[0.9, 0.1]], [[0.1, 0.9]])
        ids = tuple(map(str, range(400)))
        rows = Rows(ids, ("hem",) * 400, ("hem", "all"), scores, tuple(f"p{i // 10}" for i in range(400)))
        found = evaluate(rows, seed=seed, resamples=200).overall["accuracy"]
        covered += found.low <= 0.8 <= found.high
    assert 0.87 <= covered / 120 <= 1.0
