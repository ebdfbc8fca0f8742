"""A phantom in fewer pixels."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, floor

import cv2
import numpy as np

from training.phantom.truth import Box, Phantom, TruthCell


def reduced(phantom: Phantom, width: int) -> Phantom:
    """The same field `width` px wide (never wider than it is), by averaging areas; its truth goes with it."""
    height_then, width_then = phantom.pixels.shape[:2]
    if not 0 < width <= width_then:
        raise ValueError(f"a field of {width_then} px cannot be reduced to {width} px")
    factor = width / width_then
    size = (width, round(height_then * factor))
    pixels = np.asarray(cv2.resize(phantom.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    nuclei = phantom.nuclei
    if nuclei is not None:
        nuclei = np.asarray(cv2.resize(nuclei, size, interpolation=cv2.INTER_NEAREST), np.uint16)
    cells = tuple(_reduced_cell(cell, factor, size) for cell in phantom.truth.cells)
    return Phantom(pixels, replace(phantom.truth, cells=cells, um_per_px=phantom.truth.um_per_px / factor), nuclei)


def _reduced_cell(cell: TruthCell, factor: float, size: tuple[int, int]) -> TruthCell:
    x0, y0, x1, y1 = (side * factor for side in cell.box)
    box: Box = (floor(x0), floor(y0), min(ceil(x1), size[0]), min(ceil(y1), size[1]))
    return replace(cell, box=box)
