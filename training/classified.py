"""Classify a run's test images with the program's own engine, and compare with the rows the run was judged by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from leukdesk.architectures import names
from leukdesk.bundles.load import load_bundle
from leukdesk.inference.choose import open_predictor
from training.evaluate import load_rows
from training.pipeline import read_inputs
from training.record import Classified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from leukdesk.bundles.load import Bundle
    from leukdesk.domain.prediction import Prediction
    from leukdesk.inference.predictor import BundlePredictor
    from training.run import Run, RunData

LIMIT = 200  # test images compared
_BATCH = 8


def classify_run(run: Run, data: RunData, bundle_folder: Path) -> Classified:
    """Open the bundle as the program does on a CPU, run its golden samples and up to 200 test images.

    Raises `BundleError`, `EngineError`, `ImageError`.
    """
    bundle = load_bundle(bundle_folder, names())
    predictor = open_predictor(bundle, engine="litert")
    try:
        return _classify(run, data, bundle, predictor)
    finally:
        predictor.close()


def _classify(run: Run, data: RunData, bundle: Bundle, predictor: BundlePredictor) -> Classified:
    rows, part = load_rows(run.rows("test"), classes=bundle.card.class_ids), data.part("test")
    files = dict(zip(part.image_ids, part.files, strict=True))
    ids = rows.image_ids[:LIMIT]
    found = _predict(predictor, read_inputs([files[one] for one in ids], bundle.card.input_size))
    golden = bundle.golden()
    answers = _predict(predictor, np.stack([one.input for one in golden]))
    return Classified(
        engine=predictor.engine,
        images=len(ids),
        worst=_worst(found, rows.scores[: len(ids)]),
        golden=len(golden),
        golden_worst=_worst(answers, np.array([one.probabilities for one in golden])),
        golden_spread=float(np.ptp(np.array([one.logits for one in answers]), axis=0).max()),
        heatmaps=all(one.heatmap is not None for one in (*found, *answers)),
    )


def _predict(predictor: BundlePredictor, inputs: NDArray[np.uint8]) -> list[Prediction]:
    starts = range(0, len(inputs), _BATCH)
    return [one for at in starts for one in predictor.predict(inputs[at : at + _BATCH], explain=True)]


def _worst(found: Sequence[Prediction], expected: NDArray[np.float64]) -> float:
    return float(np.abs(np.array([one.probabilities for one in found]) - expected).max())
