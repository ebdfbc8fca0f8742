"""`leukdesk doctor`: is this installation whole? Its output can be sent to anyone: it names no person, path or host."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from leukdesk import paths
from leukdesk.bootstrap import Workbench
from leukdesk.cli import exit_status
from leukdesk.cli.checks import Check, State, checks
from leukdesk.cli.installed_files import installed_files
from leukdesk.cli.terminal import note, out, plain
from leukdesk.domain.errors import DataError, SettingsError
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.logs import redact
from leukdesk.settings import ENGINES, Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said on the command line."""
    parser.add_argument("--engine", choices=ENGINES, help="run the golden samples on this engine; default: as set")
    parser.add_argument(
        "--self-test", action="store_true", help="work through a short case too, and write the result as a dated text"
    )
    parser.add_argument("--to", type=Path, metavar="DIR", help="where the self-test writes its result")


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each check; 3 where something is broken."""
    done = []
    for check in _checks(arguments):
        done.append(check)
        out(f"{check.state:8}{check.name:24}{plain(redact(check.text))}")
    broken = sum(check.state is State.BROKEN for check in done)
    out(f"{broken} broken." if broken else "All is well.")
    out(RESEARCH_USE)
    if arguments.self_test:
        _file(done, arguments.to or paths.user_data() / "self-tests")
    return exit_status.SOME_FAILED if broken else exit_status.DONE


def _checks(arguments: argparse.Namespace) -> Iterator[Check]:
    bench, trouble = _workbench()
    yield from trouble
    if arguments.self_test:
        yield from installed_files()
    yield from checks(bench, arguments.engine)
    if arguments.self_test:
        yield from _self_test(bench)


def _self_test(bench: Workbench) -> Iterator[Check]:
    from leukdesk.cli.self_test import self_test

    try:
        sample = bench.sample()
    except DataError:
        return  # without it nothing can be tried; the check of the sample case has said so, and failed
    yield from self_test(sample)


def _file(done: list[Check], folder: Path) -> None:
    from leukdesk.cli.qualification import write_result

    note(f"Written: {plain(write_result(done, folder))}")


def _workbench() -> tuple[Workbench, list[Check]]:
    try:
        return Workbench(), []
    except SettingsError as error:
        return Workbench(Settings()), [Check("settings", State.BROKEN, f"{error.what}. {error.advice}")]
