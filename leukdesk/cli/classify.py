"""`leukdesk classify`: the window's work without the window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.bootstrap import Workbench
from leukdesk.cli import exit_status
from leukdesk.cli.classify_cells import add_cell_options, classify_cells
from leukdesk.cli.progress import progress
from leukdesk.cli.results import Tally, write_screen
from leukdesk.cli.session import acting, add_user
from leukdesk.cli.terminal import note, plain
from leukdesk.report.atomic import replacing
from leukdesk.report.table import write_csv, write_json
from leukdesk.settings import ENGINES

if TYPE_CHECKING:
    from leukdesk.analysis.ports import Predictor
    from leukdesk.analysis.walk import Walk
    from leukdesk.domain.finding import Outcome

    Recorder = Callable[[Iterator[Outcome]], Iterator[Outcome]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said on the command line."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="an image or a folder of images")
    parser.add_argument("--model", metavar="NAME", help="a model (all-stage) or one version of it (all-stage-1.0)")
    parser.add_argument(
        "--out", type=_table_file, metavar="FILE.{csv,json}", help="write results here; without it, a table on stdout"
    )
    parser.add_argument(
        "--heatmaps", type=Path, metavar="DIR", help="write each image under the heatmap of its class into this folder"
    )
    parser.add_argument("--engine", choices=ENGINES, help="default: as set, which is auto unless changed")
    parser.add_argument(
        "--record", metavar="CASE", help="keep the findings in this case (accession number) of the history"
    )
    add_user(parser)
    add_cell_options(parser)
    parser.add_argument("--recursive", action="store_true", help="look into folders inside folders")


def run(arguments: argparse.Namespace) -> int:
    """Classify; 0 if every image was, 3 if some could not be."""
    from leukdesk.analysis.walk import find_images

    bench = Workbench()
    walk = find_images(arguments.paths, recursive=arguments.recursive)
    if arguments.cells:
        return classify_cells(bench, walk, arguments)
    with ExitStack() as stack:
        stream = stack.enter_context(replacing(arguments.out)) if arguments.out else None
        predictor = stack.enter_context(
            closing(bench.open(arguments.model, engine=arguments.engine, callers=bench.threads))
        )
        record = _recorder(stack.enter_context(closing(bench)), predictor, arguments) if arguments.record else None
        outcomes = _outcomes(bench, walk, predictor, arguments.heatmaps, record, bar=stream is not None)
        tally = Tally(predictor.card)
        if stream is None:
            write_screen(tally.counting(outcomes), predictor.card, [*walk.images, *(one.path for one in walk.failures)])
        else:
            write = write_json if arguments.out.suffix.lower() == ".json" else write_csv
            write(tally.counting(outcomes), predictor.card, stream)
        tally.tell(walk, predictor)
    for written in filter(None, (arguments.out, arguments.heatmaps)):
        note(f"Written: {plain(written)}")
    return exit_status.SOME_FAILED if tally.failures else exit_status.DONE


def _outcomes(
    bench: Workbench, walk: Walk, predictor: Predictor, heatmaps: Path | None, record: Recorder | None, *, bar: bool
) -> Iterator[Outcome]:
    found = bench.analyse_files(walk.images, predictor, explain=heatmaps is not None)
    if record is not None:
        found = record(found)
    if heatmaps is not None:
        found = bench.with_overlays(found, heatmaps, walk.images)
    # A table that scrolls by on the same terminal is progress enough.
    visible = bar or not sys.stdout.isatty()
    return chain(walk.failures, progress(found, total=len(walk.images), visible=visible))


def _recorder(bench: Workbench, predictor: Predictor, arguments: argparse.Namespace) -> Recorder:
    """What records outcomes in the named case, which is opened if there is none of this name."""
    from leukdesk.domain.case import CaseDetails

    history = bench.history()
    user = acting(history, arguments.user).id
    found = history.cases.by_accession(arguments.record)
    case = found or history.cases.open(user, CaseDetails(arguments.record))
    note(f"Recording in {'case' if found else 'the new case'} {plain(case.details.accession)}.")

    def record(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        yield from bench.recording(outcomes, predictor, user=user, case_id=case.id)
        history.backup_if_due()

    return record


def _table_file(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in (".csv", ".json"):
        raise argparse.ArgumentTypeError("the name must end in .csv or .json")
    return path
