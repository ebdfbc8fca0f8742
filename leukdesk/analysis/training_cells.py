"""Cells that people labelled, cut out of their images as a `cell` model sees them in use: what it is trained on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.analysis.cells import crop_side_px, require_cell_scope
from leukdesk.domain.cell import FieldScale, ScaleOrigin
from leukdesk.domain.errors import ImageError
from leukdesk.domain.reviewed import CellCrop, ReviewedCell
from leukdesk.imaging.cells_look import learn_look
from leukdesk.imaging.cells_tiled import TILE_PX, learn_slide
from leukdesk.imaging.file_bytes import sha256_of
from leukdesk.imaging.regions import RegionReader, crop_around
from leukdesk.imaging.slide_part import open_parts

if TYPE_CHECKING:
    from leukdesk.domain.card import Card

LeftOut = tuple[Path, str]  # an image, and why its cells are not taken
_SAME_CELL = 0.5  # overlap of boxes


def cut_cells(
    cells: Iterable[ReviewedCell], card: Card, *, limit_px: int, place: Callable[[ReviewedCell], Path]
) -> Iterator[CellCrop | LeftOut]:
    """The crops of cells, image by image: as wide as the model of this card sees cells, in the image's own pixels.

    Made into the model's input (`imaging.preprocess.to_input`), a crop is byte for byte what the model is given in
    use. `place` says where an image's file is. Left out are images that are gone or changed, and cells that were given
    two labels. Raises `BundleError` for a model that judges whole fields.
    """
    require_cell_scope(card)
    by_image: dict[str, list[ReviewedCell]] = defaultdict(list)
    for cell in cells:
        by_image[cell.sha256].append(cell)
    for same in by_image.values():
        path = place(same[0])
        try:
            with _opened(path, same[0].sha256, limit_px) as picture:
                scale = _scale(picture, same[0].um_per_px)
                yield from (
                    _labelled_twice(path) if one is None else _cut(picture, one, scale, card) for one in _once(same)
                )
        except ImageError as error:
            yield path, error.what


@contextmanager
def _opened(path: Path, sha256: str, limit_px: int) -> Iterator[RegionReader]:
    """The picture in parts, if the file is what was reviewed. Raises `ImageError`."""
    if sha256_of(path) != sha256:
        raise ImageError("its file has other content than was reviewed", subject=path)
    with open_parts(path, limit_px=limit_px) as (picture, _):
        yield picture


def _scale(picture: RegionReader, stated: float | None) -> FieldScale:
    """As it was when the cells were found: stated, or learned from the red cells."""
    if stated is not None:
        return FieldScale(stated, ScaleOrigin.STATED)
    if max(picture.width, picture.height) > TILE_PX:
        return learn_slide(picture, None).scale
    return learn_look(picture.region(0, 0, picture.width, picture.height), None).scale


def _once(cells: Sequence[ReviewedCell]) -> Iterator[ReviewedCell | None]:
    """Each cell of one image once, however many cases have the image; None for one that was given two labels."""
    kept: list[ReviewedCell] = []
    doubted: set[int] = set()
    for cell in cells:
        place = next((at for at, one in enumerate(kept) if one.box.overlap(cell.box) >= _SAME_CELL), None)
        if place is None:
            kept.append(cell)
        elif kept[place].label != cell.label:
            doubted.add(place)
    yield from (None if at in doubted else one for at, one in enumerate(kept))


def _labelled_twice(path: Path) -> LeftOut:
    return path, "a cell in it was given two labels"


def _cut(picture: RegionReader, cell: ReviewedCell, scale: FieldScale, card: Card) -> CellCrop:
    side_px = crop_side_px(cell.box, scale, card)
    size = max(round(side_px), card.input_size)  # enlarged as in use; reduced by whoever trains, also as in use
    pixels = crop_around(picture, cell.box.centre, side_px, size)
    um_per_px = scale.um_per_px * max(1, round(side_px)) / size
    crop_um = None if card.um_per_px is None else card.input_size * card.um_per_px
    return CellCrop(cell, pixels, um_per_px, crop_um)
