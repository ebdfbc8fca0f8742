"""The Batch place without its widgets: what is to be classified, the batch that is shown, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.analyse import THUMBNAIL_PX
from leukdesk.app.viewmodels.batch_items import BatchItems
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.folder_tree import FolderTree
from leukdesk.app.viewmodels.ports import BatchStore, Bench, PictureSource
from leukdesk.app.viewmodels.thumbnails import Thumbnails
from leukdesk.app.workers.batch_runner import BatchRunner
from leukdesk.app.workers.lanes import Lane, Lanes, Token
from leukdesk.domain.batch import BatchEvent, BatchOptions
from leukdesk.domain.errors import KnownError
from leukdesk.domain.job import ItemState, Job, JobState
from leukdesk.domain.user import Right

if TYPE_CHECKING:
    from leukdesk.app.viewmodels.watching import Watching
    from leukdesk.batches import BatchPlan
    from leukdesk.domain.batch import BatchRow
    from leukdesk.domain.case import Case
    from leukdesk.history.history import History

_PAGE = 500  # rows that are read from the history at once
_KNOWN = 50  # batches that are offered


class BatchDesk(QObject):
    """One batch is shown at a time, and one runs at a time; the one that runs need not be the one shown."""

    changed = Signal()  # how the shown batch stands
    shown = Signal()  # another batch is shown, or none
    listed = Signal()  # `jobs` is another
    first_listed = Signal()  # it is known which batches an earlier session left
    finished = Signal(object)  # BatchEvent: the run came to its end by itself
    failed = Signal(object)  # KnownError
    done = Signal(str)  # something that was asked for is done: its key

    def __init__(
        self,
        casebook: Casebook,
        engine: Engine,
        make_store: Callable[[], BatchStore],
        runner: BatchRunner,
        tree: FolderTree,
        thumbnails: Thumbnails,
        lane: Lane,
        parent: QObject | None = None,
    ) -> None:
        """`make_store` is called on a lane; on `lane` rows are sorted and files are written."""
        super().__init__(parent)
        self.casebook, self.engine, self.runner, self.tree, self._lane = casebook, engine, runner, tree, lane
        self.items = BatchItems(thumbnails, lane, self)
        self.jobs: tuple[Job, ...] = ()
        self.standing: BatchEvent | None = None
        self.options = BatchOptions(())
        self.case_id: int | None = None
        self.store = make_store
        self._reading = Token()
        self.loading = self._looked = False
        self._stopping = ""
        self.watching: Watching | None = None
        runner.made.connect(self.take_made)
        runner.told.connect(self.take_event)
        runner.ended.connect(self._take_end)
        runner.failed.connect(self._take_failure)
        casebook.opened.connect(self.look_up)
        casebook.user_changed.connect(self.changed)

    # -- how it stands

    @property
    def job_id(self) -> int:
        """The batch that is shown; 0: none."""
        return self.standing.job_id if self.standing is not None else 0

    @property
    def running(self) -> bool:
        """Whether the shown batch is being worked off."""
        return self.job_id > 0 and self.runner.job_id == self.job_id

    @property
    def watched(self) -> bool:
        """Whether new images of a folder come into the shown batch."""
        return (
            self.job_id > 0 and self.watching is not None and self.watching.job_id == self.job_id and self.watching.on
        )

    @property
    def watched_batch(self) -> int:
        """The batch into which new images of a folder come, now or once somebody is signed in; 0: none."""
        return self.watching.job_id or self.watching.earlier if self.watching is not None else 0

    def watch_again(self, job_id: int, note: Callable[[], object]) -> None:
        """Watch what the last window watched; call `note` whenever `watched_batch` is another."""
        if self.watching is not None:
            self.watching.turned.connect(note)
            self.watching.remember(job_id)

    @property
    def busy(self) -> bool:
        """Whether any batch is being made or worked off."""
        return self.runner.job_id != 0

    @property
    def stopping(self) -> str:
        """ "pause" or "cancel" while the run comes to its end because of that; else empty."""
        return self._stopping

    @property
    def may_record(self) -> bool:
        """Whether who works here may start a batch."""
        return self.casebook.may(Right.RECORD)

    def unfinished(self) -> list[Job]:
        """Batches that could go on, the newest first; not the one that runs."""
        open_states = (JobState.ACTIVE, JobState.PAUSED)
        busy = (self.runner.job_id, self.watched_batch)
        return [job for job in self.jobs if job.state in open_states and job.id not in busy]

    # -- what the user asks for

    def begin(self, plan: BatchPlan, accession: str = "") -> None:
        """Make a batch and work it off; it goes into the case of this number, opened if there is none."""
        user = self.casebook.user
        if user is None or self.busy:
            return
        self.with_case(accession, lambda case_id: self._begin(plan, user.id, case_id), self.tell)

    def with_case(
        self, accession: str, done: Callable[[int | None], object], failed: Callable[[Exception], object]
    ) -> None:
        """Hand over the id of the case with this number, opened if there is none; None for no number."""
        user = self.casebook.user
        if accession and user is not None:
            self.casebook.write(partial(_case, user.id, accession), done, failed)
        else:
            done(None)

    def _begin(self, plan: BatchPlan, user: int, case_id: int | None) -> None:
        def make(store: BatchStore) -> Job:
            return store.create(user, plan, case_id=case_id)

        self._stopping = ""
        self.runner.start(self.store, make, user)
        self.changed.emit()

    def go_on(self) -> None:
        """Go on with the shown batch."""
        if self.casebook.user is not None and not self.busy and self.job_id:
            self._stopping = ""
            self.runner.start(self.store, self.job_id, self.casebook.user.id)
            self.changed.emit()

    def pause(self) -> None:
        """Let the run end, so that it can go on later."""
        if self.busy:
            self._stopping = "pause"
            self.runner.pause()
            self.changed.emit()

    def cancel(self) -> None:
        """End the shown batch for good; what was not done is left out."""
        if self.running:
            self._stopping = "cancel"
            self.runner.cancel()
            self.changed.emit()
        elif self.job_id:
            self.ask(lambda store: store.cancel(self.job_id), lambda job: self.show(job.id))

    def retry_failed(self) -> None:
        """Do again what failed."""
        if self.busy or not self.job_id:
            return
        numbers = [row.number for row in self.items.failed()]

        def again(_job: Job) -> None:
            self.items.forget(numbers)
            self.go_on()

        self.ask(lambda store: store.retry_failed(self.job_id), again)

    def show(self, job_id: int, *, go_on: bool = False) -> None:
        """Show a batch as it was kept, a page of rows after the other; and go on with it if asked so."""

        def take(found: tuple[Job, BatchEvent]) -> None:
            self._take_standing(found)
            if go_on:
                self.go_on()

        self._reading.cancel()
        self.loading = True
        self._reading = self.casebook.read(partial(_standing, job_id), take, self.tell)

    def leave(self) -> None:
        """Show none: the way to a new batch. What runs goes on."""
        self._reading.cancel()
        self.standing, self.loading = None, False
        self.items.clear()
        self.shown.emit()
        self.look_up()

    def look_up(self) -> None:
        """Read anew which batches there are."""
        if self.casebook.is_open:
            self.ask(lambda store: tuple(store.all()[:_KNOWN]), self._take_jobs)

    def choose_model(self, key: str) -> None:
        """Show the answers of another of the batch's models."""
        model = next(one for one in self.options.models if one.key == key)
        self.items.use(model.classes, self.engine.vocabulary_of(key), key)
        self.changed.emit()

    def export(self, path: Path) -> None:
        """Write the ledger: CSV, JSON or XLSX, as the name ends."""
        self.ask(lambda store: store.export(self.job_id, path), lambda _: self.done.emit("export"), lane=True)

    def sort_into_folders(self, folder: Path, *, link: bool) -> None:
        """Copy (or link) the images into a folder for each group."""
        job_id = self.job_id
        self.ask(
            lambda store: store.sort_into(job_id, folder, link=link),
            lambda _: self.done.emit("sorted"),
            lane=True,
        )

    def send_to_case(self, numbers: Sequence[int], accession: str) -> None:
        """Keep what was found of these items in a case too, opened if there is none of this number."""
        user, job_id = self.casebook.user, self.job_id
        if user is None or not numbers:
            return

        def send(history: History) -> int:
            case_id = _case(user.id, accession, history)
            return self.store().send_to_case(user.id, job_id, numbers, case_id)

        self.casebook.write(send, lambda _: self.done.emit("sent"), self.tell)

    def read_case(self, done: Callable[[Case | None], object]) -> None:
        """Hand over the case of the shown batch; None where it has none."""
        if self.case_id is None:
            done(None)
        else:
            self.casebook.read(lambda history: history.cases.get(self.case_id or 0), done, self.tell)

    def stop_for_closing(self) -> None:
        """The window closes: what runs is paused, without loss, and offered at the next start."""
        self.runner.pause()
        if self.watching is not None:
            self.watching.rest()

    # -- what comes back

    def _take_jobs(self, jobs: tuple[Job, ...]) -> None:
        self.jobs, first = jobs, not self._looked
        self._looked = True
        self.listed.emit()
        if first:
            self.first_listed.emit()

    def take_made(self, job: Job) -> None:
        """A new batch is there, and shown."""
        self._begin_to_show(job)
        if failures := job.counts.get(ItemState.FAILED, 0):  # what could not even be found comes first
            self._read_on(0, failures)
        self.look_up()

    def _begin_to_show(self, job: Job) -> None:
        self._reading.cancel()
        self.loading = False
        self.options, self.case_id = BatchOptions.from_mapping(job.options), job.case_id
        self.standing = BatchEvent(job.id, job.state, job.counts, {}, {})
        if self.options.models:
            first = self.options.models[0]
            looks = (*self.options.members, first.key)[0]  # those of an ensemble's classes are its members'
            self.items.clear(first.classes, self.engine.vocabulary_of(looks), first.key)
        self.shown.emit()
        self.changed.emit()

    def _take_standing(self, found: tuple[Job, BatchEvent]) -> None:
        job, event = found
        self._begin_to_show(job)
        self.standing, self.loading = event, True
        self.changed.emit()
        self._read_on(0)

    def _read_on(self, first: int, end: int = 1_000_000_000) -> None:
        job_id, count = self.job_id, min(_PAGE, end - first)

        def take(rows: list[BatchRow]) -> None:
            self.items.take((row for row in rows if row.state not in _OPEN), new=False)
            self.loading = len(rows) == count and first + count < end
            if self.loading:
                self._read_on(first + count, end)
            self.changed.emit()

        def read(history: History) -> list[BatchRow]:
            return history.jobs.rows(job_id, first=first, count=count)

        self._reading = self.casebook.read(read, take, self.tell)

    def take_event(self, event: BatchEvent) -> None:
        """A batch tells how it stands."""
        if event.job_id == self.job_id:
            self.standing = event
            self.items.take(event.latest)
            self.changed.emit()

    def _take_end(self, job_id: int) -> None:
        ended, self._stopping = self._stopping, ""
        if job_id == self.job_id:
            self.items.settle()
        if (
            not ended
            and self.standing is not None
            and job_id == self.job_id
            and self.standing.state is JobState.FINISHED
        ):
            self.finished.emit(self.standing)
        self.changed.emit()
        self.look_up()

    def _take_failure(self, _job_id: int, error: Exception) -> None:
        self.tell(error)

    def ask(self, work: Callable[[BatchStore], Any], done: Callable[[Any], object], *, lane: bool = False) -> None:
        """Ask the store of batches on the history's lane, or on the one for writing files."""
        if lane:
            self._lane.submit(lambda: work(self.store()), done, self.tell)
        else:
            self.casebook.read(lambda _: work(self.store()), done, self.tell)

    def tell(self, error: Exception) -> None:
        """Something that was asked for failed."""
        self.loading = False
        if isinstance(error, KnownError):
            self.failed.emit(error)
        self.changed.emit()


