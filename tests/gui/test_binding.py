"""The pinned PySide6 counts references to None correctly (docs/decisions/0002-pyside6-pin.md)."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject

CALLS = 100_000


def test_calls_that_return_nothing_do_not_lose_none() -> None:
    """PySide6 6.12.0 on Python 3.11 lost one reference a call; from Python 3.12 on None is immortal."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        thing.setObjectName("cell")
    assert before - sys.getrefcount(None) < CALLS // 100
