"""From an image to a differential: find the cells, ask a `cell` model about each in one pass, count what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from leukdesk.analysis.analyse import NOT_SAID, read_taken
from leukdesk.analysis.batch import in_order
from leukdesk.analysis.decide import decide
from leukdesk.domain.cell import (
    Box,
    Cell,
    CellAnalysis,
    CellField,
    CellKind,
    CellWarning,
    FieldScale,
    NamedCell,
    ScaleOrigin,
)
from leukdesk.domain.cell_counts import CellCounts
from leukdesk.domain.differential import TARGET, Differential, LimitsMethod, differential
from leukdesk.domain.errors import BundleError, Cancelled, EngineError, ImageError
from leukdesk.domain.finding import Decision, Failure
from leukdesk.domain.quality import QualityFlag
from leukdesk.imaging.cells import find_cells
from leukdesk.imaging.cells_drawn import measure_drawn
from leukdesk.imaging.quality import measure_quality
from leukdesk.imaging.regions import ArrayRegions, RegionReader, crop_around

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.analysis.ports import Predictor
    from leukdesk.domain.card import Card
    from leukdesk.domain.image import ImageSource, SmearImage
    from leukdesk.domain.optics import Acquisition
    from leukdesk.domain.prediction import Prediction
    from leukdesk.domain.quality import Quality

AT_ONCE = 64  # crops: more would only cost memory
_CONTEXT = 2.5  # sides of the box, where the card does not say how wide its crops were
_COARSE = 1.5  # times the card's um per px
_MANY_SMUDGES = 0.1  # of the cells

CellOutcome = CellAnalysis | Failure
Progressing = Callable[[int, int], None]


def _silent(_done: int, _total: int) -> None:
    """For runs that nobody watches."""


def analyse_cells_in_file(
    path: Path,
    predictor: Predictor,
    *,
    limit_px: int,
    explain: bool = True,
    taken: Acquisition = NOT_SAID,
    told: Progressing = _silent,
) -> CellAnalysis:
    """Read one file, find its cells and classify them. Raises `ImageError`, `EngineError`, `BundleError`."""
    image = read_taken(path, taken, limit_px=limit_px)
    return analyse_cells(image, predictor, explain=explain, taken=taken, told=told)


def analyse_cells(
    image: SmearImage,
    predictor: Predictor,
    *,
    explain: bool = True,
    taken: Acquisition = NOT_SAID,
    told: Progressing = _silent,
) -> CellAnalysis:
    """Find and classify the cells of pixels that are already read; with a heatmap for each unless `explain` is false.

    `told` hears how many cells of how many are classified, and may raise `Cancelled`. Raises `EngineError`, and
    `BundleError` for a model that judges whole fields.
    """
    require_cell_scope(predictor.card)
    field = find_cells(image.pixels, um_per_px=image.source.um_per_px)
    quality = measured_quality(image, predictor.card, taken)
    predictions = predict_cells(ArrayRegions(image.pixels), field, predictor, explain=explain, told=told)
    return CellAnalysis(
        source=image.source,
        bundle=predictor.bundle,
        quality=quality,
        field=field,
        named=tuple(
            NamedCell(cell, prediction, *decide(prediction, quality, predictor.card))
            for cell, prediction in zip(field.countable, predictions, strict=True)
        ),
        warnings=tuple(warnings_of(image.source, field, quality, predictor.card)),
        engine=predictor.engine,
    )


def analyse_drawn(
    image: SmearImage, before: CellAnalysis, cells: Sequence[Cell], predictor: Predictor
) -> list[NamedCell]:
    """Measure and classify outlines that a person drew in an image that was analysed before. Raises `EngineError`."""
    measured = measure_drawn(image.pixels, cells, before.field.scale)
    field = replace(before.field, cells=tuple(measured))
    predictions = predict_cells(ArrayRegions(image.pixels), field, predictor)
    return [
        NamedCell(cell, prediction, *decide(prediction, before.quality, predictor.card))
        for cell, prediction in zip(measured, predictions, strict=True)
    ]


def predict_cells(
    picture: RegionReader,
    field: CellField,
    predictor: Predictor,
    *,
    explain: bool = True,
    told: Progressing = _silent,
) -> list[Prediction]:
    """Predictions of the whole cells of a field, in their order: one pass, in parts of 64. Raises `EngineError`."""
    found: list[Prediction] = []
    cells = field.countable
    for at in range(0, len(cells), AT_ONCE):
        told(at, len(cells))
        crops = [cell_crop(picture, cell, field, predictor.card) for cell in cells[at : at + AT_ONCE]]
        found += predictor.predict(np.stack(crops), explain=explain)
    return found


def cell_crop(picture: RegionReader, cell: Cell, field: CellField, card: Card) -> NDArray[np.uint8]:
    """The model's input of one cell: uint8 RGB (size, size, 3) around its middle, at the card's um per px.

    Where the card does not state a scale, the crop is 2.5 times the longer side of the cell's box.
    """
    side = crop_side_px(cell.box, field.scale, card)
    return crop_around(picture, cell.box.centre, side, card.input_size)


def crop_side_px(box: Box, scale: FieldScale, card: Card) -> float:
    """How many px of the image the model sees of a cell's surroundings, across."""
    if card.um_per_px is None:
        return _CONTEXT * max(box.width, box.height)
    return card.input_size * card.um_per_px / scale.um_per_px


