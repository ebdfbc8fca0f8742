"""The short version of `python -m benchmarks.history_kills`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
def test_killed_while_writing_nothing_acknowledged_is_lost() -> None:
    """In a process of its own, which forks before it has threads."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.history_kills", "--kills", "25"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "kills=25" in done.stdout
    assert "lost=0, broken=0, wrong_items=0" in done.stdout
    assert "acknowledged=0" not in done.stdout
