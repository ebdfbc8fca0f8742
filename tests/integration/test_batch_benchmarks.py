"""The short versions of `python -m benchmarks.batch_kills` and `python -m benchmarks.batch_load`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def said_by(*words: str) -> str:
    """In a process of its own, which forks before it has threads, or gives up rights."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
def test_a_batch_that_is_killed_again_and_again_ends_as_if_nobody_had() -> None:
    said = said_by("benchmarks.batch_kills", "--kills", "6", "--images", "300")
    assert "kills=6" in said
    assert "twice=0, gaps=0, same_file=True" in said


@pytest.mark.skipif(os.name == "nt", reason="takes a user's rights away")
def test_every_damaged_file_is_listed_with_its_reason() -> None:
    said = said_by("benchmarks.batch_load", "--images", "260")
    assert "Result(rows=260, wrong=0" in said
    assert "'permission': 2" in said
