"""Lanes: work off the GUI thread, results on it, in order, cancellable, and nothing left behind."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot
from window_fixtures import WAIT_MS

from leukdesk.app.workers.lanes import Lane, Lanes, Token
from leukdesk.domain.errors import Cancelled, KnownError


class Gate:
    """Holds a lane until it is opened, so that a test decides what waits."""

    def __init__(self, lane: Lane) -> None:
        self._open, self._reached = threading.Event(), threading.Event()
        lane.submit(self._wait)
        assert self._reached.wait(WAIT_MS / 1000)

    def _wait(self) -> None:
        self._reached.set()
        assert self._open.wait(WAIT_MS / 1000)

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def lane(lanes: Lanes) -> Lane:
    return lanes.inference


def test_work_runs_elsewhere_and_its_result_comes_here(lane: Lane, qtbot: QtBot) -> None:
    seen: list[tuple[str, threading.Thread]] = []
    lane.submit(lambda: threading.current_thread().name, lambda name: seen.append((name, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(seen), timeout=WAIT_MS)
    assert seen == [("leukdesk inference", threading.main_thread())]


def test_results_come_in_the_order_of_the_jobs(lane: Lane, qtbot: QtBot) -> None:
    seen: list[int] = []
    for number in range(500):
        lane.submit(lambda number=number: number, seen.append)
    qtbot.waitUntil(lambda: len(seen) == 500, timeout=WAIT_MS)
    assert seen == list(range(500))


def test_an_urgent_job_goes_before_all_that_wait(lane: Lane, qtbot: QtBot) -> None:
    seen: list[str] = []
    gate = Gate(lane)
    lane.submit(lambda: "first", seen.append)
    lane.submit(lambda: "urgent", seen.append, urgent=True)
    gate.open()
    qtbot.waitUntil(lambda: len(seen) == 2, timeout=WAIT_MS)
    assert seen == ["urgent", "first"]


def test_a_cancelled_job_does_not_start(lane: Lane, qtbot: QtBot) -> None:
    ran: list[str] = []
    gate = Gate(lane)
    token = lane.submit(lambda: ran.append("cancelled"))
    token.cancel()
    lane.submit(lambda: ran.append("kept"))
    gate.open()
    qtbot.waitUntil(lambda: "kept" in ran, timeout=WAIT_MS)
    assert ran == ["kept"]


def test_the_result_of_a_job_cancelled_on_its_way_is_dropped(lane: Lane, qtbot: QtBot) -> None:
    seen: list[str] = []
    finished = threading.Event()
    token = Token()
    lane.submit(finished.set, lambda _: seen.append("dropped"), token=token)
    assert finished.wait(WAIT_MS / 1000)
    token.cancel()
    lane.submit(lambda: "kept", seen.append)
    qtbot.waitUntil(lambda: bool(seen), timeout=WAIT_MS)
    assert seen == ["kept"]


def test_a_known_error_goes_to_its_owner_only(lane: Lane, qtbot: QtBot) -> None:
    errors: list[Exception] = []
    crashes: list[object] = []
    lane.crashed.connect(crashes.append)
    problem = KnownError("the disk is full")

    def fail() -> None:
        raise problem

    lane.submit(fail, failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors), timeout=WAIT_MS)
    assert errors == [problem]
    assert crashes == []


def test_a_bug_is_reported_and_the_lane_goes_on(lane: Lane, qtbot: QtBot) -> None:
    errors: list[Exception] = []
    seen: list[int] = []
    crashes: list[object] = []
    lane.crashed.connect(crashes.append)
    lane.submit(lambda: 1 // 0, failed=errors.append)
    lane.submit(lambda: 7, seen.append)
    qtbot.waitUntil(lambda: bool(seen), timeout=WAIT_MS)
    assert [type(one) for one in errors] == [ZeroDivisionError]
    assert crashes == errors
    assert seen == [7]


def test_a_job_that_notices_the_cancel_ends_silently(lane: Lane, qtbot: QtBot) -> None:
    calls: list[object] = []

    def give_up() -> None:
        raise Cancelled

    lane.submit(give_up, calls.append, calls.append)
    lane.submit(lambda: "next", calls.append)
    qtbot.waitUntil(lambda: bool(calls), timeout=WAIT_MS)
    assert calls == ["next"]


def test_a_receiver_that_fails_loses_nobody_elses_result(lane: Lane, qtbot: QtBot) -> None:
    seen: list[int] = []

    def fail(_result: int) -> None:
        raise ValueError

    gate = Gate(lane)
    lane.submit(lambda: 1, fail)
    for number in range(20):
        lane.submit(lambda number=number: number, seen.append)
    with qtbot.captureExceptions() as caught:
        gate.open()
        qtbot.waitUntil(lambda: len(seen) == 20, timeout=WAIT_MS)
    assert [kind for kind, _, _ in caught] == [ValueError]
    assert seen == list(range(20))


def test_of_wishes_only_the_newest_are_kept(qtbot: QtBot) -> None:
    lane = Lane("wishes", keep=3)
    seen: list[int] = []
    gate = Gate(lane)
    for number in range(10):
        lane.submit(lambda number=number: number, seen.append, urgent=True)
    gate.open()
    qtbot.waitUntil(lambda: len(seen) == 3, timeout=WAIT_MS)
    lane.close()
    assert seen == [9, 8, 7]


def test_closing_waits_for_the_running_job_and_drops_the_rest(qapp: object) -> None:
    lane = Lane("closing")
    ran: list[str] = []
    gate = Gate(lane)
    lane.submit(lambda: ran.append("dropped"))
    closing = threading.Thread(target=lane.close)
    closing.start()
    gate.open()
    closing.join(WAIT_MS / 1000)
    assert not closing.is_alive()
    assert ran == []
    assert not [thread for thread in threading.enumerate() if thread.name == "leukdesk closing"]


def test_a_closed_lane_takes_no_more_work(qapp: object) -> None:
    lane = Lane("closed")
    lane.close()
    lane.submit(lambda: None)
    assert not [thread for thread in threading.enumerate() if thread.name == "leukdesk closed"]
