"""What one model says of one input, after calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leukdesk.domain.heatmap import Heatmap

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def percent(probability: float) -> str:
    """A model's probability (0..1) as window, command line and sentences show it: per cent with one decimal.

    No model is certain: what would be rounded to 0 or 100 is below 0.1 or above 99.9, even where exactly 0 or 1
    was computed.
    """
    if probability < 0.0005:
        return "< 0.1%"
    if probability >= 0.9995:
        return "> 99.9%"
    return f"{probability:.1%}"


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
