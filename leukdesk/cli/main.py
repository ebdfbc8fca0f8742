"""The command line: find the command, run it, and turn errors of the user's world into a message and a status."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol

from leukdesk import __version__
from leukdesk.cli import exit_status
from leukdesk.cli.commands import COMMANDS
from leukdesk.cli.terminal import note, plain, prepare_streams
from leukdesk.domain.errors import KnownError
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.settings import THEMES

_log = logging.getLogger("leukdesk.cli")


class OpenWindow(Protocol):
    """The window, which this room cannot know."""

    def __call__(
        self, paths: list[Path], *, sample: bool = False, theme: str = "", widgets: bool = False, alone: bool = False
    ) -> int:
        """Open it on images and folders, on the sample case, or on all its widgets; returns the exit status at its end.

        `theme`: one of `settings.THEMES`, this time only; empty for the one in the settings. A window that is open
        already is asked to open them, unless a theme is named or `alone` is true.
        """


def main(arguments: Sequence[str], open_window: OpenWindow) -> int:
    """Run one command, or open the window, and return the exit status."""
    prepare_streams()
    try:
        status = _run(arguments, open_window)
        sys.stdout.flush()
    except KnownError as error:
        _log.warning("%s: %s", type(error).__name__, error.reason)
        note(f"leukdesk: {plain(error)}")
        return exit_status.USAGE
    except KeyboardInterrupt:
        note("Interrupted.")
        return exit_status.INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough; Python would complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_status.DONE
    return status


def _run(arguments: Sequence[str], open_window: OpenWindow) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        chosen = _overview().parse_args(arguments)
        return open_window(chosen.paths, theme=chosen.theme, widgets=chosen.widgets, alone=chosen.new_window)
    module_name, summary = COMMANDS[arguments[0]]
    command = import_module(module_name)
    parser = argparse.ArgumentParser(f"leukdesk {arguments[0]}", description=summary, epilog=RESEARCH_USE)
    command.add_arguments(parser)
    chosen = parser.parse_args(arguments[1:])
    chosen.open_window = open_window
    status: int = command.run(chosen)
    _log.info("%s ended with %d", arguments[0], status)
    return status


def _overview() -> argparse.ArgumentParser:
    lines = "\n".join(f"  {name:15}{summary}" for name, (_, summary) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        "leukdesk",
        description="See what a leukaemia CNN sees in a blood smear. Without a command, open the window.",
        epilog=f"commands (leukdesk COMMAND --help says more):\n{lines}\n\n{RESEARCH_USE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="images or folders to open")
    parser.add_argument("--theme", choices=THEMES, default="", help="colours of the window, this time only")
    parser.add_argument("--new-window", action="store_true", help="a window of its own, where one is open already")
    parser.add_argument("--widgets", action="store_true", help="show all widgets of the window in their states")
    parser.add_argument("--version", action="version", version=f"leukdesk {__version__}")
    return parser
