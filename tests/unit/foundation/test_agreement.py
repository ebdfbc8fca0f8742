"""Cohen's kappa beside scikit-learn's, and its limits beside a textbook and beside what they promise."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leukdesk.domain.agreement import kappa
from leukdesk.domain.review import NOT_CLASSED, UNIDENTIFIED, Agreement

NAMES = ("blast", "lymphocyte", "monocyte", "segmented")
tables = st.lists(st.lists(st.integers(0, 40), min_size=4, max_size=4), min_size=4, max_size=4)


def pairs(table: list[list[int]]) -> list[Agreement]:
    return [
        Agreement(NAMES[row], NAMES[column], count)
        for row, line in enumerate(table)
        for column, count in enumerate(line)
        if count
    ]


@settings(deadline=None, max_examples=40)
@given(tables)
def test_the_value_is_scikit_learns(table: list[list[int]]) -> None:
    from sklearn.metrics import cohen_kappa_score

    found = kappa(pairs(table))
    model = [one.model for one in pairs(table) for _ in range(one.count)]
    human = [one.human for one in pairs(table) for _ in range(one.count)]
    assert (found.answers, found.agreed) == (len(model), sum(a == b for a, b in zip(model, human, strict=True)))
    if len({*model, *human}) < 2:
        assert found.value is None
        assert found.limits is None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = cohen_kappa_score(model, human)
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert found.limits is not None
    assert -1 <= found.limits.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.limits.high <= 1


def test_the_limits_are_those_of_the_textbook() -> None:
    """Two psychiatrists, 100 patients: kappa 0.68, standard error 0.087 (Fleiss, Levin, Paik 2003, chapter 18)."""
    found = kappa(pairs([[75, 1, 4, 0], [5, 4, 1, 0], [0, 0, 10, 0], [0, 0, 0, 0]]))
    assert found.value == pytest.approx(0.676, abs=5e-4)
    assert found.limits is not None
    assert (found.limits.high - found.limits.low) / (2 * 1.959964) == pytest.approx(0.0877, abs=2e-4)


def test_the_limits_hold_what_is_true_as_often_as_they_promise() -> None:
    random = np.random.default_rng(7)
    shares = np.array([[0.40, 0.04, 0.02, 0.0], [0.03, 0.25, 0.02, 0.0], [0.01, 0.02, 0.20, 0.01]]).ravel()
    whole = [[round(share * 100_000) for share in shares[at : at + 4]] for at in (0, 4, 8)]
    truth = kappa(pairs(whole)).value
    assert truth is not None
    held = 0
    for _ in range(400):
        drawn = random.multinomial(150, shares / shares.sum()).reshape(3, 4).tolist()
        limits = kappa(pairs(drawn)).limits
        held += limits is not None and limits.low <= truth <= limits.high
    assert 0.92 <= held / 400 <= 0.98


def test_few_answers_that_all_agree_promise_little() -> None:
    few, many = (kappa(pairs([[n, 0, 0, 0], [0, n, 0, 0], [0] * 4, [0] * 4])) for n in (2, 200))
    assert few.value == many.value == 1.0
    assert few.limits is not None
    assert many.limits is not None
    assert few.limits.low < 0.2
    assert many.limits.low > 0.95


def test_what_is_no_class_is_left_out() -> None:
    given = [Agreement("blast", "blast", 5), Agreement("blast", "monocyte", 1)]
    more = [Agreement("blast", one, 9) for one in (UNIDENTIFIED, NOT_CLASSED, "")]
    assert kappa(given) == kappa([*given, *more])
    assert kappa(more).value is None
