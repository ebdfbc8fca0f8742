"""An image of a smear, as read from a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


UNTILED_PX = 200_000_000  # a file that is not stored in tiles must be decoded whole to be seen: no more than this


class Region(NamedTuple):
    """A part of a slide, in px of its full size."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ImageSource:
    """Where pixels came from: enough to find the file again and to say what was done to read it."""

    path: Path
    sha256: str  # of the file's bytes, lower-case hex; empty for a slide that is only looked at
    format: str  # "JPEG", "PNG", "BMP" or "TIFF"; of a vendor's slide the vendor's name
    width: int  # px, after orientation
    height: int  # px, after orientation
    bits: int  # per channel in the file: 1, 8 or 16
    pages: int  # pages in the file; the first is read unless asked otherwise
    um_per_px: float | None  # None where the file does not state it
    synthetic: bool  # the file says it is a phantom
    region: Region | None = None  # the field of a slide that this is; None for a whole image


@dataclass(frozen=True, slots=True, eq=False)
class SmearImage:
    """Pixels as uint8 RGB of shape (height, width, 3), upright, without alpha; and where they came from."""

    source: ImageSource
    pixels: NDArray[np.uint8]
