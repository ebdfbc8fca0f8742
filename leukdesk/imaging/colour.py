"""Whatever a file stores, as 8-bit RGB: greys, alpha, ink, deep samples, and turned upright."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.uint8] | NDArray[np.uint16]


def to_8_bit(samples: Samples, white: int) -> NDArray[np.uint8]:
    """Samples of 0..`white` as 0..255, rounded; a fixed scale, never stretched to the image's own range."""
    if white == 255 and samples.dtype == np.uint8:
        return samples.astype(np.uint8, copy=False)
    levels = np.arange(np.iinfo(samples.dtype).max + 1, dtype=np.float64)
    table = np.minimum(np.rint(levels * (255.0 / white)), 255.0).astype(np.uint8)
    scaled: NDArray[np.uint8] = table[samples]
    return scaled


def grey_to_rgb(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(height, width) as (height, width, 3)."""
    return np.repeat(grey[:, :, np.newaxis], 3, axis=2)


def on_white(rgb: NDArray[np.uint8], alpha: NDArray[np.uint8], *, premultiplied: bool = False) -> NDArray[np.uint8]:
    """RGB (height, width, 3) laid on white by alpha (height, width), rounded."""
    if bool((alpha == 255).all()):
        return rgb
    clear = (255 - alpha).astype(np.uint16)[:, :, np.newaxis]
    if premultiplied:
        return np.asarray(np.minimum(rgb + clear, 255), np.uint8)
    opaque = alpha.astype(np.uint16)[:, :, np.newaxis]
    return ((rgb * opaque + clear * 255 + 127) // 255).astype(np.uint8)


def ink_to_rgb(light: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """CMYK stored as light (255 is no ink), shape (height, width, 4), as RGB: each ink and black multiply.

    Without the printer's profile this is the usual approximation; colours are near, not exact.
    """
    black = light[:, :, 3:].astype(np.uint16)
    return ((light[:, :, :3] * black + 127) // 255).astype(np.uint8)


def upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Undo an EXIF orientation (1..8; anything else counts as 1), so that the first row is the top."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
