"""What to label next: what a model is least sure of, or knows nothing like, of many kinds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.domain.most_useful import Candidate, diverse, use_of


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9), st.floats(-2, 50))
def test_use_lies_between_nothing_and_all(shares: list[float], novelty: float) -> None:
    total = sum(shares) or 1.0
    assert 0 <= use_of([one / total for one in shares], novelty) <= 1


def test_the_smaller_the_margin_the_more_useful() -> None:
    assert use_of([0.5, 0.5, 0.0], 0) == 1
    assert use_of([0.6, 0.4], 0) > use_of([0.9, 0.1], 0)


def test_what_is_unlike_the_training_images_is_useful_however_sure_the_model_is() -> None:
    assert use_of([0.99, 0.01], 1) == pytest.approx(0.5)
    assert use_of([0.99, 0.01], 2) == use_of([0.99, 0.01], float("nan")) == 1


def test_twenty_images_of_one_slide_leave_room_for_others() -> None:
    alike = [Candidate(f"a{at}", 0.99, "case a", "Pre") for at in range(20)]
    others = [
        Candidate(f"b{at}", 0.6, f"case {at}", answer) for at, answer in enumerate(("Pre", "Pro", "Early", "Pro"))
    ]
    chosen = diverse([*alike, *others], 8)
    assert chosen[0] == "a0"
    assert {"b1", "b2", "b3"} <= set(chosen)
    assert sum(one.startswith("a") for one in chosen) <= 4


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.sampled_from("ab")), max_size=30), st.integers(0, 40))
def test_each_is_chosen_once(rows: list[tuple[float, int, str]], count: int) -> None:
    chosen = diverse([Candidate(at, *row) for at, row in enumerate(rows)], count)
    assert len(chosen) == len(set(chosen)) == min(count, len(rows))
    if chosen:
        assert rows[chosen[0]][0] == max(row[0] for row in rows)
