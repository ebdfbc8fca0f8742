"""The window or the command line, chosen from the arguments."""

from __future__ import annotations

import sys
from pathlib import Path

from leukdesk.cli.commands import COMMANDS


def main() -> int:
    """Run leukdesk; returns the exit status. Nothing on the way to the window loads the command line."""
    arguments = sys.argv[1:]
    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        from leukdesk.cli.main import main as command_line

        return command_line(arguments, open_window)
    return open_window([Path(argument) for argument in arguments])


def open_window(paths: list[Path]) -> int:
    """Open the window on images and folders; returns the exit status once it is closed."""
    from leukdesk.app.main import run

    return run(paths)


if __name__ == "__main__":
    sys.exit(main())
