"""A phantom of a whole slide: one rendered field, turned and mirrored, side by side, as a tiled TIFF pyramid."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from training.phantom.field import render_field
from training.phantom.slide import SlideLook, random_slide
from training.phantom.truth import Kind
from training.phantom.write import SYNTHETIC_MARK

FIELD_PX = 1_000
TILE_PX = 256
_USUAL_UM = 0.2  # um per px
Pixels = NDArray[np.uint8]


def write_whole_slide(
    path: Path,
    side: int,
    *,
    levels: int = 6,
    compression: Literal["jpeg", "deflate", "lzw"] | None = "jpeg",
    um_per_px: float | None = None,
    seed: int = 1,
) -> None:
    """Write a square phantom slide of `side` px with `levels` SubIFDs, each half as wide as the one before.

    It is drawn at the scale that the file states: `um_per_px`, or the slide's own. The file says that it is synthetic.
    The picture is never whole in memory: tiles are written as they are made.
    """
    import tifffile

    look = random_slide(seed) if um_per_px is None else random_slide(seed, um_per_px=um_per_px)
    field = _field(look)
    form: dict[str, Any] = {"tile": (TILE_PX, TILE_PX), "photometric": "rgb", "dtype": np.uint8, "metadata": None}
    resolution = (10_000 / look.um_per_px, 10_000 / look.um_per_px)
    with tifffile.TiffWriter(path, bigtiff=True) as file:
        for level in range(levels + 1):
            size = -(-side >> level)
            small = cv2.resize(field, (max(1, FIELD_PX >> level),) * 2, interpolation=cv2.INTER_AREA)
            file.write(
                _tiles(small.astype(np.uint8, copy=False), size),
                shape=(size, size, 3),
                subifds=levels if level == 0 else None,
                subfiletype=int(level > 0),
                description=SYNTHETIC_MARK if level == 0 else None,
                resolution=resolution if level == 0 else None,
                resolutionunit="CENTIMETER" if level == 0 else None,
                compression=compression,
                **form,
            )


@lru_cache(maxsize=1)
def _field(look: SlideLook) -> Pixels:
    """As many cells as have room in so many um."""
    share = min(1.0, (look.um_per_px / _USUAL_UM) ** 2)
    wanted: dict[Kind, int] = {"blast": 3, "segmented": 3, "lymphocyte": 3, "red_cell": 150, "platelet": 6}
    cells = {kind: max(1, round(count * share)) for kind, count in wanted.items()}
    seed = int(look.patient.removeprefix("phantom-"))
    return render_field(seed, slide=look, width=FIELD_PX, height=FIELD_PX, cells=cells).pixels


def _tiles(field: Pixels, size: int) -> Iterator[Pixels]:
    """The tiles of one level, row by row."""
    side = field.shape[0]
    seen = [np.ascontiguousarray(np.rot90(one, turn)) for one in (field, field[:, ::-1]) for turn in range(4)]
    for top in range(0, size, TILE_PX):
        for left in range(0, size, TILE_PX):
            yield _tile(seen, side, left, top)


def _tile(seen: list[Pixels], side: int, left: int, top: int) -> Pixels:
    tile = np.empty((TILE_PX, TILE_PX, 3), np.uint8)
    y = 0
    while y < TILE_PX:
        row, from_y = divmod(top + y, side)
        high = min(TILE_PX - y, side - from_y)
        x = 0
        while x < TILE_PX:
            column, from_x = divmod(left + x, side)
            wide = min(TILE_PX - x, side - from_x)
            field = seen[(3 * row + 5 * column + row * column) % len(seen)]
            tile[y : y + high, x : x + wide] = field[from_y : from_y + high, from_x : from_x + wide]
            x += wide
        y += high
    return tile
