"""A class-activation map as a coloured veil over the image it explains."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

_MOST_OPAQUE = 210  # of 255: under the strongest spot the cell still shows
_DARKEST = 70  # of viridis; below it are the purples that a Giemsa stain has too
_BLOCK_PX = 1 << 16  # rows are coloured in blocks that stay in the cache: ten times faster on a large image


def heatmap_rgba(
    values: NDArray[np.float32], *, height: int, width: int, full_scale: float, threshold: float = 0.0
) -> NDArray[np.uint8]:
    """Colour a map over the square model input for an image of `height` x `width`.

    `values` is float32 (rows, columns), 0 or more; `full_scale` is the value that gets the top colour, and values below
    `threshold` (a share of it, 0..1) stay clear. Returns uint8 RGBA (height, width, 4), not premultiplied.

    The map is enlarged by cubic interpolation (Keys 1981), which keeps the values at the cell centres, and cut to the
    part of the square that the image fills (`preprocess.content_box`). Colour and opacity both grow with the value.
    What is not finite counts as 0; a `full_scale` of 0 or less gives a clear veil.
    """
    veil = np.zeros((height, width), np.uint32)
    if full_scale > 0:
        levels = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0) * np.float32(255.0 / full_scale)
        longer = max(height, width)
        down = _cubic(height, longer, values.shape[0])
        across = levels.astype(np.float32) @ _cubic(width, longer, values.shape[1]).T
        _colour(veil, down, across, _table(threshold))
    return veil.view(np.uint8).reshape(height, width, 4)


def colour_bar(rows: int) -> NDArray[np.uint8]:
    """The legend of `heatmap_rgba` as one column: (rows, 1, 4), `full_scale` at the top, 0 at the bottom."""
    levels = np.rint(np.linspace(255, 0, rows)).astype(np.intp)
    return _table(0.0)[levels].view(np.uint8).reshape(rows, 1, 4)


def _colour(
    veil: NDArray[np.uint32], down: NDArray[np.float32], across: NDArray[np.float32], table: NDArray[np.uint32]
) -> None:
    rows = max(1, _BLOCK_PX // veil.shape[1])
    for start in range(0, veil.shape[0], rows):
        levels = down[start : start + rows] @ across
        np.clip(levels + 0.5, 0, 255, out=levels)
        np.take(table, levels.astype(np.uint8), out=veil[start : start + rows])


@cache
def _table(threshold: float) -> NDArray[np.uint32]:
    """The levels 0..255 as four bytes RGBA.

    The colours are the upper part of viridis (Smith & van der Walt 2015): lightness rises evenly, also for colour-blind
    readers and in print, and blue-green to yellow is never mistaken for stain.
    """
    shades = np.rint(np.linspace(_DARKEST, 255, 256)).astype(np.uint8)
    rgba = np.empty((256, 4), np.uint8)
    rgba[:, :3] = cv2.applyColorMap(shades[:, np.newaxis], cv2.COLORMAP_VIRIDIS)[:, 0, ::-1]
    rgba[:, 3] = np.rint(np.linspace(0, _MOST_OPAQUE, 256))
    rgba[np.arange(256) < threshold * 255.0, 3] = 0
    return rgba.view(np.uint32)[:, 0]


def _cubic(pixels: int, longer: int, cells: int) -> NDArray[np.float32]:
    """Weights (pixels, cells) of cubic interpolation between cell centres along one side of the square.

    The side's `pixels` lie in the middle of the `longer` pixels that all `cells` span; at the rim the outermost cell
    goes on. As a matrix because OpenCV's affine warp knows only 32 steps between neighbours, which shows as bands.
    """
    centres = (np.arange(pixels) + 0.5 + (longer - pixels) / 2) * (cells / longer) - 0.5
    centres = np.clip(centres, 0, cells - 1)
    cell = centres.astype(np.intp)
    t = centres - cell
    weights = np.zeros((pixels, cells), np.float32)
    near = ((3 * t - 5) * t * t + 2) / 2, ((-3 * t + 4) * t + 1) * t / 2
    far = ((-t + 2) * t - 1) * t / 2, (t - 1) * t * t / 2
    for step, share in zip((-1, 0, 1, 2), (far[0], *near, far[1]), strict=True):
        np.add.at(weights, (np.arange(pixels), np.clip(cell + step, 0, cells - 1)), share.astype(np.float32))
    return weights
