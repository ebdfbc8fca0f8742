"""Lanes: work leaves the GUI thread here, and comes back to it here.

A lane is one thread with a queue. A job is a plain function; what it returns is handed to `done` on the GUI thread,
what it raises to `failed`. Results come back in small batches with the event loop in between, so that a thousand quick
results never freeze the window.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from leukdesk.domain.errors import Cancelled, KnownError

T = TypeVar("T")
_NICE = 10  # of 19; the GUI thread has 0
_SHARE_S = 0.004  # of the GUI thread's time, for results, before other events have their turn


class Token:
    """Says whether a job's result is still wanted. Any thread may ask; cancelling cannot be undone."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """The result is no longer wanted: the job need not start, and its result will be dropped."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._event.is_set()


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[], Any]
    done: Callable[[Any], object]
    failed: Callable[[Exception], object]
    token: Token


def _ignore(_result: object) -> None:
    """For jobs whose end interests nobody."""


class Lane(QObject):
    """One worker thread with a queue; `done` and `failed` are called on the thread that made the lane.

    `crashed` carries every exception that is not a `KnownError`, that is: every bug. The thread is no daemon: whoever
    makes a lane closes it.
    """

    crashed = Signal(object)
    _arrived = Signal()

    def __init__(self, name: str, *, keep: int = 0, parent: QObject | None = None) -> None:
        """`keep`: of waiting jobs only the newest so many are kept, the rest is dropped; 0 keeps all."""
        super().__init__(parent)
        self._name, self._keep = name, keep
        self._jobs: deque[_Job] = deque()
        self._finished: list[tuple[_Job, Any, Exception | None]] = []  # at most one
        self._results: deque[tuple[_Job, Any, Exception | None]] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def submit(
        self,
        work: Callable[[], T],
        done: Callable[[T], object] = _ignore,
        failed: Callable[[Exception], object] = _ignore,
        *,
        token: Token | None = None,
        urgent: bool = False,
    ) -> Token:
        """Queue a job, before all waiting ones if `urgent`. Returns the token that cancels it."""
        job = _Job(work, done, failed, token or Token())
        with self._wake:
            if self._closing:
                return job.token
            (self._jobs.appendleft if urgent else self._jobs.append)(job)
            while self._keep and len(self._jobs) > self._keep:
                (self._jobs.pop if urgent else self._jobs.popleft)()
            self._wake.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=f"leukdesk {self._name}", daemon=False)
            self._thread.start()
        return job.token

    def close(self, *, finish: bool = False) -> None:
        """Drop what waits (or do it all, to `finish`), let the running job end, and join the thread."""
        with self._wake:
            self._closing = True
            if not finish:
                self._jobs.clear()
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()
        self._results.clear()

    def _work(self) -> None:
        _step_back()
        while (job := self._next()) is not None:
            self._run(job)
            del job
            self._send_back()

    def _next(self) -> _Job | None:
        with self._wake:
            while not self._jobs and not self._closing:
                self._wake.wait()
            return self._jobs.popleft() if self._jobs else None

    def _run(self, job: _Job) -> None:
        result: Any = None
        error: Exception | None = None
        try:
            result = None if job.token.cancelled else job.work()
        except Cancelled:
            job.token.cancel()
        except KnownError as caught:
            error = _without_frames(caught)
        except Exception as caught:  # noqa: BLE001 - the lane is one of the three places that catch bugs, and reports them
            error = caught
        self._finished.append((job, result, error))

    def _send_back(self) -> None:
        """Hand a job over while nothing here refers to it: the Qt objects it knows may not be destroyed here."""
        self._results.append(self._finished.pop())
        if not self._closing:
            self._arrived.emit()

    def _deliver(self) -> None:
        until = time.monotonic() + _SHARE_S
        try:
            while self._results and time.monotonic() < until:
                job, result, error = self._results.popleft()
                if not job.token.cancelled:
                    self._hand_over(job, result, error)
        finally:  # even if a receiver failed: the other results are still owed
            if self._results:
                self._arrived.emit()

    def _hand_over(self, job: _Job, result: object, error: Exception | None) -> None:
        if error is None:
            job.done(result)
            return
        job.failed(error)
        if not isinstance(error, KnownError):
            self.crashed.emit(error)


def _step_back() -> None:
    """Where the machine has fewer cores than work, the window comes first (threads begun from here step back too).

    Linux alone has this for each thread; elsewhere nothing is done.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def _without_frames(error: KnownError) -> KnownError:
    """An error that is kept in a list must not keep the pixels alive that its frames refer to."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


class Lanes:
    """The window's lanes: models and predictions; pictures for the eye and small files; thumbnails; tiles;
    the network; the case history; reports; batches; what comes into a watched
    folder; folders that are listed or watched; models that come and go; models that are compared; training runs,
    whose files are read; the trainer's commands, which take minutes; the control set.
    """

    def __init__(self) -> None:
        self.inference = Lane("inference")
        self.pictures = Lane("pictures")
        self.thumbnails = Lane("thumbnails", keep=256)
        self.tiles = Lane("tiles")
        self.network = Lane("network")
        self.history = Lane("history")
        self.reports = Lane("reports")
        self.batch = Lane("batch")
        self.folders = Lane("folders")
        self.watch = Lane("watch")
        self.models = Lane("models")
        self.comparison = Lane("comparison")
        self.runs = Lane("runs")
        self.trainer = Lane("trainer")
        self.control = Lane("control")

    def all(self) -> tuple[Lane, ...]:
        """Every lane, to connect to."""
        seeing = (self.inference, self.pictures, self.thumbnails, self.tiles, self.network)
        working = (self.folders, self.batch, self.watch, self.reports, self.models, self.comparison)
        return (*seeing, *working, self.runs, self.trainer, self.control, self.history)

    def close(self) -> None:
        """Close every lane; returns when no thread is left, and when all that was to be recorded is."""
        for lane in self.all():
            lane.close(finish=lane in (self.history, self.runs))
