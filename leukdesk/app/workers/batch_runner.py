"""Works off batches on a lane, one after the other, and tells of them on the GUI thread, a few times a second."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from leukdesk.app.workers.lanes import Lane
from leukdesk.domain.batch import BatchEvent

if TYPE_CHECKING:
    from leukdesk.app.viewmodels.ports import BatchStore
    from leukdesk.domain.job import Job

_TELL_MS = 150  # what comes within it is told together


class Run(Protocol):
    """The part of `analysis.batch_run.BatchRun` that is called from here."""

    def pause(self) -> None: ...

    def cancel(self) -> None: ...


class BatchRunner(QObject):
    """One lane's batches. `pause` and `cancel` may come at any time, also while models are still being loaded."""

    made = Signal(object)  # Job: it is kept, and nothing is classified yet
    told = Signal(object)  # BatchEvent
    ended = Signal(int)  # the job that no longer runs: finished, paused, cancelled or failed
    failed = Signal(int, object)  # the job (0: none was made), Exception
    _arrived = Signal()

    def __init__(self, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._lock = threading.Lock()
        self._run: Run | None = None  # while one is open, as the next two; under the lock
        self._job = 0  # -1: one is being made
        self._wish = ""  # "pause" or "cancel", for a run that is not open yet
        self._events: deque[BatchEvent] = deque()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TELL_MS)
        self._pause.timeout.connect(self._tell)
        self._arrived.connect(self._soon, Qt.ConnectionType.QueuedConnection)

    @property
    def job_id(self) -> int:
        """The batch that is being worked off; 0: none, -1: one that is being made."""
        return self._job

    def start(self, store: Callable[[], BatchStore], job_id: int | Callable[[BatchStore], Job], user: int) -> None:
        """Go on with a batch, or with the one that a function makes first. `store` is called on the lane."""
        self._wish = ""
        self._job = job_id if isinstance(job_id, int) else -1
        self._lane.submit(partial(self._work, store, job_id, user), self._end, self._fail)

    def pause(self) -> None:
        """End soon, so that it can be resumed."""
        self._ask("pause")

    def cancel(self) -> None:
        """End soon and for good."""
        self._ask("cancel")

    def _ask(self, wish: str) -> None:
        with self._lock:
            self._wish = wish
            if self._run is not None:
                getattr(self._run, wish)()

    def _work(self, store: Callable[[], BatchStore], job_id: int | Callable[[BatchStore], Job], user: int) -> int:
        """Runs on the lane."""
        batches = store()
        if not isinstance(job_id, int):
            job = job_id(batches)
            self._job, job_id = job.id, job.id
            self.made.emit(job)
        with batches.open(job_id, user) as run:
            with self._lock:
                self._run = run
                if self._wish:
                    getattr(run, self._wish)()
            try:
                for event in run.events():
                    self._events.append(event)
                    self._arrived.emit()
            finally:
                with self._lock:
                    self._run = None
        return job_id

    def _soon(self) -> None:
        if not self._pause.isActive():
            self._pause.start()

    def _tell(self) -> None:
        self._pause.stop()
        events = [self._events.popleft() for _ in range(len(self._events))]
        if events:
            rows = tuple(row for event in events for row in event.latest)
            self.told.emit(replace(events[-1], latest=rows))

    def _end(self, job_id: int) -> None:
        self._tell()
        self._job = 0
        self.ended.emit(job_id)

    def _fail(self, error: Exception) -> None:
        self._tell()
        job_id, self._job = max(0, self._job), 0
        self.failed.emit(job_id, error)
        self.ended.emit(job_id)
