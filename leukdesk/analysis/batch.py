"""Analyse many files: threads that decode and predict small batches, results in input order, bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import cv2

from leukdesk.analysis.analyse import NOT_SAID
from leukdesk.analysis.batch_work import ImageWork, Task
from leukdesk.analysis.measuring import chunks
from leukdesk.domain.errors import Cancelled
from leukdesk.domain.finding import Failure, Outcome
from leukdesk.domain.recorded import NewFinding

if TYPE_CHECKING:
    from leukdesk.analysis.ports import Predictor
    from leukdesk.domain.optics import Acquisition

BATCH = 16  # images that a thread does together: enough to be measured in one turn, few enough for progress

Result = TypeVar("Result")


def analyse_files(
    paths: Sequence[Path],
    predictor: Predictor,
    *,
    limit_px: int,
    explain: bool = True,
    workers: int,
    cancelled: Callable[[], bool] = lambda: False,
    taken: Callable[[Path], Acquisition] = lambda path: NOT_SAID,
) -> Iterator[Outcome]:
    """Yield one outcome for each path, in order; an image that cannot be analysed is a `Failure` and stops nothing.

    `workers` threads each decode and predict `BATCH` images at a time. Once `cancelled` says so, the iterator ends
    after the outcomes that are ready; closing it early is safe too. No more than three batches a worker are ahead of
    the consumer. `taken` says how an image was taken, in any thread.
    """
    size = max(1, min(BATCH, -(-len(paths) // workers)))
    work = ImageWork([predictor], limit_px=limit_px, explain=explain, taken=taken, cancelled=cancelled)
    return in_order(partial(_outcomes, work), chunks(paths, size, workers), workers)


def in_order(
    work: Callable[[Sequence[Path]], list[Result]], batches: Iterable[Sequence[Path]], workers: int
) -> Iterator[Result]:
    """Do batches of files in threads and yield their results in order; ends early where `work` raises `Cancelled`.

    No more than three batches a worker are ahead of the consumer; closing the iterator early is safe.
    """
    waiting = iter(batches)
    pool = ThreadPoolExecutor(workers, "analysis", initializer=cv2.setNumThreads, initargs=(1,))
    running: deque[Future[list[Result]]] = deque()
    try:
        while _refill(running, waiting, 3 * workers, lambda batch: pool.submit(work, batch)):
            yield from running.popleft().result()
    except Cancelled:
        return
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _refill(
    running: deque[Future[list[Result]]],
    batches: Iterator[Sequence[Path]],
    depth: int,
    submit: Callable[[Sequence[Path]], Future[list[Result]]],
) -> bool:
    while len(running) < depth and (batch := next(batches, None)) is not None:
        running.append(submit(batch))
    return bool(running)


def _outcomes(work: ImageWork, paths: Sequence[Path]) -> list[Outcome]:
    outcomes = (one.outcome for one in work([Task(number, path, 0) for number, path in enumerate(paths)]))
    # Nothing else: none is known from before, since no history was asked, and cells are other work.
    return [
        one.finding if isinstance(one, NewFinding) else one for one in outcomes if isinstance(one, NewFinding | Failure)
    ]
