"""What one model says of one input, after calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leukdesk.domain.heatmap import Heatmap

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Calibrated probabilities in class order, raw logits, how unlike the training images the input is, the maps."""

    classes: tuple[str, ...]
    probabilities: tuple[float, ...]
    logits: tuple[float, ...]
    novelty: float  # 0 at the training median, 1 at the limit of what the bundle accepts; larger is stranger
    embedding: NDArray[np.float32]  # (features,)
    heatmap: Heatmap | None

    @property
    def label(self) -> str:
        """Class id with the highest calibrated probability (the first of equals)."""
        return self.classes[self.probabilities.index(max(self.probabilities))]

    @property
    def probability(self) -> float:
        """Probability of `label`, 0..1."""
        return max(self.probabilities)

    def ranked(self) -> list[tuple[str, float]]:
        """Classes with their probabilities, the most probable first."""
        return sorted(zip(self.classes, self.probabilities, strict=True), key=lambda pair: -pair[1])
