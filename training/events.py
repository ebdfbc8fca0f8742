"""What a run says while it runs: one JSON object a line, on standard output and in the run's folder."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from training.checkpoint import unwritable


class EventLog:
    """Writes each event to `events.jsonl` and to standard output, flushed, so that a reader sees it at once."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "events.jsonl"

    def __call__(self, event: str, **fields: Any) -> None:
        """Say one event; fields must be JSON values."""
        line = json.dumps({"event": event, "time": round(time.time(), 3), **fields})
        try:
            with self._file.open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")
        except OSError as error:
            raise unwritable(self._file, error) from error
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def memory_mb() -> int:
    """What this process holds of the machine's memory, in MB."""
    return int(psutil.Process().memory_info().rss / 1e6)


def read_events(folder: Path) -> list[dict[str, Any]]:
    """All events of a run so far; a last line cut by a crash is left out."""
    lines = (folder / "events.jsonl").read_text("utf-8").split("\n")
    return [json.loads(line) for line in lines if line.endswith("}")]
