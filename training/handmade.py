"""Hand-made descriptions of an image, which baselines classify: colour, corner, border, shape and texture.

The first three describe nothing that a morphologist would look at; what they reach, a data set gives away for free.
All functions take uint8 RGB (height, width, 3) and return a float32 vector.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.imaging.nuclei import nucleus_mask

if TYPE_CHECKING:
    from cv2.typing import MatLike

Pixels = NDArray[np.uint8]
Vector = NDArray[np.float32]

CORNER_WIDTH, CORNER_HEIGHT = 48 / 224, 34 / 224  # where the scale bar of the Taleqani images stands
BORDER = 0.06  # width of the frame as a share of the image
_GREY_LEVELS = 16
_WORKING_SIDE = 256  # px; shape and texture are described at this size at most
_MIN_NUCLEUS = 5e-4  # share of the image


def colour_statistics(image: Pixels) -> Vector:
    """Mean, standard deviation and 5th, 50th, 95th percentile of red, green and blue: fifteen numbers, no place."""
    flat = image.reshape(-1, 3).astype(np.float32)
    return np.concatenate([flat.mean(0), flat.std(0), *np.percentile(flat, [5, 50, 95], axis=0)]).astype(np.float32)


def corner(image: Pixels) -> Vector:
    """The corner at the bottom right (48 x 34 of 224 px, elsewhere in proportion), reduced to 12 x 8 px."""
    height, width = image.shape[:2]
    rows, columns = max(1, round(height * CORNER_HEIGHT)), max(1, round(width * CORNER_WIDTH))
    return _reduced(image[height - rows :, width - columns :], (12, 8))


def border(image: Pixels) -> Vector:
    """The four edges of the image as strips of its outer 6 %, each reduced to 24 x 2 px."""
    height, width = image.shape[:2]
    rows, columns = max(1, round(height * BORDER)), max(1, round(width * BORDER))
    strips = (
        _reduced(image[:rows], (24, 2)),
        _reduced(image[height - rows :], (24, 2)),
        _reduced(image[:, :columns], (2, 24)),
        _reduced(image[:, width - columns :], (2, 24)),
    )
    return np.concatenate(strips)


def _reduced(part: Pixels, size: tuple[int, int]) -> Vector:
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), dtype=np.float32).ravel()


def colour_shape_texture(image: Pixels) -> Vector:
    """Colour statistics, the shape of what is stained like a nucleus, and texture (co-occurrence, binary patterns)."""
    small = _working_copy(image)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    texture = (cooccurrence(grey, 1), cooccurrence(grey, 3), binary_patterns(grey))
    return np.concatenate([colour_statistics(small), nucleus_shape(small), *texture]).astype(np.float32)


def _working_copy(image: Pixels) -> Pixels:
    scale = _WORKING_SIDE / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def nucleus_shape(image: Pixels) -> Vector:
    """Stained share, number of nuclei, and mean and maximum of their area, roundness, solidity and elongation."""
    mask = nucleus_mask(image).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    shapes = [_shape(one, mask.size) for one in contours if cv2.contourArea(one) >= max(8.0, _MIN_NUCLEUS * mask.size)]
    table = np.array(shapes or [[0.0] * 4], dtype=np.float32)
    head = [float((mask > 0).mean()), float(len(shapes))]
    return np.concatenate([head, table.mean(axis=0), table.max(axis=0)]).astype(np.float32)


def _shape(contour: MatLike, pixels: int) -> list[float]:
    area, around = cv2.contourArea(contour), cv2.arcLength(contour, closed=True)
    hull = cv2.contourArea(cv2.convexHull(contour))
    (_, (first, second), _) = cv2.minAreaRect(contour)
    elongation = min(first, second) / max(first, second, 1e-6)
    return [area / pixels, 4 * np.pi * area / max(around, 1e-6) ** 2, area / max(hull, 1e-6), elongation]


def cooccurrence(grey: NDArray[np.uint8], distance: int) -> Vector:
    """Contrast, homogeneity, energy and correlation of grey-level pairs, over right and down (Haralick 1973)."""
    levels = (grey.astype(np.intp) * _GREY_LEVELS) // 256
    counts = np.zeros(_GREY_LEVELS**2)
    for first, second in ((levels[:, :-distance], levels[:, distance:]), (levels[:-distance], levels[distance:])):
        counts += np.bincount((first * _GREY_LEVELS + second).ravel(), minlength=_GREY_LEVELS**2)
    total = counts.sum()
    if not total:  # narrower than the distance
        return np.zeros(4, dtype=np.float32)
    pairs = counts.reshape(_GREY_LEVELS, _GREY_LEVELS) / total
    i, j = np.mgrid[:_GREY_LEVELS, :_GREY_LEVELS]
    mean_i, mean_j = (pairs * i).sum(), (pairs * j).sum()
    spread = np.sqrt((pairs * (i - mean_i) ** 2).sum() * (pairs * (j - mean_j) ** 2).sum())
    correlation = (pairs * (i - mean_i) * (j - mean_j)).sum() / spread if spread > 0 else 0.0
    contrast, homogeneity = (pairs * (i - j) ** 2).sum(), (pairs / (1 + np.abs(i - j))).sum()
    return np.array([contrast, homogeneity, (pairs**2).sum(), correlation], dtype=np.float32)


def binary_patterns(grey: NDArray[np.uint8]) -> Vector:
    """Shares of the ten rotation-invariant uniform local binary patterns of eight neighbours (Ojala 2002)."""
    if min(grey.shape) < 3:
        return np.zeros(10, dtype=np.float32)
    height, width = grey.shape
    ring = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    centre = grey[1:-1, 1:-1]
    bits = np.stack([grey[r : r + height - 2, c : c + width - 2] >= centre for r, c in ring])
    changes = (bits != np.roll(bits, 1, axis=0)).sum(axis=0)
    codes = np.where(changes <= 2, bits.sum(axis=0), 9)
    return (np.bincount(codes.ravel(), minlength=10) / codes.size).astype(np.float32)
