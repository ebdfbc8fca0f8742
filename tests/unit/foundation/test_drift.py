"""The rules of keeping watch: what they find, and how often they warn of nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from leukdesk.domain.control import ControlRun, DayOfWork, Measure, Measured, RunKind, calibration_error, measured
from leukdesk.domain.drift import ALPHA, BASE, Judged, Rule, fewer_right, judge_days, judge_runs, more_wrong
from leukdesk.domain.finding import BundleRef

MODEL, OTHER = BundleRef("all-stage", "1.0", "a" * 64), BundleRef("all-stage", "2.0", "b" * 64)
AVERAGE = {
    Measure.BRIGHTNESS: 200.0,
    Measure.SATURATION: 0.3,
    Measure.STAINED: 0.1,
    Measure.SHARPNESS: 0.3,
    Measure.NOVELTY: 1.0,
}
SD = {one: 0.05 * value for one, value in AVERAGE.items()}  # between days; images differ by three times as much


def inputs(off: float = 0.0, rng: np.random.Generator | None = None) -> dict[Measure, Measured]:
    """Every measure `off` standard deviations beside its average, and as much again as chance makes."""
    noise = dict.fromkeys(Measure, 0.0) if rng is None else dict(zip(Measure, rng.standard_normal(5), strict=True))
    return {one: Measured(AVERAGE[one] + (off + noise[one]) * SD[one], 3 * SD[one]) for one in Measure}


def a_run(number: int = 0, **changes: object) -> ControlRun:
    one = ControlRun(
        at=f"2026-01-{1 + number:02}T06:00:00.000+00:00", kind=RunKind.SET, by="cron", machine="lab-1", program="0.1",
        engine="LiteRT CPU", bundle=MODEL, control="c" * 64, images=200, right=196, ece=0.02, refused=2,
        unidentified=3, wrong=(5, 17, 60, 199), changed=(), missing=(), inputs=inputs(),
    )  # fmt: skip
    return replace(one, **changes)  # type: ignore[arg-type]


def rules(judged: Judged) -> set[Rule]:
    return {one.rule for one in judged.signals}


# -- the frozen files


def test_the_same_again_is_no_drift() -> None:
    assert all(not one.signals for one in judge_runs([a_run(number) for number in range(5)]))


def test_a_changed_file_is_drift() -> None:
    newest = judge_runs([a_run(), a_run(1, changed=("Pre/1.jpg",), missing=("Pro/2.jpg",), images=198)])[-1]
    assert rules(newest) == {Rule.FILES}
    assert newest.signals[0].now == 2


def test_images_that_became_wrong_are_drift() -> None:
    broken = a_run(1, right=189, wrong=(5, 17, 60, 199, *range(100, 107)))
    assert rules(judge_runs([a_run(), broken])[-1]) == {Rule.ACCURACY}


def test_one_image_that_became_wrong_is_none() -> None:
    assert not judge_runs([a_run(), a_run(1, right=195, wrong=(5, 17, 60, 100, 199))])[-1].signals


def test_a_better_model_is_no_drift_and_a_worse_one_is() -> None:
    worse = a_run(1, bundle=OTHER, right=180, wrong=tuple(range(20)))
    better = a_run(1, bundle=OTHER, right=200, wrong=(), inputs=inputs(1.0))  # its own novelty is no drift either
    assert rules(judge_runs([a_run(), worse])[-1]) == {Rule.ACCURACY}
    assert not judge_runs([a_run(), better])[-1].signals


def test_the_same_files_measured_otherwise_are_drift() -> None:
    newest = judge_runs([a_run(), a_run(1, inputs=inputs(0.5))])[-1]
    assert rules(newest) == {Rule.OTHERWISE}
    assert {one.measure for one in newest.signals} >= {Measure.BRIGHTNESS, Measure.SATURATION}


# -- new photographs


def photos(number: int, off: float = 0.0, **changes: object) -> ControlRun:
    return a_run(number, kind=RunKind.PHOTOS, wrong=(), inputs=inputs(off), **changes)


def test_the_first_photographs_are_held_against_the_frozen_files() -> None:
    assert not judge_runs([a_run(), photos(1, 1.0)])[-1].signals
    found = judge_runs([a_run(), photos(1, 4.0)])[-1]
    assert rules(found) == {Rule.EARLY}
    assert len(found.signals) == 5


def test_photographs_of_which_fewer_are_right() -> None:
    assert rules(judge_runs([a_run(), photos(1, right=182)])[-1]) == {Rule.ACCURACY}
    assert rules(judge_runs([a_run(), photos(1, refused=20)])[-1]) == {Rule.REFUSED}


def test_another_control_set_begins_its_own_base_line() -> None:
    assert not judge_runs([a_run(), photos(1, 9.0, control="d" * 64)])[-1].signals


# -- day after day


def days(offs: list[float], rng: np.random.Generator | None = None) -> list[DayOfWork]:
    return [DayOfWork(f"{2000 + at}-01-01", 100, 1, 2, inputs(off, rng)) for at, off in enumerate(offs)]


def alternating(count: int) -> list[float]:
    """Days whose standard deviation is 1, near enough."""
    return [(-1.0) ** at for at in range(count)]


@pytest.mark.parametrize(
    ("after", "rule"),
    [([6.0], Rule.FAR), ([3.5, 3.5], Rule.TWICE), ([2.0, 2.0, 2.0, 2.0], Rule.FOUR), ([1.0] * 4, None)],
)
def test_the_rules_of_westgard(after: list[float], rule: Rule | None) -> None:
    judged = judge_days(days(alternating(BASE) + after))
    assert rules(judged[-1]) == ({rule} if rule else set())
    assert all(not one.signals for one in judged[:-1])


def test_what_broke_a_rule_never_becomes_the_base_line() -> None:
    judged = judge_days(days([*alternating(10), *[9.0] * 30]))
    assert all(one.signals for one in judged[10:])


def test_days_with_little_work_say_nothing() -> None:
    few = replace(days([9.0])[0], images=9)
    assert len(judge_days([*days(alternating(BASE)), few])) == BASE


def test_how_often_days_without_change_are_warned_of() -> None:
    """0.66 % of days in a simulation of 240 000 (decision 0041): about one false warning in five months."""
    rng = np.random.default_rng(3)
    after = [one for _ in range(100) for one in judge_days(days([0.0] * 50, rng))[BASE:]]
    assert sum(bool(one.signals) for one in after) / len(after) < 0.015


def test_how_soon_a_shift_of_three_standard_deviations_is_found() -> None:
    rng, soon = np.random.default_rng(4), 0
    for _ in range(60):
        after = judge_days(days([0.0] * BASE + [3.0] * 5, rng))[BASE:]
        soon += any(one.signals for one in after)
    assert soon >= 57


# -- the exact tests


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 60), st.integers(1, 60))
def test_fewer_right_is_fishers_test(right: int, images: int, before: int, images_before: int) -> None:
    right, before = min(right, images), min(before, images_before)
    table = [[right, images - right], [before, images_before - before]]
    assert fewer_right(right, images, before, images_before) == pytest.approx(
        stats.fisher_exact(table, alternative="less").pvalue
    )


@given(st.integers(0, 50), st.integers(0, 50))
def test_more_wrong_is_the_sign_test(wrong: int, right: int) -> None:
    changed = wrong + right
    expected = stats.binomtest(wrong, changed, 0.5, "greater").pvalue if changed else 1.0
    assert more_wrong(wrong, right) == pytest.approx(expected)


@pytest.mark.parametrize("share", [0.8, 0.95, 0.99])
def test_accuracy_is_falsely_warned_of_in_at_most_one_run_of_a_hundred(share: float) -> None:
    """Worked out, not simulated: over all counts of two times 100 images."""
    law = stats.binom(100, share).pmf(np.arange(101))
    false = sum(
        law[now] * law[then]
        for then in range(101)
        for now in range(101)
        if law[now] * law[then] > 1e-12 and fewer_right(now, 100, then, 100) <= ALPHA
    )
    assert false <= ALPHA


# -- the figures


def test_the_middle_and_the_spread() -> None:
    rng = np.random.default_rng(1)
    found = measured([*rng.normal(5, 2, 4000), 1e6])
    assert found.middle == pytest.approx(5, abs=0.1)
    assert found.spread == pytest.approx(2, abs=0.1)
    assert measured([]) == Measured(0, 0)
    assert measured([3.0]) == Measured(3, 0)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=80))
def test_the_calibration_error_is_that_of_the_evaluation(rows: list[tuple[float, bool]]) -> None:
    from training.evaluate.calibration_metrics import Calibration

    found = calibration_error([one for one, _ in rows], [right for _, right in rows])
    if rows:
        shares, right = np.array([one for one, _ in rows]), np.array([one for _, one in rows])
        assert found == pytest.approx(float(Calibration(shares, right).ece(np.ones((1, len(rows))))[0]), abs=1e-9)
    else:
        assert found == 0
