"""Run `leukdesk` as a user does: in a process of its own, or in this one where only its answer matters."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from leukdesk.cli.main import main

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    status: int
    out: str
    err: str


def in_process(capsys: pytest.CaptureFixture[str], *arguments: object) -> Answer:
    """Run a command in this process; a window would be an error."""

    def no_window(paths: list[Path], *, sample: bool = False) -> int:
        raise AssertionError(f"a window was opened: {paths} {sample}")

    try:
        status = main([str(one) for one in arguments], no_window)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    said = capsys.readouterr()
    return Answer(status, said.out, said.err)


def in_own_process(*arguments: object, cwd: Path = ROOT, **environment: str) -> Answer:
    """Run a command in a process of its own."""
    paths = filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])
    done = subprocess.run(
        command(*arguments),
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def command(*arguments: object) -> Sequence[str]:
    """The words of a command line."""
    return [sys.executable, "-m", "leukdesk", *map(str, arguments)]
