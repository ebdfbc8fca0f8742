"""Temperature, accept threshold and novelty: what is recovered, what is bounded, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leukdesk.domain.card import Novelty
from leukdesk.domain.errors import DataError
from leukdesk.inference.novelty import NoveltyScore
from training.calibrate import (
    TEMPERATURES,
    choose_accept_threshold,
    fit_novelty,
    fit_temperature,
    novelty_distance,
    softmax,
)


def drawn_labels(probabilities, rng):
    return np.array([rng.choice(probabilities.shape[1], p=row) for row in probabilities])


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_the_temperature_that_made_the_labels_is_found_again(temperature):
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 2 * temperature, (6000, 4))
    labels = drawn_labels(softmax(logits, temperature), rng)
    assert fit_temperature(logits, labels) == pytest.approx(temperature, rel=0.07)


def test_a_calibrated_temperature_lowers_the_loss():
    rng = np.random.default_rng(5)
    logits = rng.normal(0, 1, (2000, 3))
    labels = drawn_labels(softmax(logits), rng)
    found = fit_temperature(5 * logits, labels)

    def loss(temperature):
        return -np.log(softmax(5 * logits, temperature)[np.arange(2000), labels]).mean()

    assert loss(found) < loss(1.0)
    assert loss(found) <= min(loss(found * 0.9), loss(found * 1.1)) + 1e-4


def test_separable_logits_claim_no_more_than_the_number_of_images_allows():
    truth = np.arange(50) % 2
    logits = np.where(truth[:, None] == np.arange(2), 1.0, -1.0)
    found = fit_temperature(logits, truth)
    assert softmax(logits, found).max() == pytest.approx(51 / 52, abs=1e-4)


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.lists(st.floats(-1e4, 1e4), min_size=3, max_size=3)), min_size=1, max_size=20
    )
)
@settings(deadline=None, max_examples=50)
def test_the_temperature_is_always_bounded(rows):
    labels = np.array([label for label, _ in rows])
    found = fit_temperature(np.array([logits for _, logits in rows]), labels)
    assert TEMPERATURES[0] <= found <= TEMPERATURES[1]


def test_equal_logits_and_wrong_answers_end_in_the_bounds_too():
    assert TEMPERATURES[0] <= fit_temperature(np.zeros((4, 3)), np.array([0, 1, 2, 0])) <= TEMPERATURES[1]
    always_wrong = np.tile([9.0, -9.0], (30, 1))
    assert fit_temperature(always_wrong, np.ones(30, dtype=int)) == pytest.approx(TEMPERATURES[1], rel=1e-3)


@pytest.mark.parametrize("logits", [np.empty((0, 3)), np.full((2, 3), np.nan)])
def test_logits_that_cannot_be_calibrated_are_refused(logits):
    with pytest.raises(DataError):
        fit_temperature(logits, np.zeros(len(logits), dtype=int))


def test_label_positions_out_of_range_are_a_bug():
    with pytest.raises(ValueError, match="positions"):
        fit_temperature(np.zeros((1, 3)), np.array([3]))


@st.composite
def answers(draw):
    levels = draw(st.lists(st.integers(0, 20), min_size=1, max_size=40))
    correct = draw(st.lists(st.booleans(), min_size=len(levels), max_size=len(levels)))
    return 0.5 + np.array(levels) / 40, np.array(correct)


@given(answers(), st.floats(0, 0.6))
def test_the_threshold_is_the_smallest_that_meets_the_target(case, target):
    sure, right = case
    found = choose_accept_threshold(sure, right, target_error=target)
    accepted = sure >= found.threshold
    assert 0 <= found.threshold <= 1
    assert found.coverage == accepted.mean()
    errors = [(~right[sure >= level]).mean() for level in np.unique(sure)]
    assert found.reached == (min(errors) <= target)
    if found.reached:
        assert (~right[accepted]).mean() == found.error <= target
        assert all((~right[sure >= level]).mean() > target for level in np.unique(sure[~accepted]))


def test_everything_is_accepted_where_all_meet_the_target():
    found = choose_accept_threshold(np.array([0.3, 0.9]), np.array([True, True]))
    assert (found.threshold, found.coverage, found.error, found.reached) == (0.0, 1.0, 0.0, True)


def test_nothing_below_certainty_is_accepted_where_none_meets_the_target():
    found = choose_accept_threshold(np.array([0.3, 0.9]), np.array([False, False]))
    assert (found.threshold, found.coverage, found.reached) == (1.0, 0.0, False)


def test_the_threshold_lies_between_two_images():
    found = choose_accept_threshold(np.array([0.5, 0.7, 0.9]), np.array([False, True, True]))
    assert found.threshold == pytest.approx(0.6)


def test_neighbouring_numbers_are_still_told_apart():
    low = np.float64(0.7)
    high = np.nextafter(low, 1)
    found = choose_accept_threshold(np.array([low, high]), np.array([False, True]))
    assert low < found.threshold <= high


def test_no_validation_images_is_refused():
    with pytest.raises(DataError):
        choose_accept_threshold(np.empty(0), np.empty(0, dtype=bool))


def embeddings(seed, n=300, size=8, n_classes=3, narrowest=0.05):
    """Gaussian classes that share one very uneven covariance."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % n_classes
    centres = np.random.default_rng(99).normal(0, 5, (n_classes, size))
    return centres[labels] + rng.normal(0, 1, (n, size)) * np.geomspace(narrowest, 3, size), labels


