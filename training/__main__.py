"""`leukdesk-train`: its own process, without Qt and without the program."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from leukdesk import __version__
from leukdesk.domain.errors import Cancelled, KnownError
from training import adapt_command, command
from training.datasets import command as datasets_command
from training.evaluation_page import command as page_command
from training.failing import tell_failure
from training.planning import command as planning_command
from training.systems import command as systems_command

DONE, BUG, USAGE, STOPPED = 0, 1, 2, 4


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; 0 done, 2 the input cannot be used (the message says why), 4 stopped as wished."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    parser = argparse.ArgumentParser(prog="leukdesk-train", description="Train, evaluate and publish models.")
    parser.add_argument("--version", action="version", version=f"leukdesk {__version__}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    command.add_parsers(subparsers)
    datasets_command.add_parsers(subparsers)
    systems_command.add_parsers(subparsers)
    page_command.add_parsers(subparsers)
    adapt_command.add_parsers(subparsers)
    planning_command.add_parsers(subparsers)
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.func(arguments))
    except KnownError as error:
        tell_failure(error, arguments)
        sys.stderr.write(f"leukdesk-train: {error}\n")
        return USAGE
    except Cancelled:
        return STOPPED
    except BrokenPipeError:  # the reader of our output has gone; nothing is lost, everything is in the run's folder
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BUG
    except Exception as error:
        tell_failure(error, arguments)
        raise


if __name__ == "__main__":
    sys.exit(main())
