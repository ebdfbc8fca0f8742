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

    samples: int
    other_labels: int
    worst: float  # largest difference of a probability

    @property
    def agrees(self) -> bool:
        """Same labels, and probabilities within the tolerance."""
        return self.samples > 0 and self.other_labels == 0 and self.worst <= TOLERANCE


def run_golden(samples: Sequence[GoldenSample], predictor: Predictor) -> GoldenRun:
    """Predict all samples at once. Raises `EngineError`."""
    predictions = predictor.predict(np.stack([one.input for one in samples]), explain=False)
    wanted = np.array([one.probabilities for one in samples])
    given = np.array([one.probabilities for one in predictions])
    others = int((wanted.argmax(1) != given.argmax(1)).sum())
    return GoldenRun(len(samples), others, float(np.abs(wanted - given).max()))
