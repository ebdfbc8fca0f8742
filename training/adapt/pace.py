"""How far an adaptation is once it is trained: images that were asked, of how many, and the time that is left."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.events import EventLog

_EACH_S = 1.0


class Pace:
    """Told how many more images were asked, it says so as `asking` events, once a second."""

    def __init__(self, log: EventLog, steps: Mapping[str, int]) -> None:
        """`steps`: the most images that each step asks, in their order; what one leaves over is not waited for."""
        self._log, self._left = log, dict(steps)
        self._done, self._begun = 0, time.monotonic()
        self._said = self._begun

    def begin(self, step: str) -> None:
        """Another step begins: those before it have no images left."""
        for before in list(self._left):
            if before == step:
                return
            del self._left[before]

    def __call__(self, images: int) -> None:
        step = next(iter(self._left))
        self._left[step] = max(0, self._left[step] - images)
        self._done += images
        now, left = time.monotonic(), sum(self._left.values())
        if now - self._said >= _EACH_S:
            self._said = now
            eta_s = round((now - self._begun) / self._done * left, 1)
            self._log("asking", done=self._done, images=self._done + left, eta_s=eta_s)
