"""A part of a picture of any size at the resolution in which cells are found: never more pixels than that takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.errors import ImageReason
from leukdesk.domain.image import UNTILED_PX, ImageSource, Region
from leukdesk.imaging.pyramid import TILE, Pyramid
from leukdesk.imaging.refusal import refusal
from leukdesk.imaging.regions import ArrayRegions, RegionReader
from leukdesk.imaging.slides import Slide, open_large

MOST_PX = 16_000_000  # at once: a second or two of finding, and some 600 MB
_FINEST_UM = 0.21  # um per px: finer levels show nothing that an outline needs


@contextmanager
def open_parts(path: Path, *, limit_px: int) -> Iterator[tuple[RegionReader, ImageSource]]:
    """A file of any size to be read in parts, within the block: a slide, or an image in memory. Raises `ImageError`."""
    opened = open_large(path, limit_px=limit_px, untiled_px=max(limit_px, UNTILED_PX))
    if not isinstance(opened, Slide):
        yield ArrayRegions(opened.pixels), opened.source
        return
    with closing(opened.pyramid) as pyramid:
        yield pyramid, opened.source


def level_for_cells(um_per_px: float) -> int:
    """The coarsest level of a pyramid, of this scale in full size, that still shows what finding cells needs."""
    level = 0
    while um_per_px * 2 ** (level + 1) <= _FINEST_UM:
        level += 1
    return level


def with_margin(region: Region, margin: int, width: int, height: int) -> Region:
    """A region with so many px around it, as far as the picture reaches."""
    left, top = max(0, region.left - margin), max(0, region.top - margin)
    right = min(width, region.left + region.width + margin)
    bottom = min(height, region.top + region.height + margin)
    return Region(left, top, right - left, bottom - top)


def require_bounded(region: Region, level: int, um_per_px: float) -> None:
    """Raises `ImageError` for a region with more than `MOST_PX` pixels in that level."""
    if (region.width >> level) * (region.height >> level) > MOST_PX:
        wide = max(region.width, region.height) * um_per_px / 1000
        most = MOST_PX**0.5 * 2**level * um_per_px / 1000
        what = f"what is in view is too much to look for cells in at once: {wide:.2g} mm wide"
        raise refusal(ImageReason.TOO_LARGE, what, f"Zoom in first, until about {most:.1g} mm are in view.")


def read_part(picture: RegionReader, region: Region, level: int) -> NDArray[np.uint8]:
    """uint8 RGB (rows, columns, 3) of a region (px of full size) in a level of a pyramid. Raises `ImageError`."""
    if level == 0 or not isinstance(picture, Pyramid):
        return picture.region(*region)
    wide, high = picture.size(level)
    left, top = region.left >> level, region.top >> level
    right = min(wide, ceil((region.left + region.width) / 2**level))
    bottom = min(high, ceil((region.top + region.height) / 2**level))
    part = np.empty((bottom - top, right - left, 3), np.uint8)
    for row in range(top // TILE, (bottom - 1) // TILE + 1):
        for column in range(left // TILE, (right - 1) // TILE + 1):
            tile = picture.tile(level, column, row)
            x, y = column * TILE, row * TILE
            rows = slice(max(top, y), min(bottom, y + tile.shape[0]))
            columns = slice(max(left, x), min(right, x + tile.shape[1]))
            part[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = tile[
                rows.start - y : rows.stop - y, columns.start - x : columns.stop - x
            ]
    return part
