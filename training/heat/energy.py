"""Share of heatmap energy inside nucleated cells, against the share of their area.

A heatmap that says nothing of cells has about the share of its energy in them that they have of the picture. This is
the energy-based pointing game (Wang et al. 2020, arXiv:1910.01279), read together with the area.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from leukdesk.architectures import names
from leukdesk.bundles.load import load_bundle
from leukdesk.imaging.preprocess import content_box, to_input
from leukdesk.inference.choose import open_predictor
from training.evaluate.intervals import percentile_interval, resample_weights
from training.heat.record import RESAMPLES, SEED, EnergyOf, EnergyRecord
from training.heat.scenes import Box, Scene, annotated_fields, phantom_fields, single_cells
from training.record import Figure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.inference.predictor import BundlePredictor
    from training.evaluate.intervals import Interval

PHANTOM_SLIDES, PHANTOM_SEED = 12, 40  # slides that no shipped set of phantoms holds
_BATCH = 16


def measure_energy(bundle_folder: Path, annotated: Path | None, *, slides: int = PHANTOM_SLIDES) -> EnergyRecord:
    """Look at the annotated fields, where given, and at phantoms through the program's own engine.

    A bundle of single cells is shown crops around the cells. Raises `BundleError`, `EngineError`, `DataError`.
    """
    bundle = load_bundle(bundle_folder, names())
    sources = (
        {} if annotated is None else {f"annotated fields ({annotated.resolve().name})": annotated_fields(annotated)}
    )
    size = bundle.card.input_size
    sources["phantoms"] = phantom_fields(slides, size=max(size, 224), seed=PHANTOM_SEED)
    predictor = open_predictor(bundle, engine="litert")
    try:
        sets = tuple(_measured(predictor, source, scenes) for source, scenes in sources.items())
    finally:
        predictor.close()
    return EnergyRecord(bundle=bundle_folder.resolve().name, sha256=bundle.ref.sha256, sets=sets)


def _measured(predictor: BundlePredictor, source: str, scenes: Iterable[Scene]) -> EnergyOf:
    cells = predictor.card.scope == "cell"
    if cells:
        scenes = (crop for scene in scenes for crop in single_cells(scene))
    shares, groups, named, blank = [], [], [], 0
    for scene, heat, would_name in _seen(predictor, scenes):
        named.append(would_name)
        height, width = scene.pixels.shape[:2]
        found = share_inside(heat, scene.cells, height, width, predictor.card.input_size)
        if found is None:
            blank += 1
        else:
            shares.append(found)
            groups.append(scene.group)
    inside, area = np.array(shares, np.float64).reshape(-1, 2).T
    units = np.unique(np.array(groups, object), return_inverse=True)[1] if groups else np.empty(0, np.intp)
    return EnergyOf(
        pictures="crops around one cell" if cells else "fields",
        source=source,
        n=len(named),
        units=len(set(groups)),
        blank=blank,
        named=float(np.mean(named)) if named else 0.0,
        inside=_mean(inside, units, (0.0, 1.0)),
        area=_mean(area, units, (0.0, 1.0)),
        more=_mean(inside - area, units, (-1.0, 1.0)),
    )


def _seen(predictor: BundlePredictor, scenes: Iterable[Scene]) -> Iterator[tuple[Scene, NDArray[np.float32], bool]]:
    """Each scene with the map of its predicted class (rows, columns), and whether the program would name a class."""
    card, waiting = predictor.card, list[Scene]()
    for scene in (*scenes, None):
        if scene is not None:
            waiting.append(scene)
        if waiting and (scene is None or len(waiting) == _BATCH):
            inputs = np.stack([to_input(one.pixels, card.input_size) for one in waiting])
            for one, said in zip(waiting, predictor.predict(inputs, explain=True), strict=True):
                best = int(np.argmax(said.probabilities))
                sure = said.probabilities[best] >= card.accept_threshold and said.novelty <= card.refused_beyond
                if said.heatmap is not None:
                    yield one, said.heatmap.maps[:, :, best], sure
            waiting.clear()


def share_inside(
    heat: NDArray[np.float32], cells: Iterable[Box], height: int, width: int, size: int
) -> tuple[float, float] | None:
    """Share of a map's energy, and share of the picture's area, inside the boxes; None for a map without energy.

    `heat` (rows, columns) lies over the square of `to_input`; only what is picture counts, not its reflections.
    """
    top, left, rows, columns = content_box(height, width, size)
    enlarged = cv2.resize(np.maximum(heat, 0.0), (size, size), interpolation=cv2.INTER_LINEAR)
    energy = np.asarray(enlarged[top : top + rows, left : left + columns], np.float64)
    if energy.sum() <= 0:
        return None
    mask = np.zeros((height, width), np.float32)
    for x0, y0, x1, y1 in cells:
        mask[max(y0, 0) : y1, max(x0, 0) : x1] = 1.0
    inside = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA)
    return float((energy * inside).sum() / energy.sum()), float(inside.mean())


def _mean(values: NDArray[np.float64], units: NDArray[np.intp], bounds: tuple[float, float]) -> Figure:
    """The mean with limits by a bootstrap over fields or slides."""
    if not len(values):
        return Figure(value=None, low=None, high=None, n=0, note="no picture with a heatmap")
    chunks = resample_weights(units, resamples=RESAMPLES, seed=SEED)
    draws = np.concatenate([weights @ values / weights.sum(axis=1) for weights in chunks])
    found: Interval = percentile_interval(float(values.mean()), draws, n=len(values), bounds=bounds)
    return Figure(value=found.value, low=found.low, high=found.high, n=found.n, note=found.note)
