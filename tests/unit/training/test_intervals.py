"""Intervals hold the figure, cover the truth, and widen honestly where the data cannot say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluate.intervals import (
    all_alike_interval,
    exact_interval,
    percentile_interval,
    resample_weights,
)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 1000))
def test_whole_groups_are_drawn_and_as_many_as_there_are(raw, seed):
    units = np.unique(np.array(raw), return_inverse=True)[1]
    weights = np.concatenate(list(resample_weights(units, resamples=7, seed=seed, chunk=3)))
    assert weights.shape == (7, len(units))
    for row in weights:
        per_unit = [set(row[units == unit]) for unit in range(units.max() + 1)]
        assert all(len(found) == 1 for found in per_unit)
        assert sum(found.pop() for found in per_unit) == units.max() + 1


def test_the_same_seed_draws_the_same_resamples():
    units = np.arange(9)
    first, again, other = (np.concatenate(list(resample_weights(units, resamples=5, seed=s))) for s in (1, 1, 2))
    assert (first == again).all()
    assert not (first == other).all()


def test_five_blasts_in_a_hundred():
    low, high = exact_interval(5, 100)
    assert (round(100 * low, 1), round(100 * high, 1)) == (1.6, 11.3)


def test_none_in_a_hundred_still_allows_some():
    assert exact_interval(0, 100) == (0.0, pytest.approx(0.0362, abs=1e-4))


def test_nothing_seen_allows_everything():
    assert exact_interval(0, 0) == (0.0, 1.0)


@given(st.integers(1, 200), st.data())
def test_exact_limits_hold_the_proportion_and_mirror(n, data):
    hits = data.draw(st.integers(0, n))
    low, high = exact_interval(hits, n)
    assert 0 <= low <= hits / n <= high <= 1
    assert exact_interval(n - hits, n) == (pytest.approx(1 - high, abs=1e-9), pytest.approx(1 - low, abs=1e-9))


def test_a_perfect_score_of_ten_patients_is_ten_of_ten_not_four_hundred():
    found = all_alike_interval(1.0, units=10, n=400, unit="group")
    assert found.low == pytest.approx(exact_interval(10, 10)[0])
    assert found.high == 1.0
    assert "groups" in found.note


def test_percentiles_leave_out_undefined_draws_and_say_so():
    draws = np.concatenate([np.linspace(0, 1, 75), np.full(25, math.nan)])
    found = percentile_interval(0.5, draws, n=10, bounds=(0, 1))
    assert (found.low, found.high) == (pytest.approx(0.025), pytest.approx(0.975))
    assert "75%" in found.note


def test_draws_without_any_spread_say_nothing():
    found = percentile_interval(0.8, np.full(100, 0.8), n=10, bounds=(-1, 1))
    assert (found.low, found.high) == (-1, 1)
    assert "cannot show" in found.note


def test_an_undefined_figure_has_no_interval():
    found = percentile_interval(math.nan, np.full(100, math.nan), n=0, bounds=(0, 1))
    assert not found.defined
    assert math.isnan(found.low)
    assert found.note


def test_the_interval_holds_its_value_even_where_resampling_is_biased():
    found = percentile_interval(0.01, np.linspace(0.02, 0.05, 50), n=10, bounds=(0, 1))
    assert found.low == 0.01
