"""Finding and classifying cells on the inference lane, image by image or view by view of a slide; it can be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from leukdesk.analysis.pace import Pace
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.faces import is_large
from leukdesk.app.viewmodels.ports import Reading
from leukdesk.app.viewmodels.progress import Progress
from leukdesk.app.viewmodels.whole_read import WholeRead
from leukdesk.app.workers.lanes import Token
from leukdesk.domain.cell import Box, Cell, CellAnalysis, NamedCell
from leukdesk.domain.errors import BundleError, Cancelled, EngineError, KnownError
from leukdesk.domain.finding import Failure
from leukdesk.domain.image import Region

if TYPE_CHECKING:
    from leukdesk.domain.card import Card


_TELL_MS = 150


@dataclass(frozen=True, slots=True, eq=False)
class Analysed:
    """What one job brings: an image's cells, or those of a `view` of a slide; and the card of the model."""

    analysis: CellAnalysis
    card: Card
    view: Region | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """An image, or a view of a slide; `known` tells, when its turn has come, where cells are known already."""

    path: Path
    view: Region | None = None
    known: Callable[[], Sequence[Box]] = tuple


class CellRun(QObject):
    """One run over some images. `found` and `failed` tell each image's end, `refused` that no model can be used."""

    found = Signal(Path, object)  # Analysed
    failed = Signal(Path, object)  # KnownError
    refused = Signal(object)  # KnownError
    changed = Signal()

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._waiting: list[_Job] = []
        self._working: _Job | None = None
        self._token = Token()
        self._reading = WholeRead(self._token)
        self._pace = Pace()
        self._progress = Progress()
        self._classified = 0, 0  # written on the lane, read here
        self._watch = QTimer(self)
        self._watch.setInterval(_TELL_MS)
        self._watch.timeout.connect(self.changed)
        self.model: str | None = None  # the key of the model to use; None: the one the workbench prefers

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self._progress

    @property
    def classified(self) -> tuple[int, int]:
        """Cells of the image that is being worked at: how many of how many; (0, 0) while they are being looked for."""
        return self._classified if self.running else (0, 0)

    @property
    def reading(self) -> Progress | None:
        """How far a slide is read for its hash, where that takes long; None while nothing is."""
        return self._reading.progress if self.running else None

    @property
    def running(self) -> bool:
        """Whether an image is being worked at."""
        return self._working is not None

    def waits(self, path: Path | None) -> bool:
        """Whether an image is being worked at or will be."""
        there = (self._working, *self._waiting)
        return path is not None and any(job is not None and job.path == path for job in there)

    def start(self, paths: Sequence[Path]) -> None:
        """These images too, before those that wait already."""
        self._add([_Job(path) for path in paths if not self.waits(path)])

    def start_view(self, path: Path, view: Region, known: Callable[[], Sequence[Box]]) -> None:
        """A view of a slide too; `known` gives the boxes of what was found before its turn came."""
        self._add([_Job(path, view, known)])

    def _add(self, new: list[_Job]) -> None:
        self._waiting = new + self._waiting
        if not self.running:
            self._progress = Progress(total=len(self._waiting), running=bool(self._waiting))
            self._pace.start(time.monotonic())
            self._go_on()
        else:
            self._progress = replace(self._progress, total=self._progress.total + len(new))
            self.changed.emit()

    def stop(self) -> None:
        """Give up what waits; the result of the image that is being worked at is dropped."""
        self._token.cancel()
        self._watch.stop()
        self._waiting, self._working = [], None
        self._progress = Progress()
        self.changed.emit()

    def look_at(
        self, path: Path, before: CellAnalysis, cells: Sequence[Cell], done: object, *, on_slide: bool = False
    ) -> None:
        """Measure and classify outlines that a person drew; `done` is called with a `NamedCell` for each."""
        work = partial(self._drawn, path, before, tuple(cells), self.model, on_slide)
        self._engine.lane.submit(work, done, self._fail_drawn, urgent=True)  # type: ignore[arg-type]

    def _go_on(self) -> None:
        if not self._waiting:
            self._working = None
            self._watch.stop()
            self._progress = replace(self._progress, running=False, rate=0.0)
            self.changed.emit()
            return
        job = self._working = self._waiting.pop(0)
        token = self._token = Token()
        self._classified, self._reading = (0, 0), WholeRead(token)
        work = partial(self._analyse, job, tuple(job.known()), self.model, token, self._reading.told)
        take, fail = partial(self._take, job.path), partial(self._fail, job)
        self._engine.lane.submit(work, take, fail, token=token, urgent=True)
        self._watch.start()
        self.changed.emit()

    def _analyse(self, job: _Job, known: Sequence[Box], key: str | None, token: Token, reading: Reading) -> Analysed:
        def told(done: int, total: int) -> None:
            if token.cancelled:
                raise Cancelled
            self._classified = done, total

        bench, predictor = self._engine.for_cells(key)
        if job.view is None:
            found = bench.analyse_cells(job.path, predictor, told=told)
        else:
            found = bench.analyse_cells_in_view(job.path, job.view, predictor, known=known, told=told, reading=reading)
        return Analysed(found, predictor.card, job.view)

    def _drawn(
        self, path: Path, before: CellAnalysis, cells: tuple[Cell, ...], key: str | None, on_slide: bool
    ) -> list[NamedCell]:
        bench, predictor = self._engine.for_cells(key)
        return list(bench.analyse_drawn(path, before, cells, predictor, on_slide=on_slide))

    def _take(self, path: Path, found: Analysed) -> None:
        self._count(failed=0)
        self.found.emit(path, found)
        self._go_on()

    def _fail(self, job: _Job, error: Exception) -> None:
        if isinstance(error, BundleError | EngineError) or not isinstance(error, KnownError):
            self.stop()  # the next image would fare no better
            if isinstance(error, KnownError):
                self.refused.emit(error)
            return
        self._count(failed=0 if job.view is not None or is_large(Failure(job.path, error)) else 1)
        if job.view is not None:
            self.refused.emit(error)  # nothing is wrong with the slide: another view of it may do
        else:
            self.failed.emit(job.path, error)
        self._go_on()

    def _fail_drawn(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.refused.emit(error)

    def _count(self, failed: int) -> None:
        now = time.monotonic()
        self._pace.tick(now)
        before = self._progress
        self._progress = replace(before, done=before.done + 1, failed=before.failed + failed, rate=self._pace.rate(now))
