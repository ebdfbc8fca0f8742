"""Analyse one image: the one way from a file to a finding, for the window, the batch and the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.analysis.decide import decide
from leukdesk.domain.finding import Finding
from leukdesk.imaging.preprocess import to_input
from leukdesk.imaging.quality import measure_quality
from leukdesk.imaging.read import read_image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leukdesk.analysis.ports import Predictor
    from leukdesk.domain.image import ImageSource, SmearImage
    from leukdesk.domain.prediction import Prediction
    from leukdesk.domain.quality import Quality


def analyse_file(path: Path, predictor: Predictor, *, limit_px: int, explain: bool = True) -> Finding:
    """Read and analyse one file. Raises `ImageError` or `EngineError`."""
    return analyse_image(read_image(path, limit_px=limit_px), predictor, explain=explain)


def analyse_image(image: SmearImage, predictor: Predictor, *, explain: bool = True) -> Finding:
    """Analyse pixels that are already read; with heatmaps unless `explain` is false. Raises `EngineError`."""
    one_input, quality = prepare(image, predictor)
    (prediction,) = predictor.predict(one_input[None], explain=explain)
    return conclude(image.source, quality, prediction, predictor)


def prepare(image: SmearImage, predictor: Predictor) -> tuple[NDArray[np.uint8], Quality]:
    """The model's input, uint8 RGB (size, size, 3), and the quality of the image it was made from."""
    card = predictor.card
    quality = measure_quality(image, input_size=card.input_size, um_per_px=card.um_per_px)
    return to_input(image.pixels, card.input_size), quality


def conclude(source: ImageSource, quality: Quality, prediction: Prediction, predictor: Predictor) -> Finding:
    """The finding that follows from what was measured and predicted."""
    decision, reason = decide(prediction, quality, predictor.card)
    return Finding(source, predictor.bundle, prediction, quality, decision, reason, predictor.engine)
