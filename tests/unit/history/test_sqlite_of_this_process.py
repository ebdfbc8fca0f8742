"""TensorFlow brings an SQLite of its own: the history must not be given it."""

from __future__ import annotations

import subprocess
import sys

import pytest

WORDS = "create virtual table words using fts5(word)"


@pytest.mark.slow
def test_full_text_search_is_there_beside_tensorflow() -> None:
    program = f"""
import leukdesk, tensorflow, sqlite3
sqlite3.connect(":memory:").execute({WORDS!r})
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
