"""What a command tells while it works: one JSON object a line on standard output, for whoever started it."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from typing import Any

_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know before a run. `code` is stable; `words` and `advice` are sentences.

    `severity`: "error" (training is refused), "warning" (results may mislead) or "note".
    """

    code: str
    severity: str
    words: str
    advice: str = ""


class Told:
    """Says events as JSON lines, and nothing where they are not asked for."""

    def __init__(self, *, on: bool) -> None:
        self.on = on

    def __call__(self, event: str, **fields: Any) -> None:
        """Say one event; fields must be JSON values."""
        if self.on:
            sys.stdout.write(json.dumps({"event": event, **fields}, ensure_ascii=False) + "\n")
            sys.stdout.flush()

    def step(self, step: str, total: int = 0) -> Steps:
        """A stretch of work begins: `done` of `total` follow; 0 where nobody knows how many."""
        self("progress", step=step, done=0, total=total)
        return Steps(self, step, total)


class Steps:
    """Counts a stretch of work; call it once for each thing done. From any thread."""

    def __init__(self, told: Told, step: str, total: int) -> None:
        self._told, self._step, self._total = told, step, total
        self._done, self._said = 0, time.monotonic()

    def __call__(self) -> None:
        """One more is done; said a few times a second."""
        self._done += 1
        now = time.monotonic()
        if now - self._said >= _EVERY_S or self._done == self._total:
            self._said = now
            self._told("progress", step=self._step, done=self._done, total=self._total)