def test_as_many_validation_images_are_accepted_as_asked():
    train, labels = embeddings(1)
    fit = fit_novelty(train, labels, embeddings(2, n=1000)[0], accepts=0.9)
    fresh = novelty_distance(embeddings(3, n=4000)[0], fit.arrays)
    assert fit.accepts == pytest.approx(0.9, abs=0.002)
    assert (fresh <= fit.limit).mean() == pytest.approx(0.9, abs=0.03)
    assert np.median(fresh) == pytest.approx(fit.median, rel=0.1)


def test_the_program_scores_what_was_fitted():
    train, labels = embeddings(1)
    held = embeddings(2, n=501)[0]
    fit = fit_novelty(train, labels, held, accepts=0.9)
    card = Novelty(method="mahalanobis", median=fit.median, limit=fit.limit, accepts=fit.accepts)
    scores = NoveltyScore(card, fit.arrays, classes=3)(held.astype(np.float32))
    assert np.median(scores) == pytest.approx(0, abs=1e-4)
    assert (scores <= 1 + 1e-4).mean() == pytest.approx(fit.accepts, abs=0.003)


def test_distances_are_those_of_the_shared_covariance():
    train, labels = embeddings(1, n=5000, narrowest=1.0)  # even enough that hardly anything is shrunk
    fit = fit_novelty(train, labels, train)
    centres = np.stack([train[labels == c].mean(axis=0) for c in range(3)])
    inverse = np.linalg.inv((train - centres[labels]).T @ (train - centres[labels]) / (len(train) - 3))
    gaps = train[:50, None, :] - centres
    expected = np.einsum("ncd,de,nce->nc", gaps, inverse, gaps).min(axis=1)
    np.testing.assert_allclose(novelty_distance(train[:50], fit.arrays), expected, rtol=0.05)


def test_a_stranger_is_far_even_along_a_direction_of_little_variance():
    train, labels = embeddings(1)
    fit = fit_novelty(train, labels, embeddings(2)[0])
    stranger = train[:1] + np.eye(8)[:1] * 2.0  # 40 standard deviations along the narrowest axis
    assert novelty_distance(stranger, fit.arrays)[0] > 3 * fit.limit


def test_many_dimensions_and_few_images_stay_well_conditioned():
    rng = np.random.default_rng(0)
    train, labels = rng.normal(size=(120, 400)), np.arange(120) % 4
    fit = fit_novelty(train, labels, rng.normal(size=(100, 400)), max_components=64)
    assert {name: values.shape for name, values in fit.arrays.items()} == {
        "mean": (400,),
        "projection": (400, 64),
        "class_means": (4, 64),
    }
    fresh = novelty_distance(rng.normal(size=(500, 400)), fit.arrays)
    assert (fresh <= fit.limit).mean() > 0.85
    assert all(values.dtype == np.float32 and np.isfinite(values).all() for values in fit.arrays.values())


def test_constant_features_do_no_harm():
    train, labels = embeddings(1)
    padded = np.hstack([train, np.zeros((len(train), 3))])
    fit = fit_novelty(padded, labels, padded)
    assert np.isfinite(novelty_distance(padded, fit.arrays)).all()


def test_equal_validation_images_leave_the_score_defined():
    train, labels = embeddings(1)
    fit = fit_novelty(train, labels, np.tile(train[:1], (5, 1)))
    assert fit.limit > fit.median


@pytest.mark.parametrize(
    ("train", "held"),
    [
        (np.ones((1, 4)), np.ones((3, 4))),
        (np.ones((6, 4)), np.ones((3, 4))),
        (np.full((6, 4), np.nan), np.ones((3, 4))),
        (np.arange(24.0).reshape(6, 4), np.empty((0, 4))),
    ],
)
def test_embeddings_that_tell_nothing_are_refused(train, held):
    with pytest.raises(DataError):
        fit_novelty(train, np.zeros(len(train), dtype=int), held)