_OPEN = (ItemState.WAITING, ItemState.RUNNING)


def _standing(job_id: int, history: History) -> tuple[Job, BatchEvent]:
    job = history.jobs.get(job_id)
    classes, decisions = history.jobs.answers(job_id)
    return job, BatchEvent(job_id, job.state, job.counts, classes, decisions)


def _case(user: int, accession: str, history: History) -> int:
    """The id of the case with this number, opened if there is none. Raises `HistoryError`."""
    from leukdesk.domain.case import CaseDetails

    case = history.cases.by_accession(accession) or history.cases.open(user, CaseDetails(accession))
    return case.id


def batch_desk(
    lanes: Lanes, casebook: Casebook, engine: Engine, pictures: PictureSource, make_bench: Callable[[], Bench]
) -> BatchDesk:
    """The desk of a window; `make_bench` is called on a lane."""

    from leukdesk.app.viewmodels.watching import Watching

    def store() -> BatchStore:
        from leukdesk.batches import Batches

        return Batches(make_bench())  # type: ignore[arg-type]  # the window's port is a part of the workbench

    thumbnails = Thumbnails(lanes.thumbnails, pictures, THUMBNAIL_PX)
    runner, tree = BatchRunner(lanes.batch), FolderTree(lanes.folders)
    desk = BatchDesk(casebook, engine, store, runner, tree, thumbnails, lanes.pictures)
    for one in (runner, tree, thumbnails):
        one.setParent(desk)
    watcher = BatchRunner(lanes.watch, desk)
    desk.watching = Watching(desk, watcher, lanes.folders, pictures.check, desk)
    desk.watching.changed.connect(desk.changed)
    return desk
