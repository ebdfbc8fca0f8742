"""Batches for window and command line alike: made, opened, looked at, exported. Joins rooms as `bootstrap` does.

    batches = Batches(workbench)
    job = batches.create(user, BatchPlan([folder], recursive=True), case_id=case.id)
    with batches.open(job.id, user) as run:
        for event in run.events():      # here; run.pause() and run.cancel() from any other thread
            show(event)
    batches.export(job.id, Path("results.csv"))

Every method blocks: call it off the GUI thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.domain.batch import BatchModel, BatchOptions, BatchRow
from leukdesk.domain.errors import BundleError, BundleReason, HistoryError, HistoryReason
from leukdesk.domain.finding import Failure
from leukdesk.domain.job import Job, JobState

if TYPE_CHECKING:
    from leukdesk.analysis.batch_run import BatchRun, Threads, Work
    from leukdesk.analysis.cell_work import KnownFields
    from leukdesk.analysis.ports import Predictor
    from leukdesk.bootstrap import Workbench
    from leukdesk.cluster.crew import ClusterCrew
    from leukdesk.domain.card import Card
    from leukdesk.domain.cell import CellAnalysis
    from leukdesk.report.class_folders import Sorted
    from leukdesk.report.overlays import Overlays
    from leukdesk.settings import Engine

PAGE = 1_000  # rows of a job that are read at once
_FIELDS = 8  # images a worker that are under way where cells are looked for: each takes long, so a crash costs little


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What a batch is to do."""

    paths: Sequence[Path]  # files and folders
    recursive: bool = False
    models: tuple[str | None, ...] = (None,)  # names, or None for the active model
    ensemble: bool = False  # the mean of the models instead of one answer of each
    reuse: bool = False  # take what was found before of the same content by the same model
    cells: bool = False  # find the cells of each image and ask one model of single cells about them
    heatmaps: Path | None = None  # write each image under the heatmap of its class into this folder
    sources: Sequence[Path] = ()  # what the batch is known by, where that is not `paths`: a folder that is watched


@dataclass(frozen=True, slots=True)
class RunOptions:
    """With what a batch is run this time; its results do not depend on it."""

    engine: Engine | None = None  # None: as set
    workers: int = 0  # threads; 0: as set
    batch_size: int = 64  # items that a crash may do a second time, at most
    explain: bool = False  # make heatmaps also where none are written
    scheduler: str = ""  # address of a Dask scheduler whose workers do it; empty: threads here


