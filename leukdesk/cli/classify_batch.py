"""`leukdesk classify` with --record, --resume and the like: a batch that is kept in the case history."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from leukdesk.batches import Batches, BatchPlan, RunOptions
from leukdesk.cli import exit_status
from leukdesk.cli.classify_cells import tell_cells
from leukdesk.cli.progress import progress
from leukdesk.cli.results import Tally, write_screen_rows
from leukdesk.cli.session import acting, case_named
from leukdesk.cli.terminal import note, plain
from leukdesk.domain.job import ItemState, Job

if TYPE_CHECKING:
    from leukdesk.bootstrap import Workbench
    from leukdesk.domain.batch import BatchRow


def add_batch_options(parser: argparse.ArgumentParser) -> None:
    """What can be said about a batch."""
    parser.add_argument(
        "--record", metavar="CASE", help="keep the findings in this case (accession number) of the history"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on where the same batch was interrupted, with files that came since; keeps it in the history",
    )
    parser.add_argument("--jobs", type=_count, metavar="N", help="threads that work (default: as set, or one a core)")
    parser.add_argument(
        "--batch-size", type=_count, default=64, metavar="N", help="images a crash may do again at most (default: 64)"
    )
    parser.add_argument(
        "--reuse", action="store_true", help="take what the same model found before in the same content"
    )
    parser.add_argument(
        "--ensemble", action="store_true", help="with several --model: the mean of their probabilities as one answer"
    )
    parser.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="let the workers of a Dask cluster, which see the same folders, do it (tcp://host:8786 or tls://...)",
    )


def is_batch(arguments: argparse.Namespace) -> bool:
    """Whether what was asked for needs a batch that is kept."""
    several = len(arguments.model or ()) > 1
    kept = arguments.record or arguments.resume or arguments.reuse or arguments.scheduler
    return bool(kept or several or arguments.ensemble)


def classify_batch(bench: Workbench, arguments: argparse.Namespace) -> int:
    """Begin a batch, or go on with it, and write what came of it; 3 if some images could not be classified."""
    batches = Batches(bench)
    with closing(bench):
        user = acting(bench.history(), arguments.user).id
        job = _job(batches, bench, user, arguments)
        for _ in progress(_rows(batches, job, user, arguments), total=_left(job)):
            pass
        bench.history().backup_if_due()
        return _tell(batches, job, arguments)


def _job(batches: Batches, bench: Workbench, user: int, arguments: argparse.Namespace) -> Job:
    plan = BatchPlan(
        arguments.paths,
        recursive=arguments.recursive,
        models=tuple(arguments.model or ([bench.cell_model()] if arguments.cells else (None,))),
        ensemble=arguments.ensemble,
        reuse=arguments.reuse,
        cells=arguments.cells,
        heatmaps=arguments.heatmaps,
    )
    begin = batches.resume if arguments.resume else batches.create
    return begin(user, plan, case_id=case_named(bench.history(), user, arguments.record) if arguments.record else None)


def _rows(batches: Batches, job: Job, user: int, arguments: argparse.Namespace) -> Iterator[BatchRow]:
    if not _left(job):
        return
    how = RunOptions(arguments.engine, arguments.jobs or 0, arguments.batch_size, scheduler=arguments.scheduler)
    with batches.open(job.id, user, how) as run, closing(run.events()) as events:
        try:
            for event in events:
                yield from event.latest
        except KeyboardInterrupt:
            note("What was done is kept. The same command with --resume goes on.")
            raise


def _left(job: Job) -> int:
    return job.counts.get(ItemState.WAITING, 0) + job.counts.get(ItemState.RUNNING, 0)


def _tell(batches: Batches, job: Job, arguments: argparse.Namespace) -> int:
    cards = batches.cards(job)
    if arguments.cells:
        (card,) = cards.values()
        return tell_cells(batches.fields(job.id), card, arguments)
    tally = Tally(next(iter(cards.values())))
    rows = tally.counting_rows(batches.rows(job.id))
    if arguments.out:
        for _ in rows:
            pass
        batches.export(job.id, arguments.out)
    else:
        write_screen_rows(rows, cards)
    tally.tell_counts()
    for card in cards.values():
        tally.tell_model(card, "")
    if arguments.reuse and arguments.heatmaps:
        note("Images whose answer was found before have no new heatmap: without --reuse all of them have.")
    for written in filter(None, (arguments.out, arguments.heatmaps)):
        note(f"Written: {plain(written)}")
    return exit_status.SOME_FAILED if tally.failures else exit_status.DONE


def _count(text: str) -> int:
    value = int(text) if text.isdecimal() else 0
    if not 1 <= value <= 4096:
        raise argparse.ArgumentTypeError("a number from 1 to 4096")
    return value
