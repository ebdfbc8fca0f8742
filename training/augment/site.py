"""Another laboratory's picture of the same cell: its light, its density of stain, and a cell at the edge of its field.

Colour jitter moves a picture around its own tint; microscopes differ by more. Here the light is taken out (optical
density against the picture's own background), the density is scaled, and another light is put in, so that a pale
nucleus on a grey-green background and a dark one on cream are the same cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from training.augment.pixels import Image, as_image, between

if TYPE_CHECKING:
    from collections.abc import Sequence

_BRIGHTEST = 80  # per cent of the pixels are darker than background
_EVERY = 4  # px: the background of a sample of pixels is that of all


def site(
    image: Image,
    rng: np.random.Generator,
    *,
    light: Sequence[float],
    tint: Sequence[float],
    density: Sequence[float],
    channel: Sequence[float],
) -> Image:
    """Turn a picture with its own background into one with another light and another density of stain.

    `light` is the new background's share of full scale and `tint` a factor of each channel of it; `density` multiplies
    the optical density of the whole picture, drawn evenly on a logarithmic scale, and `channel` that of each channel.
    """
    gain = float(np.exp(between(rng, np.log(density).tolist())))
    gains = [gain * between(rng, channel) for _ in range(3)]
    bright = between(rng, light)
    lights = [min(255.0, 255.0 * bright * between(rng, tint)) for _ in range(3)]
    return relit(image, background(image), gains, lights)


def relit(image: Image, was: NDArray[np.float64], gains: Sequence[float], lights: Sequence[float]) -> Image:
    """Each channel's level v as light * ((v + 1) / (was + 1)) ** gain, through a table."""
    levels = np.arange(256, dtype=np.float64)[:, None]
    table = np.asarray(lights) * ((levels + 1) / (was + 1)) ** np.asarray(gains)
    lut = np.clip(np.rint(table), 0, 255).astype(np.uint8).reshape(256, 1, 3)
    return as_image(cv2.LUT(image, lut))


def background(image: Image) -> NDArray[np.float64]:
    """The colour of the picture where nothing lies: the median of its brightest fifth, RGB (3,)."""
    pixels = image[::_EVERY, ::_EVERY].reshape(-1, 3)
    brightness = pixels.sum(axis=1, dtype=np.int64)
    return np.asarray(np.median(pixels[brightness >= np.percentile(brightness, _BRIGHTEST)], axis=0), np.float64)


def field_edge(image: Image, rng: np.random.Generator, *, distance: Sequence[float]) -> Image:
    """Mirror the picture at a line beyond its middle, as `crop_around` does for a cell near the edge of its field.

    `distance` from the middle to the line is a share of the side. One of the four sides, or two that meet.
    """
    turns = int(rng.integers(4))
    result = np.rot90(image, turns)
    result = _mirrored(result, between(rng, distance))
    if rng.random() < 1 / 3:
        result = np.rot90(_mirrored(np.rot90(result), between(rng, distance)), -1)
    return as_image(np.ascontiguousarray(np.rot90(result, -turns)))


def _mirrored(image: NDArray[np.uint8], distance: float) -> NDArray[np.uint8]:
    height = image.shape[0]
    kept = min(height, max(1, round(height * (0.5 + distance))))
    return np.asarray(
        cv2.copyMakeBorder(np.ascontiguousarray(image[:kept]), 0, height - kept, 0, 0, cv2.BORDER_REFLECT)
    )
