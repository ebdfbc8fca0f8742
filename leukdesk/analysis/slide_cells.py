"""The cells of what is in view of a slide: found in the level that suits, named at full size, placed on the slide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.analysis.analyse import NOT_SAID, read_taken
from leukdesk.analysis.cells import analyse_drawn, measured_quality, predict_cells, require_cell_scope, warnings_of
from leukdesk.analysis.decide import decide
from leukdesk.domain.cell import Box, Cell, CellAnalysis, CellField, CellKind, FieldScale, NamedCell, ScaleOrigin
from leukdesk.domain.cells_elsewhere import placed, without_known
from leukdesk.domain.errors import ImageReason
from leukdesk.domain.image import Region, SmearImage
from leukdesk.domain.quality import QualityFlag
from leukdesk.imaging.cells import numbered
from leukdesk.imaging.cells_tiled import find_cells_tiled, learn_slide
from leukdesk.imaging.file_bytes import sha256_of
from leukdesk.imaging.refusal import refusal
from leukdesk.imaging.regions import ArrayRegions
from leukdesk.imaging.slide_part import level_for_cells, open_parts, read_part, require_bounded, with_margin

if TYPE_CHECKING:
    from leukdesk.analysis.ports import Predictor
    from leukdesk.domain.image import ImageSource
    from leukdesk.domain.optics import Acquisition
    from leukdesk.imaging.regions import RegionReader

_MARGIN_UM = 30.0  # around the view, so that no cell in it is cut, and each is seen with its surroundings
_REFUSED = {
    QualityFlag.BLANK: "nothing stained is there",
    QualityFlag.BLURRED: "it is out of focus",
    QualityFlag.DARK: "it is too dark",
    QualityFlag.BRIGHT: "it is too bright",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A part of a slide in the level in which cells are found."""

    part: RegionReader
    region: Region  # with its margin, px of full size
    level: int
    scale: FieldScale  # of full size

    def on_slide(self, cell: Cell) -> Cell:
        """A cell of the part at its place on the slide."""
        left, top = ((edge >> self.level) << self.level for edge in self.region[:2])
        return placed(cell, 2**self.level, left, top)


def analyse_cells_in_view(
    path: Path,
    view: Region,
    predictor: Predictor,
    *,
    limit_px: int,
    known: Sequence[Box] = (),
    explain: bool = True,
    taken: Acquisition = NOT_SAID,
    told: Callable[[int, int], None] = lambda done, total: None,
    reading: Callable[[int, int], None] = lambda done, size: None,
) -> CellAnalysis:
    """Find and classify the cells whose middle lies in a part of a slide; everything in px of the whole slide.

    `known`: boxes of cells found before, in parts that overlap this one; they are not found again. `told` as in
    `analyse_cells`, `reading` as in `sha256_of`: a slide is read whole the first time, for its hash.
    Raises `ImageError` also where too much is in view or it is too poor to be judged, `EngineError`, `BundleError`.
    """
    require_cell_scope(predictor.card)
    with open_parts(path, limit_px=limit_px) as (picture, source):
        source = replace(source, um_per_px=taken.scale(source.um_per_px))
        seen = _look(picture, view, source)
        quality = measured_quality(_image(seen, source), predictor.card, taken)
        if quality.refuses:
            words = ", ".join(_REFUSED[one] for one in quality.refuses)
            raise refusal(ImageReason.UNREADABLE, f"what is in view cannot be judged: {words}", "Look elsewhere.")
        source = replace(source, sha256=sha256_of(path, reading))  # last of what may be refused: it may take minutes
        told(0, 0)
        found = tuple(_in_view(seen, view, source))
        field = CellField(source.width, source.height, seen.scale, numbered(list(without_known(found, known))))
        predictions = predict_cells(picture, field, predictor, explain=explain, told=told)
        named = tuple(
            NamedCell(cell, one, *decide(one, quality, predictor.card))
            for cell, one in zip(field.countable, predictions, strict=True)
        )
        all_found = replace(field, cells=found)
        warnings = tuple(warnings_of(source, all_found, quality, predictor.card))
    return CellAnalysis(source, predictor.bundle, quality, field, named, warnings, predictor.engine)


def analyse_drawn_in(
    path: Path,
    before: CellAnalysis,
    cells: Sequence[Cell],
    predictor: Predictor,
    *,
    limit_px: int,
    taken: Acquisition = NOT_SAID,
    on_slide: bool = False,
) -> list[NamedCell]:
    """Measure and classify outlines that a person drew in an image, or `on_slide`, of which only parts are read.

    Raises `ImageError`, `EngineError`.
    """
    if not on_slide:
        return analyse_drawn(read_taken(path, taken, limit_px=limit_px), before, cells, predictor)
    margin = ceil(_MARGIN_UM / before.field.scale.um_per_px)
    answers: list[NamedCell] = []
    with open_parts(path, limit_px=limit_px) as (picture, _):
        for cell in cells:
            box = cell.box
            inner = Region(int(box.left), int(box.top), ceil(box.width) + 1, ceil(box.height) + 1)
            part = with_margin(inner, margin, picture.width, picture.height)
            image = SmearImage(replace(before.source, width=part.width, height=part.height), picture.region(*part))
            (answer,) = analyse_drawn(image, before, [placed(cell, 1, -part.left, -part.top)], predictor)
            answers.append(replace(answer, cell=placed(answer.cell, 1, part.left, part.top)))
    return answers


def _look(picture: RegionReader, view: Region, source: ImageSource) -> Seen:
    stated = source.um_per_px
    scale = learn_slide(picture, None).scale if stated is None else FieldScale(stated, ScaleOrigin.STATED)
    level = level_for_cells(scale.um_per_px)
    require_bounded(view, level, scale.um_per_px)
    region = with_margin(view, ceil(_MARGIN_UM / scale.um_per_px), picture.width, picture.height)
    return Seen(ArrayRegions(read_part(picture, region, level)), region, level, scale)


def _image(seen: Seen, source: ImageSource) -> SmearImage:
    part = seen.part
    size = {"width": part.width, "height": part.height, "um_per_px": seen.scale.um_per_px * 2**seen.level}
    return SmearImage(replace(source, region=seen.region, **size), part.region(0, 0, part.width, part.height))


def _in_view(seen: Seen, view: Region, source: ImageSource) -> Iterator[Cell]:
    """Cells of the part whose middle is in view; one that only the margin cuts is whole enough to be cut out."""
    field = find_cells_tiled(seen.part, um_per_px=seen.scale.um_per_px * 2**seen.level)
    for cell in map(seen.on_slide, field.cells):
        x, y = cell.box.centre
        if view.left <= x < view.left + view.width and view.top <= y < view.top + view.height:
            inside = min(cell.box.left, cell.box.top) > 0
            inside = inside and cell.box.right < source.width and cell.box.bottom < source.height
            yield replace(cell, kind=CellKind.CELL) if cell.kind is CellKind.CUT and inside else cell
