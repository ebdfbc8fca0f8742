"""The window or the command line, chosen from the arguments."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

from leukdesk.cli import exit_status
from leukdesk.cli.commands import COMMANDS
from leukdesk.cli.terminal import can_open_window, note


def main() -> int:
    """Run leukdesk; returns the exit status. Only what the window needs is loaded on the way to it."""
    # leukdesk's threads are its lanes and engines. Those of NumPy's BLAS spin after each product, and take their cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = sys.argv[1:]
    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        from leukdesk import logs, paths
        from leukdesk.cli.main import main as command_line

        logs.start(paths.log_folder())
        logs.record_bugs()
        return command_line(arguments, open_window)
    return open_window([Path(argument) for argument in arguments])


def open_window(
    paths: list[Path], *, sample: bool = False, theme: str = "", widgets: bool = False, alone: bool = False
) -> int:
    """Open the window as `cli.main.OpenWindow` says; returns the exit status once it is closed."""
    if not can_open_window():
        note("leukdesk: there is no display for a window. `leukdesk classify` and the other commands need none.")
        return exit_status.USAGE
    gc.disable()  # what is loaded now is no garbage; `app.main.favour_the_window` says who collects afterwards
    try:
        from leukdesk.app.plain_imports import use_plain_imports

        use_plain_imports()
        from leukdesk.app.main import run, show_widgets
    except ImportError as error:
        if not (error.name or "").startswith("PySide6"):
            raise
        note(f"leukdesk: the window cannot be loaded ({error}). README.md names the system packages it needs.")
        return exit_status.USAGE
    if widgets:
        gc.enable()
        return show_widgets(theme)
    return run(paths, sample=sample, theme=theme, alone=alone)


if __name__ == "__main__":
    sys.exit(main())
