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


def test_rings_are_collected_here_when_they_are_due(collector: Collector, qtbot: QtBot) -> None:
    collector.start()
    died: list[threading.Thread] = []
    rings = [[Thing(died)] for _ in range(2_000)]
    for ring in rings:
        ring.append(ring)  # type: ignore[arg-type]
    del rings, ring
    assert died == []
    qtbot.waitUntil(lambda: len(died) == 2_000, timeout=WAIT_MS)
    assert set(died) == {threading.main_thread()}


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
