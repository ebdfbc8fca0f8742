"""The Batch place in each of its states, held still: what `states.py` photographs beside `scenes.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from camera import Camera, window

from leukdesk.domain.batch import BatchEvent, BatchRow
from leukdesk.domain.errors import BundleError, BundleReason
from leukdesk.domain.finding import Decision
from leukdesk.domain.job import ItemState, JobState

_DEMO = "phantom-demo-1.0"  # knows synthetic images


@contextmanager
def _place(*sources: Path) -> Iterator[Camera]:
    with window("light", model=_DEMO) as camera:
        camera.session.casebook.begin_if_new()
        camera.until(lambda: camera.session.casebook.user is not None)
        camera.session.window.commands.go_batch.trigger()
        if sources:
            camera.session.window.batch.add_sources(list(sources))
        camera.rest()
        yield camera


@contextmanager
def empty(_folder: Path) -> Iterator[Camera]:
    """Nothing was chosen."""
    with _place() as camera:
        yield camera


@contextmanager
def folders(folder: Path) -> Iterator[Camera]:
    """A folder is ready to be classified."""
    with _place(folder) as camera:
        yield camera


@contextmanager
def running(folder: Path) -> Iterator[Camera]:
    """Some are done."""
    with _place(folder) as camera:
        _start(camera)
        camera.until(lambda: camera.session.batches.items.rowCount() > 30)
        camera.rest(1.0)
        yield camera


@contextmanager
def partial_(folder: Path) -> Iterator[Camera]:
    """All are done but those that failed."""
    with _place(folder) as camera:
        _finish(camera)
        yield camera


@contextmanager
def ledger(folder: Path) -> Iterator[Camera]:
    """What failed, one click later."""
    with _place(folder) as camera:
        _finish(camera)
        camera.session.window.batch.work.progress.failed.click()
        camera.until(lambda: camera.session.batches.items.rowCount() == 2)
        camera.rest()
        yield camera


@contextmanager
def full(folder: Path) -> Iterator[Camera]:
    """Ten thousand images: the rows of nine, many times."""
    with _place(*sorted(folder.glob("*.png"))[:9]) as camera:
        _finish(camera)
        desk = camera.session.batches
        known = [desk.items.row(place) for place in range(desk.items.rowCount())]
        files = sorted(folder.glob("*.png"))[:10_000]
        rows = [replace(known[at % len(known)], number=at, path=path) for at, path in enumerate(files)]
        desk.options = replace(desk.options, sources=(str(folder),))
        desk.take_event(_event(desk.job_id, rows))
        camera.until(lambda: desk.items.rowCount() == len(rows))
        camera.rest(1.0)
        yield camera


@contextmanager
def watching(folder: Path) -> Iterator[Camera]:
    """New images are classified as they come; one is not complete yet."""
    with _place(folder) as camera:
        place = camera.session.window.batch
        place.setup.watch.click()
        camera.until(lambda: camera.session.batches.items.rowCount() == 9)
        camera.rest(1.5)
        yield camera


@contextmanager
def refused(folder: Path) -> Iterator[Camera]:
    """A batch cannot go on: its model is another now."""
    with _place(folder) as camera:
        error = BundleError(
            "this model is no longer the one the batch began with",
            reason=BundleReason.WRONG_HASH,
            subject=_DEMO,
            advice="Put the former model back, or cancel the batch and start a new one.",
        )
        camera.session.batches.failed.emit(error)
        yield camera


@contextmanager
def read_only(folder: Path) -> Iterator[Camera]:
    """Who works here may not record."""
    with _place(folder) as camera:
        user = camera.session.casebook.user
        assert user is not None
        camera.session.casebook._take_user(replace(user, active=False))
        camera.rest()
        yield camera


def _start(camera: Camera) -> None:
    camera.session.window.batch.setup.start.click()
    camera.until(lambda: camera.session.batches.standing is not None)


def _finish(camera: Camera) -> None:
    desk = camera.session.batches
    _start(camera)
    camera.until(lambda: not desk.busy and not desk.loading)
    camera.until(lambda: desk.standing is not None and desk.items.rowCount() == desk.standing.total)
    camera.session.window.batch.banner.hide()
    camera.rest(1.0)


def _event(job_id: int, rows: list[BatchRow]) -> BatchEvent:
    accepted = Counter(row.label for row in rows if row.decision is Decision.ACCEPTED)
    decisions = Counter(row.decision for row in rows if row.decision is not None)
    counts = {ItemState.DONE: len(rows)}
    return BatchEvent(job_id, JobState.FINISHED, counts, {_DEMO: accepted}, {_DEMO: decisions}, latest=tuple(rows))
