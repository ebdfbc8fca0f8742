"""How fast things come, as of the last few seconds."""

from __future__ import annotations

from collections import deque

_WINDOW_S = 5.0  # the rate is that of the last few seconds, so that it follows a change
_SETTLE_S = 0.5  # before that an estimate would only flicker


class Pace:
    """Images a second over the last few seconds."""

    def __init__(self) -> None:
        self._ticks: deque[float] = deque()
        self._start = 0.0

    def start(self, now: float) -> None:
        """A run begins (or goes on) at `now`, in seconds of a steady clock."""
        self._ticks.clear()
        self._start = now

    def tick(self, now: float) -> None:
        """One image ended."""
        self._ticks.append(now)
        while self._ticks and self._ticks[0] < now - _WINDOW_S:
            self._ticks.popleft()

    def rate(self, now: float) -> float:
        """Images a second; 0 before it has settled."""
        span = min(_WINDOW_S, now - self._start)
        return len(self._ticks) / span if span >= _SETTLE_S else 0.0
