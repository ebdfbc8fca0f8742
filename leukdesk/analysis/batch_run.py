"""Work off a batch: claim items, let a crew do them, record each with its state in one transaction, tell how it stands.

At no time are more than `batch_size` items claimed and not yet recorded: that many may be done a second time after a
crash, and no more. What is recorded is on the disk before anybody hears of it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Protocol

from leukdesk.analysis.batch_work import KnownAlready, Task, Worked
from leukdesk.analysis.measuring import chunks
from leukdesk.analysis.pace import Pace
from leukdesk.domain.batch import BatchEvent, BatchModel, BatchOptions, BatchRow
from leukdesk.domain.finding import Decision, Failure, Finding
from leukdesk.domain.job import ItemResult, ItemState, Job, JobItem, JobState
from leukdesk.domain.recorded import NewField, NewFinding

if TYPE_CHECKING:
    from leukdesk.analysis.ports import JobStore

BATCH_SIZE = 64
_TOGETHER_S = 0.5  # results wait no longer than this for others to be recorded with
_MOST_AT_ONCE = 32  # of a worker: so that pausing does not take long

Work = Callable[[Sequence[Task]], list[Worked]]


class Crew(Protocol):
    """Who does the tasks of a batch."""

    @property
    def size(self) -> int:
        """How many work at once."""

    def submit(self, tasks: Sequence[Task]) -> Future[list[Worked]]: ...

    def close(self) -> None:
        """Let those that have begun end, and the others go."""


class Threads:
    """A crew of threads of this process."""

    def __init__(self, work: Work, size: int) -> None:
        import cv2

        self._work, self.size = work, size
        self._pool = ThreadPoolExecutor(size, "batch", initializer=cv2.setNumThreads, initargs=(1,))

    def submit(self, tasks: Sequence[Task]) -> Future[list[Worked]]:
        """See `Crew`."""
        return self._pool.submit(self._work, tasks)

    def close(self) -> None:
        """See `Crew`."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class BatchRun:
    """One run of a batch: from where it stands until it is finished, paused or cancelled.

    `events` runs in the caller's thread; `pause` and `cancel` may be called from any other.
    """

    def __init__(
        self,
        store: JobStore,
        job: Job,
        crew: Crew,
        *,
        user: int,
        batch_size: int = BATCH_SIZE,
    ) -> None:
        self.job_id, self._store, self._crew, self._user = job.id, store, crew, user
        self._options = BatchOptions.from_mapping(job.options)
        self._window = max(1, batch_size)
        self._stop: JobState | None = None
        self._stopping = threading.Event()

    def pause(self) -> None:
        """End soon, so that the batch can be resumed."""
        self._stop = self._stop or JobState.PAUSED
        self._stopping.set()

    def cancel(self) -> None:
        """End soon and for good: what was not done is skipped."""
        self._stop = JobState.CANCELLED
        self._stopping.set()

    def events(self) -> Generator[BatchEvent, None, None]:
        """Do the work, and say after each transaction how the batch stands. Raises `HistoryError`.

        Closing the iterator early records what is ready; the batch can be resumed.
        """
        standing = _Standing(self._store, self._store.resume(self.job_id))
        flight = _Flight(self._crew, self._options, self._window)
        try:
            yield standing.event()
            flight.take(self._store.claim(self.job_id, self._window))
            while flight.running and not self._stopping.is_set():
                if flight.wait():
                    yield self._record(flight, standing)
            flight.land()
        finally:
            self._keep(flight, standing, claim=0)
            self._store.release(self.job_id)
        yield self._end(standing)

    def _record(self, flight: _Flight, standing: _Standing) -> BatchEvent:
        claim = 0 if self._stopping.is_set() else len(flight.ready)
        rows = self._keep(flight, standing, claim=claim)
        return standing.event(rows)

    def _keep(self, flight: _Flight, standing: _Standing, *, claim: int) -> list[BatchRow]:
        worked, flight.ready = flight.ready, []
        if not worked and not claim:
            return []
        results = [_result(one) for one in worked]
        claimed = self._store.record(self._user, self.job_id, results, claim=claim)
        flight.take(claimed)
        rows = [self._row(one) for one in worked]
        standing.add(rows)
        return rows

    def _row(self, worked: Worked) -> BatchRow:
        model = self._options.models[worked.task.model]
        if isinstance(worked.outcome, KnownAlready):
            return self._store.rows(self.job_id, first=worked.task.number, count=1)[0]
        if isinstance(worked.outcome, NewField):
            source = worked.outcome.analysis.source
            return BatchRow(worked.task.number, worked.task.path, ItemState.DONE, model, source.sha256)
        if isinstance(worked.outcome, NewFinding):
            return row_of(worked.task, worked.outcome.finding, model)
        return row_of(worked.task, worked.outcome, model)

    def _end(self, standing: _Standing) -> BatchEvent:
        if self._stop is JobState.CANCELLED:
            self._store.cancel(self.job_id)
        elif self._stop is JobState.PAUSED and standing.left:
            self._store.pause(self.job_id)
        return _Standing(self._store, self._store.get(self.job_id)).event()


