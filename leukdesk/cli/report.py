"""`leukdesk report`: one case as a file to read, to print or to reckon with."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from leukdesk.bootstrap import Workbench
from leukdesk.cli import exit_status
from leukdesk.cli.history import named_case
from leukdesk.cli.session import acting, add_user
from leukdesk.cli.terminal import note, plain
from leukdesk.report.case_file import FORMS, form_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said on the command line."""
    parser.add_argument("case", metavar="CASE", help="accession number")
    parser.add_argument("--out", type=Path, required=True, metavar=f"FILE.{{{','.join(FORMS)}}}", help="write it here")
    parser.add_argument(
        "--pictures", type=int, default=60, metavar="N", help="pictures of the first N images (default 60, 0: none)"
    )
    add_user(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write it; that the case was taken out is in its audit chain."""
    form_of(arguments.out)
    with closing(Workbench()) as bench:
        history = bench.history()
        user = acting(history, arguments.user)
        case = named_case(history, arguments.case)
        record = history.export(user.id, case.id)
        with bench.case_report(record, history.trail.head()) as report:
            shown = max(0, arguments.pictures)
            chosen = replace(report, most_pictures=shown, picture=report.picture if shown else None)
            bench.write_report(chosen, arguments.out)
    note(f"Written: {plain(arguments.out)}. It holds the case's identifiers.")
    if report.unsigned:
        note("This case is not signed, and every page says so.")
    return exit_status.DONE