def require_cell_scope(card: Card) -> None:
    """Raises `BundleError` for a model that judges whole fields."""
    if card.scope != "cell":
        raise BundleError(
            "this model judges whole fields, not single cells",
            subject=f"{card.name}-{card.version}",
            advice="Choose a model of scope cell; `leukdesk models list` says which are.",
        )


def analyse_cells_in_files(
    paths: Sequence[Path],
    predictor: Predictor,
    *,
    limit_px: int,
    explain: bool = False,
    workers: int,
    cancelled: Callable[[], bool] = lambda: False,
    taken: Callable[[Path], Acquisition] = lambda path: NOT_SAID,
) -> Iterator[CellOutcome]:
    """One outcome for each path, in order, as `analysis.batch.analyse_files` gives them; bounded memory.

    Raises `BundleError` for a model that judges whole fields.
    """
    require_cell_scope(predictor.card)
    work = partial(_outcome, predictor=predictor, limit_px=limit_px, explain=explain, cancelled=cancelled, taken=taken)
    return in_order(work, [[path] for path in paths], workers)


def _outcome(
    paths: Sequence[Path],
    predictor: Predictor,
    limit_px: int,
    explain: bool,
    cancelled: Callable[[], bool],
    taken: Callable[[Path], Acquisition],
) -> list[CellOutcome]:
    outcomes: list[CellOutcome] = []
    for path in paths:
        if cancelled():
            raise Cancelled
        try:
            outcomes.append(
                analyse_cells_in_file(path, predictor, limit_px=limit_px, explain=explain, taken=taken(path))
            )
        except (ImageError, EngineError) as error:
            outcomes.append(Failure(path, error))
    return outcomes


def counted(analysis: CellAnalysis) -> CellCounts:
    """Counts of one image.

    A cell unlike the training images counts as unidentified, not as left out: the strangest cells of a smear are those
    that matter most, and they must hold up sign-off. Cells of an image whose quality forbids an answer are not classed.
    """
    apart = len(analysis.field.cells) - len(analysis.field.countable)
    if analysis.quality.refuses:
        return CellCounts({}, not_classed=len(analysis.named), images=1, apart=apart)
    names = Counter(one.prediction.label for one in analysis.named if one.decision is Decision.ACCEPTED)
    return CellCounts(dict(names), len(analysis.named) - names.total(), images=1, apart=apart)


def case_differential(
    analyses: Iterable[CellAnalysis],
    card: Card,
    *,
    target: int = TARGET,
    method: LimitsMethod = LimitsMethod.WILSON,
) -> Differential:
    """The differential of all images of a case, pooled."""
    total = sum(map(counted, analyses), CellCounts({}))
    return of_counts(total, card, target=target, method=method)


def of_counts(
    total: CellCounts, card: Card, *, target: int = TARGET, method: LimitsMethod = LimitsMethod.WILSON
) -> Differential:
    """The differential of counts that one model made."""
    names = {one.id: one.display for one in card.classes}
    return differential(
        total.classes,
        names,
        unidentified=total.unidentified,
        not_classed=total.not_classed,
        target=target,
        method=method,
    )


def measured_quality(image: SmearImage, card: Card, taken: Acquisition) -> Quality:
    """Of the whole picture; its scale is judged by `warnings_of`, since crops and not the picture are scaled."""
    quality = measure_quality(image, input_size=1, um_per_px=None)
    if taken.other_stain_than(card.stain):
        quality = replace(quality, flags=(*quality.flags, QualityFlag.STAIN))
    return quality


def warnings_of(source: ImageSource, field: CellField, quality: Quality, card: Card) -> Iterator[CellWarning]:
    """What makes the answers about the cells of an image weaker."""
    if not field.countable:
        yield CellWarning.NO_CELL
    if field.scale.origin is ScaleOrigin.ASSUMED:
        yield CellWarning.SCALE_UNKNOWN
    if field.scale.origin is ScaleOrigin.RED_CELLS:
        yield CellWarning.SCALE_ESTIMATED
    if card.um_per_px is not None and field.scale.um_per_px > _COARSE * card.um_per_px:
        yield CellWarning.COARSE
    if QualityFlag.STAIN in quality.flags:
        yield CellWarning.STAIN
    if source.synthetic != card.synthetic:
        yield CellWarning.WORLD
    if len(field.of(CellKind.SMUDGE)) > _MANY_SMUDGES * max(1, len(field.countable)):
        yield CellWarning.SMUDGES


_WORDS = {
    CellWarning.NO_CELL: "no whole nucleated cell is in view",
    CellWarning.SCALE_UNKNOWN: "how large a pixel is, is not known and could not be learned from red cells",
    CellWarning.SCALE_ESTIMATED: "its scale was estimated from the red cells",
    CellWarning.COARSE: "it has fewer pixels a micrometre than what the model was trained on",
    CellWarning.STAIN: "it is stained otherwise than what the model was trained on",
    CellWarning.WORLD: "it is synthetic and the model was trained on real smears, or the reverse",
    CellWarning.SMUDGES: "it has many smudges, so the count may be skewed",
}


def warning_words(warning: CellWarning) -> str:
    """A warning in words, to follow "Mind the image:"."""
    return _WORDS[warning]
