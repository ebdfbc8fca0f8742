"""Find cells in a picture of any size, tile by tile: memory for one tile, and for what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import ceil

import numpy as np

from leukdesk.domain.cell import Box, Cell, CellField, CellKind
from leukdesk.domain.errors import Cancelled
from leukdesk.imaging.cells import find_cells, numbered
from leukdesk.imaging.cells_look import SlideLook, learn_look, pooled
from leukdesk.imaging.regions import RegionReader

TILE_PX = 2048  # of full size, without overlap: 12 MiB
_OVERLAP_UM = 30.0  # more than the widest cell, so that each lies whole in one tile
_LEARNED_FROM = 9  # views across the picture
_VIEW_PX = 1024
_BARE = 0.06  # share of a thumbnail's pixels off its commonest brightness: below it a tile is empty glass


def find_cells_tiled(
    picture: RegionReader,
    *,
    um_per_px: float | None = None,
    tile_px: int = TILE_PX,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> CellField:
    """Find cells as `find_cells` does, in one look for the whole slide; everything in px of the whole picture.

    Tiles overlap, and a cell belongs to the tile that holds its middle, so that none is counted twice; only the border
    of the whole picture cuts cells. Raises `ImageError` where the picture cannot be read, `Cancelled`.
    """
    if max(picture.width, picture.height) <= tile_px:
        return find_cells(picture.region(0, 0, picture.width, picture.height), um_per_px=um_per_px)
    look = learn_slide(picture, um_per_px)
    overlap = max(32, ceil(_OVERLAP_UM / look.scale.um_per_px))
    tiles = list(_tiles(picture, tile_px))
    cells: list[Cell] = []
    for done, tile in enumerate(tiles if look.has_nuclei else []):
        if cancelled():
            raise Cancelled
        progress(done, len(tiles))
        cells += _in_tile(picture, tile, overlap, look)
    progress(len(tiles), len(tiles))
    return CellField(picture.width, picture.height, look.scale, numbered(cells))


def learn_slide(picture: RegionReader, um_per_px: float | None) -> SlideLook:
    """The look of a slide from nine views spread over it; empty glass among them does not count."""
    wide, high = min(_VIEW_PX, picture.width), min(_VIEW_PX, picture.height)
    looks = []
    for at in range(_LEARNED_FROM):
        left = int((picture.width - wide) * (0.1 + 0.4 * (at % 3)))
        top = int((picture.height - high) * (0.1 + 0.4 * (at // 3)))
        looks.append(learn_look(picture.region(left, top, wide, high), um_per_px))
    return pooled(looks)


def _tiles(picture: RegionReader, tile_px: int) -> Iterator[tuple[int, int, int, int]]:
    for top in range(0, picture.height, tile_px):
        for left in range(0, picture.width, tile_px):
            yield left, top, min(picture.width, left + tile_px), min(picture.height, top + tile_px)


def _in_tile(picture: RegionReader, tile: tuple[int, int, int, int], overlap: int, look: SlideLook) -> Iterator[Cell]:
    left, top = max(0, tile[0] - overlap), max(0, tile[1] - overlap)
    right, bottom = min(picture.width, tile[2] + overlap), min(picture.height, tile[3] + overlap)
    pixels = picture.region(left, top, right - left, bottom - top)
    if _is_bare(pixels):
        return
    for cell in find_cells(pixels, look).cells:
        x, y = cell.box.centre[0] + left, cell.box.centre[1] + top
        if tile[0] <= x < tile[2] and tile[1] <= y < tile[3]:
            yield _moved(cell, left, top, picture)


def _is_bare(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bool:
    """Whether a tile is glass alone: a look of the whole slide would take its dust for cells."""
    green = pixels[::16, ::16, 1].astype(np.int16)
    return bool((np.abs(green - np.median(green)) > 12).mean() < _BARE * 0.1)


def _moved(cell: Cell, right: int, down: int, picture: RegionReader) -> Cell:
    box = cell.box.moved(right, down)
    outline = tuple((x + right, y + down) for x, y in cell.outline)
    nuclei = tuple(tuple((x + right, y + down) for x, y in nucleus) for nucleus in cell.nuclei)
    kind = cell.kind
    if kind is CellKind.CUT and not _at_border(box, picture):
        kind = CellKind.CELL
    return replace(cell, kind=kind, box=box, outline=outline, nuclei=nuclei)


def _at_border(box: Box, picture: RegionReader) -> bool:
    return box.left <= 0 or box.top <= 0 or box.right >= picture.width or box.bottom >= picture.height
