"""A watched folder: new images are classified as soon as they are completely written, into one batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from leukdesk.app.viewmodels.batch_desk import BatchDesk
from leukdesk.app.workers.batch_runner import BatchRunner
from leukdesk.app.workers.lanes import Lane
from leukdesk.domain.batch import BatchOptions
from leukdesk.domain.errors import KnownError
from leukdesk.domain.job import ItemState, JobState

if TYPE_CHECKING:
    from leukdesk.analysis.arrivals import Arrivals, Look
    from leukdesk.app.viewmodels.ports import BatchStore
    from leukdesk.batches import BatchPlan
    from leukdesk.domain.job import Job

_EVERY_MS = 1_000  # looked at rather than listened to: shares on the network do not say what changes on them


class Watching(QObject):
    """One folder at a time. It goes on while other places are open and while another batch runs."""

    changed = Signal()
    turned = Signal()  # a folder is watched, or no longer
    resumed = Signal(object)  # Path: the folder that an earlier window watched is watched again

    def __init__(
        self, desk: BatchDesk, runner: BatchRunner, lane: Lane, check: Callable[[Path], object], parent: QObject
    ) -> None:
        """`lane`: where the folder is looked into; `check` reads an image whole, there."""
        super().__init__(parent)
        self._desk, self._runner, self._lane, self._check = desk, runner, lane, check
        self._arrivals: Arrivals | None = None
        self._looking = False
        self._user = 0
        self._queue: list[Path] = []
        self.folder: Path | None = None
        self.job_id = self.earlier = 0  # `earlier`: the batch to go on with once somebody may
        self.waited_for: tuple[Path, ...] = ()
        self.there = True
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._look)
        runner.made.connect(self._take_job)
        runner.told.connect(desk.take_event)
        runner.ended.connect(lambda _job: self._send())
        runner.failed.connect(self._fail)
        desk.first_listed.connect(self._try_again)
        desk.casebook.user_changed.connect(self._try_again)

    @property
    def on(self) -> bool:
        """Whether a folder is watched."""
        return self.folder is not None

    def begin(self, plan: BatchPlan, accession: str = "") -> None:
        """Watch the one folder of a plan; what lies there already is classified first."""
        user = self._desk.casebook.user
        if user is None or self.on:
            return
        self.folder, self._user, self.job_id = plan.paths[0], user.id, 0
        named = replace(plan, paths=(), sources=tuple(plan.paths), reuse=True)
        self._desk.with_case(accession, lambda case_id: self._begin(named, case_id), self._fail_to_begin)
        self.changed.emit()

    def stop(self) -> None:
        """Watch no longer; what is under way is paused, and can go on as any batch."""
        self.rest()
        self.folder, self._arrivals, self.waited_for, self._queue = None, None, (), []
        self.job_id = self.earlier = 0
        self.turned.emit()
        self.changed.emit()

    def rest(self) -> None:
        """The window closes: the next one watches again, if it is told by `remember`."""
        self._timer.stop()
        self._runner.pause()

    def remember(self, job_id: int) -> None:
        """The batch whose folder was watched when the last window closed or was torn away; 0: none."""
        self.earlier = job_id

    def _try_again(self) -> None:
        user = self._desk.casebook.user
        if self.earlier and not self.on and user is not None and self._desk.may_record:
            job_id, self._user = self.earlier, user.id
            self._desk.ask(lambda store: (store.get(job_id), store.paths(job_id)), self._go_on)

    def _go_on(self, found: tuple[Job, list[Path]]) -> None:
        job, known = found
        options = BatchOptions.from_mapping(job.options)
        if self.on or job.state is JobState.CANCELLED or len(options.sources) != 1:
            self.earlier = 0
            return
        self.folder, self._recursive = Path(options.sources[0]), options.recursive
        self._follow(job, frozenset(known))
        if job.counts.get(ItemState.WAITING, 0):
            self._runner.start(self._desk.store, job.id, self._user)
        self.resumed.emit(self.folder)

    def _begin(self, plan: BatchPlan, case_id: int | None) -> None:
        user = self._user

        def make(store: BatchStore) -> Job:
            return store.create(user, plan, case_id=case_id)

        self._recursive = plan.recursive
        self._runner.start(self._desk.store, make, user)

    def _take_job(self, job: Job) -> None:
        if self.job_id or self.folder is None:  # files were added to it
            return
        self._desk.take_made(job)
        self._follow(job, frozenset())

    def _follow(self, job: Job, known: frozenset[Path]) -> None:
        from leukdesk.analysis.arrivals import Arrivals

        if self.folder is None:
            return
        self.job_id, self.earlier = job.id, 0
        self._arrivals = Arrivals(self.folder, self._recursive, self._check, known=known)
        self._timer.start()
        self._look()
        self.turned.emit()
        self.changed.emit()

    def _look(self) -> None:
        if self._arrivals is not None and not self._looking:
            self._looking = True
            self._lane.submit(self._arrivals.look, self._take_look, self._fail_to_look)

    def _take_look(self, look: Look) -> None:
        self._looking = False
        if self.folder is None:
            return
        before = (self.there, self.waited_for)
        self.there, self.waited_for = look.there, look.waited_for
        self._queue += look.complete
        self._send()
        if before != (self.there, self.waited_for):
            self.changed.emit()

    def _send(self) -> None:
        """Classify what came, unless the run before is still under way: then when it ends."""
        if self._queue and self._runner.job_id == 0 and self.job_id:
            paths, self._queue = tuple(self._queue), []
            self._runner.start(self._desk.store, partial(_add, self._user, self.job_id, paths), self._user)
        self.changed.emit()

    def _fail_to_look(self, _error: Exception) -> None:
        self._looking = False

    def _fail_to_begin(self, error: Exception) -> None:
        self.stop()
        self._desk.tell(error)

    def _fail(self, _job_id: int, error: Exception) -> None:
        """Something is in the way (a signed case, a full disk): what came is not lost, since it stays in the folder."""
        self.stop()
        if isinstance(error, KnownError):
            self._desk.tell(error)


def _add(user: int, job_id: int, paths: tuple[Path, ...], store: BatchStore) -> Job:
    return store.add(user, job_id, paths)
