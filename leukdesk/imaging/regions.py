"""Parts of a picture of any size: what finding and cutting out cells need of it, and of pixels in memory the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray


class RegionReader(Protocol):
    """A picture that can be read in parts: a `Pyramid`, or pixels in memory (`ArrayRegions`)."""

    @property
    def width(self) -> int:
        """Px in full size."""

    @property
    def height(self) -> int:
        """Px in full size."""

    def region(self, left: int, top: int, width: int, height: int) -> NDArray[np.uint8]:
        """uint8 RGB (height, width, 3) in full size, of a part that lies inside. Raises `ImageError`."""


@dataclass(frozen=True, slots=True, eq=False)
class ArrayRegions:
    """Parts of uint8 RGB pixels (height, width, 3)."""

    pixels: NDArray[np.uint8]

    @property
    def width(self) -> int:
        """Px."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Px."""
        return int(self.pixels.shape[0])

    def region(self, left: int, top: int, width: int, height: int) -> NDArray[np.uint8]:
        """A view; see `RegionReader`."""
        return self.pixels[top : top + height, left : left + width]


def crop_around(picture: RegionReader, centre: tuple[float, float], side_px: float, size: int) -> NDArray[np.uint8]:
    """A square of `side_px` around a point as uint8 RGB (size, size, 3): a cell with its surroundings, as in training.

    What lies outside the picture is its own reflection, so that no edge appears that no specimen has. Reduced by area
    average, enlarged by cubic interpolation. Raises `ImageError` where the picture cannot be read.
    """
    side = max(1, round(side_px))
    left, top = round(centre[0] - side / 2), round(centre[1] - side / 2)
    inside = (max(0, left), max(0, top), min(picture.width, left + side), min(picture.height, top + side))
    pixels = picture.region(inside[0], inside[1], inside[2] - inside[0], inside[3] - inside[1])
    missing = (inside[1] - top, top + side - inside[3], inside[0] - left, left + side - inside[2])
    if any(missing):
        pixels = np.asarray(cv2.copyMakeBorder(pixels, *missing, borderType=cv2.BORDER_REFLECT), np.uint8)
    if side == size:
        return np.ascontiguousarray(pixels)
    how = cv2.INTER_AREA if side > size else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, (size, size), interpolation=how), np.uint8)
