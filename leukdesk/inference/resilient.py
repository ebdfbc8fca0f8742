"""A GPU that runs out of memory: halve the batch, at last let the CPU take over, and say so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from leukdesk.inference.engine import Engine, OutOfMemory, RawOutput

if TYPE_CHECKING:
    from numpy.typing import NDArray


class ResilientEngine:
    """Wraps an engine that may raise `OutOfMemory`; `notes` tells what was done about it."""

    def __init__(self, engine: Engine, fallback: Callable[[], Engine]) -> None:
        self._engine = engine
        self._fallback: Callable[[], Engine] | None = fallback
        self._largest: int | None = None  # batch that is known to fit
        self._lock = threading.Lock()
        self.notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Of the engine that runs now."""
        return self._engine.name

    def run(self, inputs: NDArray[np.uint8]) -> RawOutput:
        """See `Engine.run`; raises `OutOfMemory` only if the fallback does."""
        size = self._largest or len(inputs)
        parts = [self._run_part(inputs[at : at + size]) for at in range(0, len(inputs), size)]
        return _joined(parts)

    def close(self) -> None:
        """Close the engine that runs now."""
        self._engine.close()

    def _run_part(self, inputs: NDArray[np.uint8]) -> RawOutput:
        engine = self._engine
        try:
            return engine.run(inputs)
        except OutOfMemory:
            if len(inputs) == 1:
                return self._take_over(engine).run(inputs)
            half = (len(inputs) + 1) // 2
            self._note(f"{engine.name}: out of memory, batches halved to {half}", largest=half)
            return _joined([self._run_part(inputs[:half]), self._run_part(inputs[half:])])

    def _take_over(self, failed: Engine) -> Engine:
        with self._lock:
            if self._engine is failed:
                if self._fallback is None:
                    raise OutOfMemory
                self._engine, self._fallback, self._largest = self._fallback(), None, None
                self.notes += (f"{failed.name}: out of memory even for one image, {self._engine.name} took over",)
            return self._engine

    def _note(self, note: str, *, largest: int) -> None:
        with self._lock:
            self._largest = min(largest, self._largest or largest)
            if note not in self.notes:
                self.notes += (note,)


def _joined(parts: list[RawOutput]) -> RawOutput:
    if len(parts) == 1:
        return parts[0]
    return RawOutput(
        np.concatenate([one.logits for one in parts]),
        np.concatenate([one.maps for one in parts]),
        np.concatenate([one.embedding for one in parts]),
    )
