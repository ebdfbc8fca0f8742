"""The crew of a batch on a Dask cluster. Results come back to whoever runs the batch, and so to one store.

Connections are as the site's Dask configuration says (`distributed.comm`: TLS certificates, `require-encryption`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leukdesk.analysis.batch_work import Task, Worked
from leukdesk.cluster.station import Order, do_tasks
from leukdesk.domain.errors import ClusterError, KnownError
from leukdesk.domain.finding import Failure

if TYPE_CHECKING:
    from leukdesk.domain.optics import Acquisition

_REACH_S = 10


class ClusterCrew:
    """Satisfies `analysis.batch_run.Crew`. A worker that dies loses nothing: its tasks go to another."""

    def __init__(self, address: str, order: Order, taken: Callable[[Path], Acquisition]) -> None:
        """Connect to a scheduler ("tcp://...", "tls://..."). Raises `ClusterError`."""
        self._order, self._taken = order, taken
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
        taken = [self._taken(task.path) for task in tasks]
        theirs = self._client.submit(do_tasks, self._order, list(tasks), taken, self._callers, pure=False)
        theirs.add_done_callback(partial(_pass_on, mine, tasks))
        mine.add_done_callback(lambda one: theirs.cancel() if one.cancelled() else None)  # and keeps it alive
        return mine

    def close(self) -> None:
        """See `Crew`."""
        self._client.close()


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


def _pass_on(mine: Future[list[Worked]], tasks: Sequence[Task], theirs: Any) -> None:
    """Runs in a thread of Dask's when the cluster is done with some tasks."""
    if not mine.set_running_or_notify_cancel():
        return
    error = None if theirs.status == "finished" else theirs.exception() if theirs.status == "error" else _gone()
    if error is None:
        mine.set_result(theirs.result())
    elif type(error).__name__ == "KilledWorker":
        mine.set_result([Worked(task, Failure(task.path, _killed(task.path))) for task in tasks])
    else:
        mine.set_exception(error)


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
