"""The one preprocessing, shared by use and training: any picture as the square that a model takes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_FAR = 8  # times the wanted size; nearer, an intermediate size would show in the answers


def to_input(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Fit uint8 RGB (height, width, 3) into (size, size, 3), aspect kept.

    The longer side becomes `size` (area average when it shrinks, linear when it grows) and the picture is centred; the
    rest is filled with the picture's own reflection, so that no edge appears that no specimen has. A picture of
    `size` x `size` passes unchanged, byte for byte.
    """
    return squared(fitted(pixels, size), size)


def fitted(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The first half of `to_input`: the picture with its longer side `size`, uint8 RGB (rows, columns, 3)."""
    height, width = pixels.shape[:2]
    _, _, rows, columns = content_box(height, width, size)
    if (rows, columns) == (height, width):
        return pixels
    how = cv2.INTER_AREA if max(height, width) > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(_halved(pixels, rows, columns), (columns, rows), interpolation=how), np.uint8)


def _halved(pixels: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.uint8]:
    """A picture far larger than wanted, first in means of 2 x 2 px: some 40 % of the time."""
    while pixels.shape[0] >= _FAR * rows and pixels.shape[1] >= _FAR * columns:
        half = (pixels.shape[1] // 2, pixels.shape[0] // 2)
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), np.uint8)
    return pixels


def squared(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The second half: the fitted picture in the middle of (size, size, 3), the rest filled with its reflection."""
    rows, columns = pixels.shape[:2]
    if (rows, columns) == (size, size):
        return pixels
    top, left = (size - rows) // 2, (size - columns) // 2
    bottom, right = size - top - rows, size - left - columns
    return np.asarray(cv2.copyMakeBorder(pixels, top, bottom, left, right, cv2.BORDER_REFLECT), np.uint8)


def content_box(height: int, width: int, size: int) -> tuple[int, int, int, int]:
    """Where the picture lies in the square of `to_input`: top, left, rows, columns, in px of that square."""
    longer = max(height, width)
    rows = max(1, round(height * size / longer))
    columns = max(1, round(width * size / longer))
    return (size - rows) // 2, (size - columns) // 2, rows, columns
