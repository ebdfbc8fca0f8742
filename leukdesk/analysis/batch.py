"""Analyse many files: threads that decode and predict small batches, results in input order, bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import cv2
import numpy as np

from leukdesk.analysis.analyse import NOT_SAID, conclude, prepare, read_taken
from leukdesk.domain.errors import Cancelled, EngineError, ImageError
from leukdesk.domain.finding import Failure, Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.analysis.ports import Predictor
    from leukdesk.domain.image import ImageSource
    from leukdesk.domain.optics import Acquisition
    from leukdesk.domain.quality import Quality

# Engines like batches, users like progress. Decoded pixels live only until they are scaled, one image a thread.
BATCH = 8

Result = TypeVar("Result")
_Prepared = tuple["NDArray[np.uint8]", "ImageSource", "Quality"]


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
    batches = [paths[at : at + size] for at in range(0, len(paths), size)]
    work = partial(
        _analyse_batch, predictor=predictor, limit_px=limit_px, explain=explain, cancelled=cancelled, taken=taken
    )
    return in_order(work, batches, workers)


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


def _analyse_batch(
    paths: Sequence[Path],
    predictor: Predictor,
    limit_px: int,
    explain: bool,
    cancelled: Callable[[], bool],
    taken: Callable[[Path], Acquisition],
) -> list[Outcome]:
    prepared = []
    for path in paths:
        if cancelled():
            raise Cancelled
        prepared.append(_prepared(path, predictor, limit_px, taken(path)))
    inputs = [one[0] for one in prepared if not isinstance(one, Failure)]
    try:
        predictions = iter(predictor.predict(np.stack(inputs), explain=explain) if inputs else ())
    except EngineError as error:
        return [one if isinstance(one, Failure) else Failure(one[1].path, error) for one in prepared]
    return [
        one if isinstance(one, Failure) else conclude(one[1], one[2], next(predictions), predictor) for one in prepared
    ]


def _prepared(path: Path, predictor: Predictor, limit_px: int, taken: Acquisition) -> _Prepared | Failure:
    try:
        image = read_taken(path, taken, limit_px=limit_px)
    except ImageError as error:
        return Failure(path, error)
    model_input, quality = prepare(image, predictor, taken)
    return model_input, image.source, quality
