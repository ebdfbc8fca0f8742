"""Findings made of words, and a predictor that keeps count of its batches and can fail."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.card import Card
from leukdesk.domain.errors import EngineError
from leukdesk.domain.finding import BundleRef, Decision, DecisionReason, Finding
from leukdesk.domain.heatmap import Heatmap
from leukdesk.domain.image import ImageSource
from leukdesk.domain.prediction import Prediction
from leukdesk.domain.quality import Quality, QualityFlag
from tests.bundle_factory import make_card


class CountingPredictor:
    """Satisfies `analysis.ports.Predictor` for cards of three classes: the reddest, greenest or bluest wins.

    `broken` lists the numbers of calls, from 0, at which the engine fails; `batches` holds the sizes it was given.
    """

    def __init__(self, card: Card | None = None, *, broken: Sequence[int] = (), novelty: float = 0.0) -> None:
        self.card = card or make_card()
        self.bundle = BundleRef(self.card.name, self.card.version, "0" * 64)
        self.engine = "counting CPU"
        self.notes: tuple[str, ...] = ()
        self.batches: list[int] = []
        self._broken, self._novelty, self._lock = frozenset(broken), novelty, threading.Lock()

    def predict(self, inputs: NDArray[np.uint8], *, explain: bool = True) -> list[Prediction]:
        """See the port."""
        size = self.card.input_size
        assert inputs.dtype == np.uint8
        assert inputs.shape[1:] == (size, size, 3)
        with self._lock:
            number = len(self.batches)
            self.batches.append(len(inputs))
        if number in self._broken:
            raise EngineError("the engine has no memory left", reason="out_of_memory")
        return [self._one(image, explain) for image in inputs]

    def close(self) -> None:
        """See the port."""

    def _one(self, image: NDArray[np.uint8], explain: bool) -> Prediction:
        logits = image.reshape(-1, 3).mean(0) / 8
        shares = np.exp(logits - logits.max())
        probabilities = tuple(float(one) for one in shares / shares.sum())
        maps = np.ones((4, 4, 3), np.float32) * logits.astype(np.float32)
        classes = self.card.class_ids
        heatmap = Heatmap(classes, maps) if explain else None
        return Prediction(
            classes, probabilities, tuple(map(float, logits)), self._novelty, np.zeros(4, np.float32), heatmap
        )


def make_prediction(*probabilities: float, novelty: float = 0.0) -> Prediction:
    """A prediction of the toy bundle's three classes with these probabilities, the rest going to the last."""
    classes = make_card().class_ids
    given = [*probabilities, *[0.0] * (len(classes) - len(probabilities))]
    given[-1] += 1 - sum(given)
    logits = tuple(float(np.log(max(one, 1e-9))) for one in given)
    maps = np.full((2, 2, len(classes)), 0.5, np.float32)
    return Prediction(classes, tuple(given), logits, novelty, np.zeros(4, np.float32), Heatmap(classes, maps))


def make_quality(*flags: QualityFlag) -> Quality:
    """Quality with these flags."""
    return Quality(tuple(flags), brightness=180.0, contrast=90.0, sharpness=200.0, saturation=0.3, stained=0.1)


def make_finding(path: str | Path = "field.png", prediction: Prediction | None = None, **overrides: Any) -> Finding:
    """An accepted finding of one image; entries of the source and of the finding can be given other values."""
    source: dict[str, Any] = {"sha256": "ab" * 32, "format": "PNG", "width": 640, "height": 480, "bits": 8, "pages": 1}
    source |= {"um_per_px": None, "synthetic": True}
    source |= {key: overrides.pop(key) for key in list(overrides) if key in source}
    entries: dict[str, Any] = {
        "bundle": BundleRef("toy", "1.0", "0" * 64),
        "prediction": prediction or make_prediction(0.9, 0.07),
        "quality": make_quality(),
        "decision": Decision.ACCEPTED,
        "reason": DecisionReason.NONE,
        "engine": "counting CPU",
    }
    return Finding(source=ImageSource(path=Path(path), **source), **{**entries, **overrides})
