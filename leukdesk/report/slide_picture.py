"""The part of a slide in which cells were looked at, small enough for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.domain.image import Region
from leukdesk.domain.recorded import CellBox
from leukdesk.imaging.file_bytes import sha256_of
from leukdesk.imaging.slide_part import open_parts, read_part, with_margin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIDE = 2_048  # px on the page, at most: more than is printed
_AROUND = 1.0  # sides of the largest box, beyond the outermost cells


@dataclass(frozen=True, slots=True, eq=False)
class SlidePart:
    """Pixels uint8 RGB (rows, columns, 3); `left` and `top` in px of the whole slide, of which `step` make one here."""

    pixels: NDArray[np.uint8]
    left: int
    top: int
    step: int
    sha256: str  # of the slide

    def placed(self, box: CellBox) -> CellBox:
        """A cell's place in this picture."""
        left, top = (box.left - self.left) / self.step, (box.top - self.top) / self.step
        return CellBox(left, top, box.width / self.step, box.height / self.step)


def part_around(path: Path, boxes: Sequence[CellBox], *, limit_px: int) -> SlidePart:
    """What holds all these cells (at least one), halved until it is small. Raises `ImageError`."""
    with open_parts(path, limit_px=limit_px) as (picture, _):
        around = ceil(_AROUND * max(max(one.width, one.height) for one in boxes))
        left, top = int(min(one.left for one in boxes)), int(min(one.top for one in boxes))
        right = ceil(max(one.left + one.width for one in boxes))
        bottom = ceil(max(one.top + one.height for one in boxes))
        region = with_margin(Region(left, top, right - left, bottom - top), around, picture.width, picture.height)
        level = 0
        while max(region.width, region.height) >> level > _SIDE:
            level += 1
        pixels = read_part(picture, region, level)
    return SlidePart(pixels, region.left, region.top, 2**level, sha256_of(path))
