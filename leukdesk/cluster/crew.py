"""The crew of a batch on a Dask cluster. Results come back to whoever runs the batch, and so to one store.

Connections are as the site's Dask configuration says (`distributed.comm`: TLS certificates, `require-encryption`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leukdesk.analysis.batch_work import KnownAlready, Task, Worked
from leukdesk.cluster.station import Done, Order, do_tasks, hashes_of
from leukdesk.domain.errors import ClusterError, KnownError
from leukdesk.domain.finding import Failure
from leukdesk.domain.recorded import NewField

if TYPE_CHECKING:
    from leukdesk.domain.optics import Acquisition
    from leukdesk.report.overlays import Shown

_REACH_S = 10
Known = Callable[[Sequence[Task], Sequence[str]], Mapping[int, KnownAlready] | Mapping[int, NewField]]


class ClusterCrew:
    """Satisfies `analysis.batch_run.Crew`. A worker that dies loses nothing: its tasks go to another."""

    def __init__(
        self,
        address: str,
        order: Order,
        taken: Callable[[Path], Acquisition],
        *,
        known: Known | None = None,
        put: Callable[[Shown, bytes], object] | None = None,
    ) -> None:
        """Connect to a scheduler ("tcp://...", "tls://..."). Raises `ClusterError`.

        `known` says which tasks, by their place, were done before, by the hashes of their files; `put` writes an
        overlay. Both are called here, in a thread of Dask's.
        """
        self._order, self._taken, self._known, self._put = order, taken, known, put
        self._client = _connected(address)
        threads: dict[str, int] = self._client.nthreads()
        if not threads:
            self._client.close()
            raise ClusterError("the cluster has no workers", subject=address, advice="Start some with `dask worker`.")
        self.size = sum(threads.values())
        self._callers = max(threads.values())

    def submit(self, tasks: Sequence[Task]) -> Future[list[Worked]]:
        """See `Crew`."""
        mine: Future[list[Worked]] = Future()
        if self._known is None:
            self._send(mine, tasks, [])
        else:
            paths = [task.path for task in tasks]
            theirs = self._client.submit(hashes_of, paths, self._order.limit_px, pure=False)
            _when_done(theirs, mine, partial(self._look_up, mine, tasks))
        return mine

    def close(self) -> None:
        """See `Crew`."""
        self._client.close()

    def _look_up(self, mine: Future[list[Worked]], tasks: Sequence[Task], hashes: Callable[[], list[str]]) -> None:
        assert self._known is not None  # for the type checker: nobody asks for hashes otherwise
        try:
            found = self._known(tasks, hashes())
        except _WorkerLost:
            found = {}  # their work says it, or is luckier
        again = [Worked(tasks[at], one) for at, one in found.items()]
        rest = [task for at, task in enumerate(tasks) if at not in found]
        if rest:
            self._send(mine, rest, again)
        else:
            _set(mine, again)

    def _send(self, mine: Future[list[Worked]], tasks: Sequence[Task], before: list[Worked]) -> None:
        taken = [self._taken(task.path) for task in tasks]
        theirs = self._client.submit(do_tasks, self._order, list(tasks), taken, self._callers, pure=False)
        _when_done(theirs, mine, partial(self._finish, mine, tasks, before))

    def _finish(
        self, mine: Future[list[Worked]], tasks: Sequence[Task], before: list[Worked], done: Callable[[], Done]
    ) -> None:
        try:
            what = done()
        except _WorkerLost:
            what = Done([Worked(task, Failure(task.path, _killed(task.path))) for task in tasks])
        if self._put is not None and not mine.cancelled():
            for shown, png in what.pictures.items():
                self._put(shown, png)
        _set(mine, before + what.worked)


def _connected(address: str) -> Any:
    try:
        from distributed import Client, Security
        from distributed.core import connect
    except ImportError as error:
        raise ClusterError(
            "Dask is not installed here",
            reason="no_dask",
            advice="It is in no package: install leukdesk with pip, with the extra `cluster`, on all machines.",
        ) from error

    async def knock() -> None:  # a client that cannot connect would go on trying in the background
        comm = await connect(address, timeout=_REACH_S, **Security().get_connection_args("client"))
        await comm.close()

    try:
        asyncio.run(knock())
        return Client(address, timeout=_REACH_S, set_as_default=False)
    except (OSError, ValueError, RuntimeError, TypeError) as error:  # no such host, no answer, TLS refused
        raise ClusterError(
            "the scheduler of the cluster cannot be reached",
            reason="unreachable",
            subject=address,
            advice="Check its address, and that it and this program use the same TLS settings.",
        ) from error


class _WorkerLost(Exception):  # noqa: N818 - Dask's KilledWorker, which may not be imported here
    """Several workers ended at the same tasks."""


def _when_done(theirs: Any, mine: Future[list[Worked]], then: Callable[[Callable[[], Any]], None]) -> None:
    """Go on with what the cluster makes, unless `mine` was cancelled; whatever goes wrong is the error of `mine`."""

    def go_on(_theirs: object) -> None:  # in a thread of Dask's, where nobody would hear of an error
        if mine.cancelled():
            return
        try:
            then(partial(_result, theirs))
        except Exception as error:  # noqa: BLE001 - handed on: whoever waits for `mine` gets it
            if mine.set_running_or_notify_cancel():
                mine.set_exception(error)

    theirs.add_done_callback(go_on)
    mine.add_done_callback(lambda one: theirs.cancel() if one.cancelled() else None)  # and keeps it alive


def _result(theirs: Any) -> Any:
    if theirs.status == "finished":
        return theirs.result()
    error = theirs.exception() if theirs.status == "error" else _gone()
    raise _WorkerLost if type(error).__name__ == "KilledWorker" else error


def _set(mine: Future[list[Worked]], worked: list[Worked]) -> None:
    if mine.set_running_or_notify_cancel():
        mine.set_result(worked)


def _gone() -> ClusterError:
    what = "the connection to the cluster was lost"
    return ClusterError(what, reason="lost", advice="Go on with the batch when it is back: nothing is lost.")


def _killed(path: Path) -> KnownError:
    return ClusterError(
        "several workers of the cluster ended while they had this image or its neighbours",
        reason="worker_lost",
        subject=path,
        advice="Retry the failed ones, here rather than on the cluster.",
    )
