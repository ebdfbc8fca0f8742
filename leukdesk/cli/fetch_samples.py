"""`leukdesk fetch-samples`: the program's only network access, and only when asked for."""

from __future__ import annotations

import argparse
from pathlib import Path

from leukdesk.bootstrap import Workbench
from leukdesk.cli import exit_status
from leukdesk.cli.terminal import note, out, plain


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said on the command line."""
    parser.add_argument("--to", type=Path, metavar="DIR", help="default: a folder in your user data")
    parser.add_argument("--base-url", default="", metavar="URL", help="a mirror; the pinned SHA-256 still decide")


def run(arguments: argparse.Namespace) -> int:
    """Fetch, and print where the images are, one a line."""
    bench = Workbench()
    wanted = bench.open_fields()
    note(f"{wanted.title}. Source: {wanted.source}, licence: {wanted.licence}.")
    for path in bench.fetch_open_fields(arguments.to, base_url=arguments.base_url):
        out(plain(path))
    return exit_status.DONE
