"""A picture of any size as tiles in levels, each half as wide and high as the one before; never whole in memory.

What a file stores (any tiles, any levels, or none) is its `Store`'s business. Seen from here every picture has tiles of
`TILE` px and levels of halves: a tile comes from the smallest stored level that is large enough, and where the file
stores no such level, from the four tiles below it.
"""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.imaging.tile_cache import TileCache

TILE = 512  # px
COARSE_PX = 1024  # longer side; the last level is no larger
_HALVES_BYTES = 96 << 20  # of tiles made from four others, which are dear
_NEAR = 1.01  # a stored level may be this much smaller than a half, since sizes are rounded
_BASE_READ_PX = 32_000_000  # what may be decoded at once for the first look


class Store(Protocol):
    """What a file holds: levels, the largest first. Threads may share it."""

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Width and height of each stored level in px."""

    def read(self, level: int, left: int, top: int, width: int, height: int) -> NDArray[np.uint8]:
        """uint8 RGB (height, width, 3) of a part that lies inside a stored level. Raises `ImageError`."""

    def close(self) -> None:
        """Let go of the file."""


class Pyramid:
    """Tiles of a picture by level, column and row. Level 0 is full size."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.width, self.height = store.sizes[0]
        self.levels = 1
        while max(self.size(self.levels - 1)) > COARSE_PX:
            self.levels += 1
        self._halved: TileCache[tuple[int, int, int], NDArray[np.uint8]] = TileCache(
            _HALVES_BYTES, lambda tile: tile.nbytes
        )

    def size(self, level: int) -> tuple[int, int]:
        """Width and height of a level in px."""
        return max(1, -(-self.width >> level)), max(1, -(-self.height >> level))

    def tile(self, level: int, column: int, row: int) -> NDArray[np.uint8]:
        """uint8 RGB of one tile, smaller at the right and lower rim. Raises `ImageError`."""
        stored = self._stored(level)
        if stored is None:
            return self._from_four(level, column, row)
        left, top, width, height = self._box(level, column, row)
        return self._read(stored, level, left, top, width, height)

    def base(self) -> NDArray[np.uint8] | None:
        """The last level whole, for the first look; None where that would take long. Raises `ImageError`."""
        level = self.levels - 1
        stored = self._stored(level)
        if stored is None:
            stored = len(self._store.sizes) - 1
        width, height = self._store.sizes[stored]
        return self._read(stored, level, 0, 0, *self.size(level)) if width * height <= _BASE_READ_PX else None

    def region(self, left: int, top: int, width: int, height: int) -> NDArray[np.uint8]:
        """uint8 RGB (height, width, 3) in full size, of a part that lies inside the picture. Raises `ImageError`."""
        return self._store.read(0, left, top, width, height)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def _box(self, level: int, column: int, row: int) -> tuple[int, int, int, int]:
        width, height = self.size(level)
        left, top = column * TILE, row * TILE
        if not (0 <= left < width and 0 <= top < height):
            raise IndexError((level, column, row))
        return left, top, min(TILE, width - left), min(TILE, height - top)

    def _stored(self, level: int) -> int | None:
        """The smallest stored level with a pixel for each of this level's, unless it has far more of them."""
        width, height = self.size(level)
        for place in range(len(self._store.sizes) - 1, -1, -1):
            across, down = self._store.sizes[place]
            if across * _NEAR >= width and down * _NEAR >= height:
                near = across <= 4 * width + 4 and down <= 4 * height + 4
                return place if near else None
        return 0

    def _read(self, stored: int, level: int, left: int, top: int, width: int, height: int) -> NDArray[np.uint8]:
        """A part of one of our levels out of a stored one."""
        whole, kept = self.size(level), self._store.sizes[stored]
        edges = [
            round(at * have / size)
            for at, have, size in (
                (left, kept[0], whole[0]),
                (top, kept[1], whole[1]),
                (left + width, kept[0], whole[0]),
                (top + height, kept[1], whole[1]),
            )
        ]
        x, y = min(edges[0], kept[0] - 1), min(edges[1], kept[1] - 1)
        pixels = self._store.read(stored, x, y, max(1, edges[2] - x), max(1, edges[3] - y))
        return _resized(pixels, width, height)

    def _from_four(self, level: int, column: int, row: int) -> NDArray[np.uint8]:
        key = (level, column, row)
        kept = self._halved.get(key)
        if kept is not None:
            return kept
        _, _, width, height = self._box(*key)
        below = self.size(level - 1)
        places = [(2 * column + x, 2 * row + y) for y in (0, 1) for x in (0, 1)]
        parts = [self.tile(level - 1, x, y) for x, y in places if x * TILE < below[0] and y * TILE < below[1]]
        wide = 2 if (2 * column + 1) * TILE < below[0] else 1
        rows = [np.hstack(parts[start : start + wide]) for start in range(0, len(parts), wide)]
        made = _resized(np.vstack(rows), width, height)
        self._halved.put(key, made)
        return made


class ArrayStore:
    """A picture that is in memory, with its halves."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        """`pixels`: uint8 RGB (height, width, 3)."""
        self._levels = halved(pixels)

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """See `Store`."""
        return tuple((one.shape[1], one.shape[0]) for one in self._levels)

    def read(self, level: int, left: int, top: int, width: int, height: int) -> NDArray[np.uint8]:
        """See `Store`."""
        return self._levels[level][top : top + height, left : left + width]

    def close(self) -> None:
        """See `Store`."""
        self._levels = self._levels[:1]


def halved(pixels: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """The picture and its halves, down to `COARSE_PX`."""
    levels = [pixels]
    while max(levels[-1].shape[:2]) > COARSE_PX:
        height, width = levels[-1].shape[:2]
        levels.append(_resized(levels[-1], max(1, width // 2), max(1, height // 2)))
    return levels


def _resized(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
