"""A class-activation map as a coloured veil over the image it explains."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

_MOST_OPAQUE = 230  # of 255: even the strongest spot lets the cell shine through
_BLOCK_PX = 1 << 22  # rows are coloured in blocks of about this many pixels, to bound the memory


def heatmap_rgba(
    values: NDArray[np.float32], *, height: int, width: int, full_scale: float, threshold: float = 0.0
) -> NDArray[np.uint8]:
    """Colour a map over the square model input for an image of `height` x `width`: (height, width, 4), not premultiplied.

    `values` is float32 (rows, columns), 0 or more; `full_scale` is the value that gets the top colour, and values below
    `threshold` (a share of it, 0..1) stay clear. The map is enlarged bilinearly and cut to the part of the square that
    the image fills (see `preprocess.content_box`). Colour and opacity both grow with the value. What is not
    finite counts as 0; a `full_scale` of 0 or less gives a clear veil.
    """
    veil = np.zeros((height, width, 4), np.uint8)
    if not full_scale > 0:
        return veil
    shares = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32) / np.float32(full_scale)
    longer = max(height, width)
    down = _bilinear(height, longer, shares.shape[0])
    across = shares @ _bilinear(width, longer, shares.shape[1]).T
    table = _table(threshold)
    rows = max(1, _BLOCK_PX // width)
    for start in range(0, height, rows):
        block = down[start : start + rows] @ across
        veil[start : start + rows] = table[np.clip(block * 255.0 + 0.5, 0, 255).astype(np.uint8)]
    return veil


def colour_bar(rows: int) -> NDArray[np.uint8]:
    """The legend of `heatmap_rgba` as one column: (rows, 1, 4), `full_scale` at the top, 0 at the bottom."""
    levels = np.rint(np.linspace(255, 0, rows)).astype(np.uint8)
    return np.ascontiguousarray(_table(0.0)[levels][:, np.newaxis, :])


@cache
def _table(threshold: float) -> NDArray[np.uint8]:
    """RGBA of the levels 0..255.

    The colours are inferno (Smith & van der Walt 2015, as in matplotlib): lightness rises evenly, also for colour-blind
    readers and in print.
    """
    levels = np.arange(256, dtype=np.uint8)
    bgr = cv2.applyColorMap(levels[:, np.newaxis], cv2.COLORMAP_INFERNO)[:, 0]
    alpha = np.rint(levels * (_MOST_OPAQUE / 255.0)).astype(np.uint8)
    alpha[levels < threshold * 255.0] = 0
    return np.dstack([bgr[np.newaxis, :, ::-1], alpha[np.newaxis]])[0]


def _bilinear(pixels: int, longer: int, cells: int) -> NDArray[np.float32]:
    """Weights (pixels, cells) of linear interpolation between cell centres along one side of the square.

    The side's `pixels` lie in the middle of the `longer` pixels that all `cells` span; at the rim the outermost cell
    goes on. As a matrix because OpenCV's affine warp knows only 32 steps between neighbours, which shows as bands.
    """
    centres = (np.arange(pixels) + 0.5 + (longer - pixels) / 2) * (cells / longer) - 0.5
    centres = np.clip(centres, 0, cells - 1)
    left = np.minimum(centres.astype(np.intp), max(cells - 2, 0))
    share = centres - left
    weights = np.zeros((pixels, cells), np.float32)
    index = np.arange(pixels)
    weights[index, left] = 1.0 - share
    if cells > 1:
        weights[index, left + 1] = share
    return weights
