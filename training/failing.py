"""The last event of a command that fails: `failed`, with a reason, what happened and what to do."""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import sys
import time
from pathlib import Path
from typing import Any

from leukdesk.domain.errors import KnownError, OutputError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_ORDER = "order"  # what the window keeps in the folder of a run before there is a run


def tell_failure(error: BaseException, arguments: argparse.Namespace) -> None:
    """Say on standard output, and in the folder of the run where the command has one, why the command failed.

    What cannot be written is left out: the error itself still ends the process.
    """
    line = json.dumps({"event": "failed", "time": round(time.time(), 3), **failure_of(error)}) + "\n"
    folder = folder_of(arguments)
    with contextlib.suppress(OSError):
        if folder is not None:
            with (folder / "events.jsonl").open("a", encoding="utf-8") as stream:
                stream.write(line)
    with contextlib.suppress(OSError):
        sys.stdout.write(line)
        sys.stdout.flush()


def failure_of(error: BaseException) -> dict[str, str]:
    """`reason` (data, memory, disk, bug, or the error's own), `what`, `subject` and `advice`."""
    if _ran_out_of_memory(error):
        what, advice = "the memory of this machine, or of its GPU, was not enough", "Close other programs, or choose a "
        return _said("memory", what, "", advice + "smaller batch or a smaller network, and go on.")
    if isinstance(error, OutputError):
        return _said("disk", error.what, error.subject, error.advice)
    if isinstance(error, KnownError):
        return _said(error.reason, error.what, error.subject, error.advice)
    if isinstance(error, OSError) and error.errno in _FULL:
        return _said("disk", "the disk is full", str(error.filename or ""), "Free some space and go on.")
    if isinstance(error, FileNotFoundError):
        return _said("data", "is no longer there", str(error.filename or ""), "Bring the file back and go on.")
    what = f"leukdesk-train made a mistake: {type(error).__name__}"
    return _said("bug", what, "", "Try once more; if it happens again, copy the details and tell the makers.")


def folder_of(arguments: argparse.Namespace) -> Path | None:
    """The folder of the run that a command works in, if it stands already."""
    for name in ("run", "out"):
        folder = getattr(arguments, name, None)
        if isinstance(folder, Path) and ((folder / "run.json").is_file() or (folder / _ORDER).is_dir()):
            return folder
    return None


def may_begin_in(folder: Path) -> bool:
    """Whether a run may be made here: nothing is there, or the window's order for a run that was not begun in full."""
    return not folder.exists() or ((folder / _ORDER).is_dir() and not (folder / "run.json").exists())


def _ran_out_of_memory(error: BaseException) -> bool:
    """TensorFlow's own error is known by its name, so that it need not be imported for this."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return isinstance(error, MemoryError) or bool(names & {"ResourceExhaustedError", "_ArrayMemoryError"})


def _said(reason: Any, what: str, subject: str, advice: str) -> dict[str, str]:
    return {"reason": str(reason), "what": what, "subject": subject, "advice": advice}
