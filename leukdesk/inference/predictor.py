"""A bundle on an engine: engine -> calibration -> novelty -> predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from leukdesk.domain.errors import EngineError
from leukdesk.domain.heatmap import Heatmap
from leukdesk.domain.prediction import Prediction
from leukdesk.inference.calibration import calibrated
from leukdesk.inference.engine import Engine, OutOfMemory, RawOutput

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from leukdesk.domain.card import Card
    from leukdesk.domain.finding import BundleRef


class BundlePredictor:
    """Satisfies `analysis.ports.Predictor`."""

    def __init__(
        self,
        card: Card,
        bundle: BundleRef,
        engine: Engine,
        novelty: Callable[[NDArray[np.float32]], NDArray[np.float64]] | None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.card, self.bundle = card, bundle
        self._engine, self._novelty, self._notes = engine, novelty, notes

    @property
    def engine(self) -> str:
        """The engine that runs now, in words."""
        return self._engine.name

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know about the engine."""
        return self._notes + tuple(getattr(self._engine, "notes", ()))

    def predict(self, inputs: NDArray[np.uint8], *, explain: bool = True) -> list[Prediction]:
        """See `analysis.ports.Predictor.predict`."""
        try:
            raw = self._engine.run(inputs)
        except OutOfMemory as error:
            raise EngineError(
                f"{self.engine} has no memory left for one image",
                reason="out_of_memory",
                advice="Close other programs, or choose another engine.",
            ) from error
        return self._predictions(raw, explain=explain)

    def close(self) -> None:
        """Stop the engine's threads."""
        self._engine.close()

    def _predictions(self, raw: RawOutput, *, explain: bool) -> list[Prediction]:
        probabilities = calibrated(raw.logits, self.card.temperature)
        novelty: NDArray[Any] = np.zeros(len(raw.logits)) if self._novelty is None else self._novelty(raw.embedding)
        classes = self.card.class_ids
        return [
            Prediction(
                classes=classes,
                probabilities=tuple(map(float, probabilities[row])),
                logits=tuple(map(float, raw.logits[row])),
                novelty=float(novelty[row]),
                embedding=raw.embedding[row],
                heatmap=Heatmap(classes, raw.maps[row]) if explain else None,
            )
            for row in range(len(raw.logits))
        ]
