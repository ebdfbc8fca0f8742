"""Two models on the same images: limits and tests, against published numbers and against chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from leukdesk.domain.model_comparison import BothSaid, ModelComparison, Said, disagreements_first
from leukdesk.domain.paired import Paired, grouped_limits, mcnemar, paired_limits, paired_of


def test_mcnemar_is_the_exact_binomial_test() -> None:
    assert mcnemar(0, 0) == 1
    assert mcnemar(5, 0) == pytest.approx(2 / 32)
    assert mcnemar(2, 8) == pytest.approx(0.109375)
    assert mcnemar(8, 2) == mcnemar(2, 8)
    assert 0 <= mcnemar(5000, 6000) < 1e-15


def test_counts_are_by_who_was_right() -> None:
    counts = paired_of([(True, True), (True, False), (False, True), (False, True)])
    assert (counts.images, counts.first, counts.second, counts.difference) == (4, 2, 3, 0.25)


def test_limits_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    chances = [0.7, 0.06, 0.12, 0.12]
    drawn = rng.multinomial(80, chances, size=800)
    held = [limits.low <= 0.06 <= limits.high for one in drawn for limits in [paired_limits(Paired(*map(int, one)))]]
    assert 0.93 <= np.mean(held) <= 0.99


def test_models_that_never_differed_may_differ_elsewhere() -> None:
    limits = paired_limits(Paired(20, 0, 0, 0))
    assert limits.low == -limits.high < -0.1
    assert (paired_limits(Paired(0, 0, 0, 0)).low, paired_limits(Paired(0, 0, 0, 0)).high) == (-1, 1)


def test_groups_count_where_they_are_known() -> None:
    better, worse = Paired(5, 0, 5, 0), Paired(5, 2, 0, 3)
    groups = {f"p{at}": better if at % 3 else worse for at in range(12)}
    grouped = grouped_limits(groups)
    alone = paired_limits(Paired(60, 8, 40, 12))
    assert grouped.low < (40 - 8) / 120 < grouped.high
    assert grouped.high - grouped.low > alone.high - alone.low
    assert grouped_limits(groups) == grouped
    assert grouped_limits({"one": better}).low == -1
    same = grouped_limits(dict.fromkeys(map(str, range(40)), Paired(3, 0, 0, 1)))
    assert -0.1 < same.low < 0 < same.high < 0.1


def row(name: str, first: str, second: str, truth: str = "", sure: float = 0.9, group: str = "") -> BothSaid:
    return BothSaid(Path(name), Said(first, sure), Said(second, sure), truth, group)


def test_what_is_disagreed_on_comes_first_the_surest_at_the_top() -> None:
    broken = BothSaid(Path("broken"), Said(error="cut"), Said(error="cut"))
    rows = [row("same", "a", "a"), broken, row("unsure", "a", "b", sure=0.5), row("sure", "b", "a")]
    assert [one.path.name for one in disagreements_first(rows)] == ["sure", "unsure", "broken", "same"]


def test_a_comparison_counts_what_both_know() -> None:
    rows = [row("1", "a", "a", "a"), row("2", "a", "b", "b"), row("3", "c", "b", "c"), row("4", "a", "a")]
    rows.append(BothSaid(Path("5"), Said(error="cut"), Said(error="cut"), "a"))
    found = ModelComparison("one-1.0", "two-1.0", ("a", "b"), rows)
    assert (len(found.answered), found.agreed, len(found.labelled)) == (4, 2, 2)
    assert (found.paired.first, found.paired.second, found.grouped) == (1, 2, False)
    assert found.limits.low < 0.5 < found.limits.high
    assert found.by_class() == [("a", Paired(1, 0, 0, 0)), ("b", Paired(0, 0, 1, 0))]
    assert found.pairs["a", "a"] == 2
    assert ModelComparison("one", "two", (), ()).limits.high == 1
