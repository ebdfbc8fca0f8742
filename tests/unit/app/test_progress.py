"""Rate and estimate of a run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.analysis.pace import Pace
from leukdesk.app.viewmodels.progress import Progress


def test_a_steady_run_has_its_rate() -> None:
    pace = Pace()
    pace.start(100.0)
    for step in range(1, 81):
        pace.tick(100.0 + step / 40)
    assert pace.rate(102.0) == pytest.approx(40.0)


def test_the_rate_follows_a_change_within_seconds() -> None:
    pace = Pace()
    pace.start(0.0)
    for step in range(100):
        pace.tick(step / 100)
    for step in range(20):
        pace.tick(1.0 + step)
    assert pace.rate(20.0) == pytest.approx(1.0, abs=0.25)


def test_there_is_no_rate_before_it_has_settled() -> None:
    pace = Pace()
    pace.start(5.0)
    pace.tick(5.01)
    assert pace.rate(5.02) == 0.0


@given(st.lists(st.floats(0.0, 100.0), max_size=50), st.floats(0.0, 200.0))
def test_a_rate_is_never_negative(ticks: list[float], now: float) -> None:
    pace = Pace()
    pace.start(0.0)
    for tick in sorted(ticks):
        pace.tick(tick)
    assert pace.rate(max([now, *ticks])) >= 0.0


@pytest.mark.parametrize(
    ("progress", "left"),
    [
        (Progress(12, 340, 0, 41.0, running=True), 8.0),
        (Progress(12, 340, 0, 0.0, running=True), None),
        (Progress(12, 340, 0, 41.0, running=False), None),
        (Progress(), None),
    ],
)
def test_what_is_left_is_only_said_when_it_is_known(progress: Progress, left: float | None) -> None:
    assert progress.seconds_left == (pytest.approx(left) if left is not None else None)
