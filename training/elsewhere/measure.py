"""What a bundle of single cells makes of other laboratories' cells, through the program's own engine."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from leukdesk.architectures import names
from leukdesk.bundles.load import load_bundle
from leukdesk.domain.errors import BundleError
from leukdesk.inference.choose import open_predictor
from training.elsewhere.readings import Read, cells_of_fields, single_cells
from training.elsewhere.record import ElsewhereRecord, SiteOf
from training.evaluate.intervals import exact_interval
from training.record import Figure

if TYPE_CHECKING:
    from leukdesk.inference.predictor import BundlePredictor

UNIDENTIFIED = "unidentified"
OF_FIELDS = "one of the authors, by eye, no haematologist; uncertain cells were left out"
OF_CELLS = "the set's own labels"


def measure_elsewhere(bundle_folder: Path, fields: Path, readings: Path, cells: Path | None) -> ElsewhereRecord:
    """Ask the bundle about cells of fields that `readings` names, and about single cells where given.

    Raises `BundleError` for a bundle of whole fields, `EngineError`, `DataError`, `ImageError`.
    """
    bundle = load_bundle(bundle_folder, names())
    if bundle.card.scope != "cell":
        raise BundleError("judges whole fields", subject=bundle_folder.name, advice="Name a model of single cells.")
    predictor = open_predictor(bundle, engine="litert")
    try:
        sets = [_site(predictor, fields, OF_FIELDS, cells_of_fields(fields, readings, bundle.card))]
        if cells is not None:
            sets.append(_site(predictor, cells, OF_CELLS, single_cells(cells, bundle.card)))
    finally:
        predictor.close()
    return ElsewhereRecord(bundle=bundle_folder.resolve().name, sha256=bundle.ref.sha256, sets=tuple(sets))


def _site(predictor: BundlePredictor, folder: Path, reader: str, cells: Iterable[Read]) -> SiteOf:
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    n = named = right = best = 0
    for cell in cells:
        (said,) = predictor.predict(cell.pixels[np.newaxis], explain=False)
        sure = max(said.probabilities) >= predictor.card.accept_threshold
        accepted = sure and said.novelty <= predictor.card.refused_beyond
        answers[cell.label][said.label if accepted else UNIDENTIFIED] += 1
        n, named = n + 1, named + accepted
        right, best = right + (accepted and said.label == cell.label), best + (said.label == cell.label)
    return SiteOf(
        source=folder.resolve().name,
        reader=reader,
        n=n,
        named=_share(named, n),
        right=_share(right, named),
        best=_share(best, n),
        answers={label: dict(found.most_common()) for label, found in sorted(answers.items())},
    )


def _share(hits: int, n: int) -> Figure:
    if n == 0:
        return Figure(value=None, low=None, high=None, n=0, note="none was named")
    low, high = exact_interval(hits, n)
    return Figure(value=hits / n, low=low, high=high, n=n)
