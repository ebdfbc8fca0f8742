"""Analyse one image: the one way from a file to a finding, for the window, the batch and the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.analysis.decide import decide
from leukdesk.analysis.measuring import fit, measure
from leukdesk.domain.finding import Finding
from leukdesk.domain.optics import Acquisition
from leukdesk.imaging.file_bytes import Reading
from leukdesk.imaging.read import read_image
from leukdesk.imaging.slides import read_region

if TYPE_CHECKING:
    from leukdesk.analysis.measuring import Prepared
    from leukdesk.analysis.ports import Predictor
    from leukdesk.domain.image import Region, SmearImage
    from leukdesk.domain.prediction import Prediction

NOT_SAID = Acquisition()


def _silent(_done: int, _size: int) -> None:
    """For what nobody watches."""


def analyse_file(
    path: Path,
    predictor: Predictor,
    *,
    limit_px: int,
    explain: bool = True,
    taken: Acquisition = NOT_SAID,
    region: Region | None = None,
    reading: Reading = _silent,
) -> Finding:
    """Read and analyse one file or a field of a slide, `taken` somehow; `reading` as in `sha256_of`.

    Raises `ImageError` or `EngineError`.
    """
    image = read_taken(path, taken, limit_px=limit_px, region=region, reading=reading)
    return analyse_image(image, predictor, explain=explain, taken=taken)


def read_taken(
    path: Path, taken: Acquisition, *, limit_px: int, region: Region | None = None, reading: Reading = _silent
) -> SmearImage:
    """Read an image or a field of a slide, with the scale that its user or its file states. Raises `ImageError`."""
    if region is None:
        image = read_image(path, limit_px=limit_px)
    else:
        image = read_region(path, region, limit_px=limit_px, reading=reading)
    return replace(image, source=replace(image.source, um_per_px=taken.scale(image.source.um_per_px)))


def analyse_image(
    image: SmearImage, predictor: Predictor, *, explain: bool = True, taken: Acquisition = NOT_SAID
) -> Finding:
    """Analyse pixels that are already read; with heatmaps unless `explain` is false. Raises `EngineError`."""
    prepared = measure(fit(image, predictor.card), predictor.card, taken)
    (prediction,) = predictor.predict(prepared.model_input[None], explain=explain)
    return conclude(prepared, prediction, predictor)


def conclude(prepared: Prepared, prediction: Prediction, predictor: Predictor) -> Finding:
    """The finding that follows from what was measured and predicted."""
    _, source, quality = prepared
    decision, reason = decide(prediction, quality, predictor.card)
    return Finding(source, predictor.bundle, prediction, quality, decision, reason, predictor.engine)
