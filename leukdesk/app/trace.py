"""When the window was painted and the first finding was on screen, for `benchmarks/startup.py`.

`LEUKDESK_STARTUP_TRACE=FILE` makes the window append one JSON line for each event: `{"event": "painted", "ns": ...,
"cpu_ns": ...}` with nanoseconds of the monotonic clock, which all processes of a machine share, and of processor time
since the start.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

VARIABLE = "LEUKDESK_STARTUP_TRACE"


class Trace:
    """Writes each event once; does nothing where nobody asked for it."""

    def __init__(self) -> None:
        self._file = os.environ.get(VARIABLE, "")
        self._told: set[str] = set()

    def waits_for(self, event: str) -> bool:
        """Whether somebody asked for it and it has not happened yet."""
        return bool(self._file) and event not in self._told

    def mark(self, event: str) -> None:
        """An event happened now: "painted", "model" (loaded), "picture" or "prediction" (on screen)."""
        if not self.waits_for(event):
            return
        self._told.add(event)
        with Path(self._file).open("a", encoding="utf-8") as stream:
            told = {"event": event, "ns": time.monotonic_ns(), "cpu_ns": time.process_time_ns()}
            stream.write(json.dumps(told) + "\n")
