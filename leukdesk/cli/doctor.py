"""`leukdesk doctor`: is this installation whole? Its output can be sent to anyone: it names no person, path or host."""

from __future__ import annotations

import argparse

from leukdesk.bootstrap import Workbench
from leukdesk.cli import exit_status
from leukdesk.cli.checks import Check, State, checks
from leukdesk.cli.terminal import out, plain
from leukdesk.domain.errors import SettingsError
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.logs import redact
from leukdesk.settings import ENGINES, Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said on the command line."""
    parser.add_argument("--engine", choices=ENGINES, help="run the golden samples on this engine; default: as set")


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each check; 3 where something is broken."""
    bench, broken = _workbench()
    for check in checks(bench, arguments.engine):
        broken += check.state is State.BROKEN
        _print(check)
    out(f"{broken} broken." if broken else "All is well.")
    out(RESEARCH_USE)
    return exit_status.SOME_FAILED if broken else exit_status.DONE


def _workbench() -> tuple[Workbench, int]:
    try:
        return Workbench(), 0
    except SettingsError as error:
        _print(Check("settings", State.BROKEN, f"{error.what}. {error.advice}"))
        return Workbench(Settings()), 1


def _print(check: Check) -> None:
    out(f"{check.state:8}{check.name:24}{plain(redact(check.text))}")
