"""What cameras and files add: noise, blur, compression, and the masking of burnt-in marks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from training.augment.pixels import Image, as_image, between

if TYPE_CHECKING:
    from collections.abc import Sequence

_NORMALS = 1 << 20  # drawing 150 000 normal numbers takes 1.1 ms, cutting them from a table 0.03 ms
CORNERS = ("bottom-right", "bottom-left", "top-right", "top-left")


def noise(image: Image, rng: np.random.Generator, *, scale: Sequence[float], per_channel: float) -> Image:
    """Add Gaussian noise of standard deviation `scale` (grey levels), coloured with probability `per_channel`.

    The numbers are a stretch, at a random place, of one fixed table of 2**20 standard normal numbers.
    """
    sigma, coloured = between(rng, scale), rng.random() < per_channel
    height, width = image.shape[:2]
    numbers = _normals(height * width * (3 if coloured else 1), rng) * np.float32(sigma)
    grains = numbers.reshape(height, width, -1)
    layer = grains if coloured else cv2.merge([grains] * 3)
    return as_image(cv2.add(image, layer.reshape(image.shape), dtype=cv2.CV_8U))


def blur(image: Image, rng: np.random.Generator, *, sigma: Sequence[float]) -> Image:
    """Gaussian blur with a standard deviation of `sigma` px."""
    return blurred(image, between(rng, sigma))


def jpeg(image: Image, rng: np.random.Generator, *, quality: Sequence[float]) -> Image:
    """Write as JPEG of a quality 1..100 and read again."""
    return recompressed(image, round(between(rng, quality)))


def mask_corner(
    image: Image,
    rng: np.random.Generator,
    *,
    corner: str,
    width: Sequence[float],
    height: Sequence[float],
    fill: str,
) -> Image:
    """Cover one corner, where scale bars are burnt in; `corner` "random" draws one of the four.

    `width` and `height` are shares of the image; `fill` is "median" (the image's median colour), "reflect" (the
    mirrored neighbourhood) or "random" (either).
    """
    place = CORNERS[int(rng.integers(4))] if corner == "random" else corner
    size = (between(rng, height), between(rng, width))
    chosen = ("median", "reflect")[int(rng.integers(2))] if fill == "random" else fill
    return cover_corner(image, place, size, chosen)


def blurred(image: Image, sigma: float) -> Image:
    """Gaussian blur; a sigma too small to change a grey level (below 0.05 px) leaves the image as it is."""
    return image if sigma < 0.05 else as_image(cv2.GaussianBlur(image, (0, 0), sigma))


def recompressed(image: Image, quality: int) -> Image:
    """JPEG there and back."""
    coded = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return as_image(cv2.cvtColor(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)), cv2.COLOR_BGR2RGB))


def cover_corner(image: Image, corner: str, size: tuple[float, float], fill: str) -> Image:
    """A copy whose corner of `size` (height, width in shares) holds the median colour or the mirrored neighbours."""
    rows = max(1, round(image.shape[0] * size[0]))
    columns = max(1, round(image.shape[1] * size[1]))
    code = _FLIPS[corner]
    upright = image.copy() if code is None else as_image(cv2.flip(image, code))
    height, width = upright.shape[:2]
    if fill == "reflect" and 2 * columns <= width:
        neighbours = upright[height - rows :, width - 2 * columns : width - columns]
        upright[height - rows :, width - columns :] = neighbours[:, ::-1]
    else:
        upright[height - rows :, width - columns :] = _median(image)
    return upright if code is None else as_image(cv2.flip(upright, code))


_FLIPS = {"bottom-right": None, "bottom-left": 1, "top-right": 0, "top-left": -1}


def _median(image: Image) -> Image:
    """Median colour of at most about 3000 evenly spaced pixels, shape (3,)."""
    step = max(1, int((image.shape[0] * image.shape[1] / 3000) ** 0.5))
    return as_image(np.median(image[::step, ::step].reshape(-1, 3), axis=0).astype(np.uint8))


@cache
def _table() -> NDArray[np.float32]:
    return np.random.Generator(np.random.PCG64(20240117)).standard_normal(_NORMALS, dtype=np.float32)


def _normals(count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    start = int(rng.integers(_NORMALS))
    if start + count <= _NORMALS:
        return _table()[start : start + count]
    return np.resize(np.roll(_table(), -start), count)
