"""The engine port: one pass over a batch returns logits, activation maps of all classes, and the embedding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class RawOutput:
    """What the graph returns, before calibration; all float32."""

    logits: NDArray[np.float32]  # (n, classes)
    maps: NDArray[np.float32]  # (n, rows, columns, classes), zero or positive
    embedding: NDArray[np.float32]  # (n, width)


class OutOfMemory(Exception):  # noqa: N818 - a state of the device that the caller handles, not a message to a user
    """The device has no memory left for a batch of this size."""


class Engine(Protocol):
    """Runs one bundle's graph. Calls from several threads are safe."""

    @property
    def name(self) -> str:
        """In words: "LiteRT CPU", "TensorFlow GPU"."""

    def run(self, inputs: NDArray[np.uint8]) -> RawOutput:
        """Run uint8 RGB inputs (n, size, size, 3). Raises `OutOfMemory` where a smaller batch might pass."""

    def close(self) -> None: ...