class _Flight:
    """Tasks that were claimed and are not yet recorded."""

    def __init__(self, crew: Crew, options: BatchOptions, window: int) -> None:
        self._crew, self._options, self._window = crew, options, window
        self._chunk = max(1, min(_MOST_AT_ONCE, window // (4 * crew.size)))
        self.running: set[Future[list[Worked]]] = set()
        self.ready: list[Worked] = []
        self._since = 0.0

    def take(self, items: Sequence[JobItem]) -> None:
        """Give claimed items to the crew."""
        tasks = [Task(one.number, one.path, self._options.model_of(one.number)) for one in items]
        for chunk in chunks(tasks, self._chunk, self._crew.size):
            self.running.add(self._crew.submit(chunk))

    def wait(self) -> bool:
        """Wait for the next results; whether it is time to record them."""
        done, self.running = wait(self.running, timeout=_TOGETHER_S, return_when=FIRST_COMPLETED)
        self._collect(done)
        if not self.ready:
            return False
        full = 2 * len(self.ready) >= self._window or not self.running
        return full or time.monotonic() - self._since >= _TOGETHER_S

    def land(self) -> None:
        """Take back what nobody has begun; wait for the rest."""
        begun = {one for one in self.running if not one.cancel()}
        done, self.running = wait(begun)
        self._collect(done)

    def _collect(self, done: set[Future[list[Worked]]]) -> None:
        if done and not self.ready:
            self._since = time.monotonic()
        for one in done:
            self.ready += one.result()


class _Standing:
    """How a batch stands, counted along."""

    def __init__(self, store: JobStore, job: Job) -> None:
        self._job = job
        self._counts = Counter(job.counts)
        self._classes, self._decisions = store.answers(job.id)
        self._pace = Pace()
        self._pace.start(time.monotonic())

    @property
    def left(self) -> int:
        return self._counts[ItemState.WAITING]

    def add(self, rows: Sequence[BatchRow]) -> None:
        for row in rows:
            self._counts[ItemState.WAITING] -= 1
            self._counts[row.state] += 1
            if row.decision is not None:
                self._decisions[row.model.key][row.decision] += 1
            if row.decision is Decision.ACCEPTED:
                self._classes[row.model.key][row.label] += 1
            self._pace.tick(time.monotonic())

    def event(self, latest: Sequence[BatchRow] = ()) -> BatchEvent:
        classes = {key: dict(counted) for key, counted in self._classes.items()}
        decisions = {key: dict(counted) for key, counted in self._decisions.items()}
        rate = self._pace.rate(time.monotonic())
        counts = {state: many for state, many in self._counts.items() if many}
        return BatchEvent(self._job.id, self._job.state, counts, classes, decisions, rate, tuple(latest))


def row_of(task: Task, outcome: Finding | Failure, model: BatchModel) -> BatchRow:
    """An outcome as the store will give it back."""
    if isinstance(outcome, Failure):
        error = outcome.error
        return BatchRow(task.number, task.path, ItemState.FAILED, model, error=error.reason, what=error.what)
    prediction = outcome.prediction
    return BatchRow(
        task.number,
        task.path,
        ItemState.DONE,
        model,
        sha256=outcome.source.sha256,
        label=prediction.label,
        probability=prediction.probability,
        probabilities=dict(zip(prediction.classes, prediction.probabilities, strict=True)),
        decision=outcome.decision,
        reason=outcome.reason,
        quality=str(outcome.quality),
        engine=outcome.engine,
        synthetic=outcome.source.synthetic,
    )


def _result(worked: Worked) -> ItemResult:
    outcome = worked.outcome
    if isinstance(outcome, KnownAlready):
        return ItemResult(worked.task.number, outcome.finding, outcome.sha256)
    return ItemResult(worked.task.number, outcome)
