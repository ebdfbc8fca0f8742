"""Run a bundle's golden samples: does this engine, on this machine, still give the sealed answers?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from leukdesk.analysis.ports import Predictor
    from leukdesk.bundles.golden import GoldenSample

TOLERANCE = 1e-4  # of a probability; engines differ by about 1e-5


@dataclass(frozen=True, slots=True)
class GoldenRun:
    """How far the answers are from the sealed ones."""

    engine: str
    samples: int
    other_labels: int
    worst: float  # largest difference of a probability

    @property
    def agrees(self) -> bool:
        """Same labels, and probabilities within the tolerance."""
        return self.samples > 0 and self.other_labels == 0 and self.worst <= TOLERANCE

    def __str__(self) -> str:
        others = f", {self.other_labels} other labels" if self.other_labels else ""
        return f"{self.samples} golden samples on {self.engine}: largest difference {self.worst:.1e}{others}"


def run_golden(samples: Sequence[GoldenSample], predictor: Predictor) -> GoldenRun:
    """Predict all samples at once. Raises `EngineError`."""
    predictions = predictor.predict(np.stack([one.input for one in samples]), explain=False)
    wanted = np.array([one.probabilities for one in samples])
    given = np.array([one.probabilities for one in predictions])
    others = int((wanted.argmax(1) != given.argmax(1)).sum())
    return GoldenRun(predictor.engine, len(samples), others, float(np.abs(wanted - given).max()))
