"""How much light the stain takes, pixel by pixel, against the lamp as it would be without a smear."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Pixels = NDArray[np.uint8]

_LAMP_SIDE = 64  # px: the lamp changes slowly
_ROUNDS = (0.25, 0.15, 0.10)  # of optical density: what counts as bare glass, ever more strictly
_BRIGHTEST, _NEAR_BRIGHTEST = 0.9, 0.1  # quantile of mean log light, and how far below it glass may lie
_LEAST = 30  # px of the small copy
_BEND = (1e-6, 1.0, 1.0, 2.0, 2.0, 2.0)  # reluctance to tilt and bend, so that a corner without glass is no guess
_RELUCTANCE = 0.002
_NOISE_PX = 0.8
_LOG = np.log(np.maximum(np.arange(256), 1)).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Densities:
    """Optical density (natural logarithm), each float32 (height, width)."""

    purple: Plane  # green minus blue: nuclei much, red cells next to nothing
    total: Plane  # mean of the three channels
    red: Plane  # what is taken of red light: nuclei much, eosin next to nothing


def lamp(pixels: Pixels) -> Plane:
    """The logarithm of the light without a smear, float32 (rows, columns, 3), at most 128 px wide.

    A quadratic surface through the brightest pixels, fitted again to those near it, since fields are lit unevenly and
    a lamp has a colour. `pixels` is uint8 RGB (height, width, 3).
    """
    height, width = pixels.shape[:2]
    shrink = max(1, -(-max(height, width) // _LAMP_SIDE))
    size = (max(1, width // shrink), max(1, height // shrink))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    logs, shape = _LOG[small].reshape(-1, 3), small.shape
    terms = _terms(shape[0], shape[1])
    mean = logs.mean(axis=1)
    near = mean > np.quantile(mean, _BRIGHTEST) - _NEAR_BRIGHTEST
    surface = np.broadcast_to(np.median(logs[near], axis=0), logs.shape)
    for limit in _ROUNDS:
        glass = np.abs(surface - logs).max(axis=1) < limit
        if np.count_nonzero(glass) < _LEAST:
            break
        chosen = terms[glass]
        stiff = np.diag(_BEND) * (len(chosen) * _RELUCTANCE)
        surface = terms @ np.linalg.solve(chosen.T @ chosen + stiff, chosen.T @ logs[glass])
    return np.ascontiguousarray(surface.reshape(shape), np.float32)


def densities(pixels: Pixels, light: Plane) -> Densities:
    """Densities of uint8 RGB (height, width, 3) against `lamp(...)` of the same view, smoothed by 0.8 px."""
    height, width = pixels.shape[:2]
    bare = cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR)
    taken = bare - cv2.GaussianBlur(_LOG[pixels], (0, 0), _NOISE_PX)
    red, green, blue = (np.ascontiguousarray(taken[..., channel]) for channel in range(3))
    total = np.asarray((red + green + blue) / np.float32(3), np.float32)
    return Densities(np.asarray(green - blue, np.float32), total, red)


def otsu(values: Plane, low: float = -0.3) -> float:
    """Otsu's threshold (1979, doi 10.1109/TSMC.1979.4310076) in steps of 0.01 from `low` on."""
    levels = np.clip((values - np.float32(low)) * 100, 0, 255).astype(np.uint8).reshape(-1, 1)
    threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return float(threshold) / 100 + low


def shrunk(pixels: Pixels, factor: float) -> Pixels:
    """The picture at `factor` of its size, by area average; unchanged where the factor is 1 or more."""
    if factor >= 1:
        return pixels
    size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _terms(rows: int, columns: int) -> Plane:
    y, x = (axis.astype(np.float32) for axis in np.mgrid[0:rows, 0:columns])
    x, y = x / columns - np.float32(0.5), y / rows - np.float32(0.5)
    return np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=-1).reshape(-1, 6)