class Batches:
    """The batches of one workbench's history."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def create(self, user: int, plan: BatchPlan, *, case_id: int | None = None) -> Job:
        """List the files once and keep them as a job; nothing is classified yet.

        Raises `BundleError`, `HistoryError`.
        """
        from leukdesk.analysis.walk import find_images

        options = self._options(plan)
        walk = find_images([path.absolute() for path in plan.paths], recursive=plan.recursive)
        every = chain[Path | Failure](walk.failures, walk.images)
        found = (path for path in every for _ in options.models)
        return self._bench.history().jobs.create(user, found, case_id=case_id, options=options.as_mapping())

    def add(self, user: int, job_id: int, paths: Sequence[Path]) -> Job:
        """More files at the end of a batch, such as new ones of a watched folder."""
        jobs = self._bench.history().jobs
        options = BatchOptions.from_mapping(jobs.get(job_id).options)
        return jobs.extend(user, job_id, (path for path in paths for _ in options.models))

    def resume(self, user: int, plan: BatchPlan, *, case_id: int | None = None) -> Job:
        """The newest batch of the same files, models and case that was not cancelled, with files that came since.

        A new one where there is none. What was done is not done again, also of files that changed meanwhile.
        """
        from leukdesk.analysis.walk import find_images

        wanted, jobs = self._options(plan), self._bench.history().jobs
        for job in jobs.all():
            if job.state is JobState.CANCELLED or job.case_id != case_id or not wanted.same_work(options(job)):
                continue
            known = set(self._paths(job))
            walk = find_images([path.absolute() for path in plan.paths], recursive=plan.recursive)
            new = [path for path in walk.images if path not in known]
            return self.add(user, job.id, new)
        return self.create(user, plan, case_id=case_id)

    def get(self, job_id: int) -> Job:
        """A batch with its counts; `options(job)` says what it does."""
        return self._bench.history().jobs.get(job_id)

    def all(self, *, unfinished: bool = False) -> list[Job]:
        """Batches of whole images, the newest first; those that look for cells are the command line's."""
        kept = self._bench.history().jobs.all(unfinished=unfinished)
        return [job for job in kept if options(job).models and not options(job).cells]

    @contextmanager
    def open(self, job_id: int, user: int, how: RunOptions | None = None) -> Iterator[BatchRun]:
        """Load the models of a batch and be ready to go on with it; slow.

        Raises `BundleError` where a model is no longer what the batch began with, `EngineError`, `HistoryError`,
        `OutputError`.
        """
        from leukdesk.analysis.batch_run import BatchRun

        how = how or RunOptions()
        job = self.get(job_id)
        if job.state is JobState.CANCELLED:
            raise HistoryError(
                "this batch was cancelled", reason=HistoryReason.INVALID, advice="Start a new one of the same folder."
            )
        with ExitStack() as stack:
            crew = self._cluster(job, how, stack) if how.scheduler else self._threads(job, how, stack)
            size = min(how.batch_size, _FIELDS * crew.size) if options(job).cells else how.batch_size
            yield BatchRun(self._bench.history().jobs, job, crew, user=user, batch_size=size)

    def _threads(self, job: Job, how: RunOptions, stack: ExitStack) -> Threads:
        from leukdesk.analysis.batch_run import Threads

        asked, bench, workers = options(job), self._bench, how.workers or self._bench.threads
        predictors = [stack.enter_context(closing(one)) for one in self._predictors(asked, how.engine, workers)]
        limit_px, taken = bench.settings.limit_px, bench.settings.acquisition
        work: Work
        if asked.cells:
            from leukdesk.analysis.cell_work import CellWork

            known = self._known_fields(job) if asked.reuse else None
            work = CellWork(predictors[0], limit_px=limit_px, taken=taken, known=known)
        else:
            from leukdesk.analysis.batch_work import ImageWork

            work = ImageWork(
                predictors,
                limit_px=limit_px,
                explain=how.explain or bool(asked.heatmaps),
                taken=taken,
                known=self._known if asked.reuse else None,
                draw=self._overlays(job).write if asked.heatmaps else None,
            )
        return stack.enter_context(closing(Threads(work, workers)))

    def _cluster(self, job: Job, how: RunOptions, stack: ExitStack) -> ClusterCrew:
        from leukdesk.analysis.batch_work import known_already
        from leukdesk.analysis.cell_work import fields_already
        from leukdesk.cluster.crew import ClusterCrew, Known
        from leukdesk.cluster.station import Order

        asked, settings = options(job), self._bench.settings
        refs = [self._bench.load(key).ref for key in asked.members] or [one.ref for one in asked.models]
        order = Order(
            tuple((f"{one.name}-{one.version}", one.sha256) for one in refs),
            settings.limit_px,
            how.explain or bool(asked.heatmaps),
            how.engine,
            ensemble=bool(asked.members),
            pictures=bool(asked.heatmaps),
            cells=asked.cells,
        )
        bundles = [one.ref.sha256 for one in asked.models]
        known: Known = partial(known_already, bundles=bundles, known=self._known)
        if asked.cells:
            (card,) = self.cards(job).values()
            known = partial(fields_already, known=self._known_fields(job), temperature=card.temperature)
        crew = ClusterCrew(
            how.scheduler,
            order,
            settings.acquisition,
            known=known if asked.reuse else None,
            put=self._overlays(job).put if asked.heatmaps else None,
        )
        return stack.enter_context(closing(crew))

    def cards(self, job: Job) -> dict[str, Card]:
        """The cards of a batch's models by key. Raises `BundleError` where one is no longer installed."""
        asked = options(job)
        if asked.members:
            from leukdesk.inference.ensemble import ensemble_card

            return {asked.models[0].key: ensemble_card([self._bench.load(key).card for key in asked.members])}
        return {one.key: self._bench.load(one.key).card for one in asked.models}

    def rows(self, job_id: int) -> Iterator[BatchRow]:
        """All items of a batch in order, a page at a time."""
        jobs = self._bench.history().jobs
        for first in range(0, jobs.get(job_id).total, PAGE):
            yield from jobs.rows(job_id, first=first, count=PAGE)

    def fields(self, job_id: int) -> Iterator[CellAnalysis | Failure]:
        """The same of a batch that looks for cells: what was found in each image, without outlines."""
        jobs = self._bench.history().jobs
        for first in range(0, jobs.get(job_id).total, PAGE):
            yield from jobs.fields(job_id, first=first, count=PAGE)

    def paths(self, job_id: int) -> list[Path]:
        """The files of a batch, each once."""
        return list(self._paths(self.get(job_id)))

    def retry_failed(self, job_id: int) -> Job:
        """Failed items wait again; open the batch to do them."""
        return self._bench.history().jobs.retry_failed(job_id)

    def cancel(self, job_id: int) -> Job:
        """End a batch that is not open; what was not done is skipped."""
        return self._bench.history().jobs.cancel(job_id)

    def export(self, job_id: int, path: Path) -> None:
        """Write all items (all cells, where these were looked for) as CSV, JSON or XLSX, as the name ends.

        Raises `OutputError`; `BundleError` where cells were named by a model that is no longer installed.
        """
        from leukdesk.report.batch_table import write_batch, write_rows
        from leukdesk.report.cell_table import cell_columns, cell_rows

        job = self.get(job_id)
        if options(job).cells:
            (card,) = self.cards(job).values()
            write_rows(cell_rows(self.fields(job_id), card), cell_columns(card), path)
            return
        write_batch(self.rows(job_id), options(job).models, path)

    def sort_into(self, job_id: int, folder: Path, *, link: bool = False) -> Sorted:
        """Copy the images of a batch into folders by class, or link them there. Raises `OutputError`."""
        from leukdesk.report.class_folders import sort_into

        job = self.get(job_id)
        by_model = len(options(job).models) > 1
        return sort_into(self.rows(job_id), self._paths(job), folder, link=link, by_model=by_model)

    def send_to_case(self, user: int, job_id: int, numbers: Sequence[int], case_id: int) -> int:
        """Record the findings of some items in another case too, without asking the models; how many."""
        history = self._bench.history()
        rows = [history.jobs.rows(job_id, first=number, count=1)[0] for number in numbers]
        found = [(one.finding, one.path) for one in rows if one.finding is not None and one.label]
        for finding, path in found:
            history.findings.reuse(user, case_id, finding, path)
        return len(found)

    def _predictors(self, asked: BatchOptions, engine: Engine | None, callers: int) -> Iterator[Predictor]:
        keys = asked.members or [one.key for one in asked.models]
        opened: list[Predictor] = [self._bench.open(key, engine=engine, callers=callers) for key in keys]
        if asked.members:
            from leukdesk.inference.ensemble import EnsemblePredictor

            opened = [EnsemblePredictor(opened)]
        yield from opened
        for wanted, predictor in zip(asked.models, opened, strict=True):
            if predictor.bundle.sha256 != wanted.ref.sha256:
                raise BundleError(
                    "this model is no longer the one the batch began with",
                    reason=BundleReason.WRONG_HASH,
                    subject=wanted.key,
                    advice="Put the former model back, or cancel the batch and start a new one.",
                )

    def _overlays(self, job: Job) -> Overlays:
        from leukdesk.report.overlays import Overlays

        asked, limit_px = options(job), self._bench.settings.limit_px
        return Overlays(Path(asked.heatmaps), self._paths(job), limit_px=limit_px, by_model=len(asked.models) > 1)

    def _paths(self, job: Job) -> Iterator[Path]:
        jobs = self._bench.history().jobs
        for first in range(0, job.total, PAGE):
            yield from dict.fromkeys(item.path for item in jobs.items(job.id, offset=first, limit=PAGE))

    def _known(self, hashes: Sequence[str], bundle_sha256: str) -> dict[str, int]:
        found = self._bench.history().findings.known(hashes, bundle_sha256)
        return {sha256: one.id for sha256, one in found.items()}

    def _known_fields(self, job: Job) -> KnownFields:
        (model,) = options(job).models
        return partial(self._bench.history().jobs.known_fields, bundle_sha256=model.ref.sha256)

    def _options(self, plan: BatchPlan) -> BatchOptions:
        bundles = [self._bench.load(name) for name in plan.models]
        if plan.cells:
            from leukdesk.analysis.cells import require_cell_scope

            require_cell_scope(bundles[0].card)
        models = tuple(BatchModel(one.ref, one.card.class_ids) for one in bundles)
        members: tuple[str, ...] = ()
        if plan.ensemble:
            from leukdesk.inference.ensemble import ensemble_card, ensemble_ref

            card = ensemble_card([one.card for one in bundles])
            members = tuple(one.key for one in models)
            models = (BatchModel(ensemble_ref(card, [one.ref for one in bundles]), card.class_ids),)
        return BatchOptions(
            models=models,
            members=members,
            sources=tuple(str(path.absolute()) for path in plan.sources or plan.paths),
            recursive=plan.recursive,
            reuse=plan.reuse,
            heatmaps=str(plan.heatmaps.absolute()) if plan.heatmaps else "",
            cells=plan.cells,
        )


def options(job: Job) -> BatchOptions:
    """What a batch was asked to do."""
    return BatchOptions.from_mapping(job.options)
