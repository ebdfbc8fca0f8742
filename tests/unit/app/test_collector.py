"""Garbage is collected on the GUI thread only, and jobs die where they came from."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot
from window_fixtures import WAIT_MS

from leukdesk.app.workers.collector import Collector
from leukdesk.app.workers.lanes import Lane, Lanes
from leukdesk.domain.errors import KnownError


class Thing:
    """Stands for a Qt object: tells on which thread it died."""

    def __init__(self, died: list[threading.Thread]) -> None:
        weakref.finalize(self, lambda: died.append(threading.current_thread()))

    def look(self, *_: object) -> int:
        return id(self)


@pytest.fixture
def collector(qapp: object) -> Iterator[Collector]:
    made = Collector()
    yield made
    made.close()


def test_python_does_not_collect_by_itself_while_there_is_a_window(collector: Collector) -> None:
    assert not gc.isenabled()
    collector.start()
    assert not gc.isenabled()
    collector.close()
    assert gc.isenabled()


def rings(count: int, died: list[threading.Thread]) -> None:
    for _ in range(count):
        ring: list[object] = [Thing(died)]
        ring.append(ring)


def test_rings_are_collected_here_when_they_are_due(collector: Collector, qtbot: QtBot) -> None:
    collector.start()
    died: list[threading.Thread] = []
    rings(300, died)
    assert died == []

    def collected() -> bool:
        if not died:
            rings(30, died)  # what is on the heap by chance may have put the first ones off: thousands just imported
        return bool(died)

    qtbot.waitUntil(collected, timeout=WAIT_MS)
    assert set(died) == {threading.main_thread()}


def test_what_would_be_noticed_waits_until_nobody_is_there(collector: Collector, qtbot: QtBot) -> None:
    collector.start()
    died: list[threading.Thread] = []
    with qtbot.waitSignal(collector.put_off, timeout=WAIT_MS):
        rings(10_000, died)
    assert collector.collect_due() is None
    assert died == []
    collector.look_at_all()
    assert len(died) == 10_000


def test_a_closed_collector_leaves_all_to_python(collector: Collector) -> None:
    collector.start()
    collector.close()
    collector.look_at_all()
    assert gc.get_freeze_count() == 0


def test_nothing_is_done_when_nothing_is_due(collector: Collector) -> None:
    gc.collect()
    assert collector.collect_due() is None


@pytest.mark.parametrize("way", ["done", "failed", "cancelled"])
def test_what_a_job_refers_to_dies_on_the_gui_thread(lanes: Lanes, qtbot: QtBot, way: str) -> None:
    died: list[threading.Thread] = []

    def fail() -> None:
        raise KnownError("no")

    for _ in range(300):
        thing = Thing(died)
        work = fail if way == "failed" else thing.look
        token = lanes.pictures.submit(work, thing.look, thing.look)
        if way == "cancelled":
            token.cancel()
        del thing, work
    qtbot.waitUntil(lambda: len(died) == 300, timeout=WAIT_MS)
    assert set(died) == {threading.main_thread()}


def test_a_known_error_keeps_no_frames_alive(qtbot: QtBot) -> None:
    lane = Lane("frames")
    errors: list[Exception] = []

    def fail() -> None:
        try:
            raise OSError
        except OSError as error:
            raise KnownError("the disk is gone") from error

    lane.submit(fail, failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors), timeout=WAIT_MS)
    lane.close()
    assert (errors[0].__traceback__, errors[0].__cause__, errors[0].__context__) == (None, None, None)
