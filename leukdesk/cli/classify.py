"""`leukdesk classify`: the window's work without the window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.bootstrap import Workbench
from leukdesk.cli import exit_status
from leukdesk.cli.classify_batch import add_batch_options, classify_batch, is_batch
from leukdesk.cli.classify_cells import add_cell_options, classify_cells, refuse_combinations
from leukdesk.cli.progress import progress
from leukdesk.cli.results import Tally, write_screen
from leukdesk.cli.session import add_user
from leukdesk.cli.terminal import note, plain
from leukdesk.report.atomic import require_writable
from leukdesk.report.batch_table import FORMS, write_rows
from leukdesk.report.table import columns, rows
from leukdesk.settings import ENGINES

if TYPE_CHECKING:
    from leukdesk.analysis.ports import Predictor
    from leukdesk.analysis.walk import Walk
    from leukdesk.domain.finding import Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said on the command line."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="an image or a folder of images")
    parser.add_argument(
        "--model",
        action="append",
        metavar="NAME",
        help="a model (all-stage) or one version of it (all-stage-1.0); several times for several",
    )
    parser.add_argument(
        "--out",
        type=_table_file,
        metavar="FILE.{csv,json,xlsx}",
        help="write results here; without it, a table on stdout",
    )
    parser.add_argument(
        "--heatmaps", type=Path, metavar="DIR", help="write each image under the heatmap of its class into this folder"
    )
    parser.add_argument("--engine", choices=ENGINES, help="default: as set, which is auto unless changed")
    add_batch_options(parser)
    add_user(parser)
    add_cell_options(parser)
    parser.add_argument("--recursive", action="store_true", help="look into folders inside folders")


def run(arguments: argparse.Namespace) -> int:
    """Classify; 0 if every image was, 3 if some could not be."""
    from leukdesk.analysis.walk import find_images

    bench = Workbench()
    if arguments.out:
        require_writable(arguments.out)
    if arguments.jobs:
        bench.settings = replace(bench.settings, threads=arguments.jobs)
    if arguments.cells:
        refuse_combinations(arguments)
    if is_batch(arguments):
        return classify_batch(bench, arguments)
    walk = find_images(arguments.paths, recursive=arguments.recursive)
    if arguments.cells:
        return classify_cells(bench, walk, arguments)
    name = arguments.model[0] if arguments.model else None
    with closing(bench.open(name, engine=arguments.engine, callers=bench.threads)) as predictor:
        tally = Tally(predictor.card)
        outcomes = tally.counting(_outcomes(bench, walk, predictor, arguments.heatmaps, bar=bool(arguments.out)))
        if arguments.out:
            write_rows(rows(outcomes, predictor.card), columns(predictor.card), arguments.out)
        else:
            write_screen(outcomes, predictor.card, [*walk.images, *(one.path for one in walk.failures)])
        tally.tell(walk, predictor)
    for written in filter(None, (arguments.out, arguments.heatmaps)):
        note(f"Written: {plain(written)}")
    return exit_status.SOME_FAILED if tally.failures else exit_status.DONE


def _outcomes(
    bench: Workbench, walk: Walk, predictor: Predictor, heatmaps: Path | None, *, bar: bool
) -> Iterator[Outcome]:
    found = bench.analyse_files(walk.images, predictor, explain=heatmaps is not None)
    if heatmaps is not None:
        found = bench.with_overlays(found, heatmaps, walk.images)
    # A table that scrolls by on the same terminal is progress enough.
    visible = bar or not sys.stdout.isatty()
    return chain(walk.failures, progress(found, total=len(walk.images), visible=visible))


def _table_file(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in FORMS:
        raise argparse.ArgumentTypeError("the name must end in .csv, .json or .xlsx")
    return path
