"""Operations that move pixels: flips, turns, and one affine map. All keep the shape (height, width, 3)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from training.augment.pixels import Image, as_image, between

if TYPE_CHECKING:
    from collections.abc import Sequence

Matrix = NDArray[np.float64]
FILLS = {"reflect": cv2.BORDER_REFLECT, "nearest": cv2.BORDER_REPLICATE}


def flip_horizontal(image: Image, rng: np.random.Generator) -> Image:
    """Left becomes right."""
    return as_image(cv2.flip(image, 1))


def flip_vertical(image: Image, rng: np.random.Generator) -> Image:
    """Top becomes bottom."""
    return as_image(cv2.flip(image, 0))


def rot90(image: Image, rng: np.random.Generator) -> Image:
    """A turn by 0, 90, 180 or 270 degrees, equally likely; an image that is not square only by 0 or 180."""
    square = image.shape[0] == image.shape[1]
    turns = int(rng.integers(4)) if square else 2 * int(rng.integers(2))
    codes = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_CLOCKWISE}
    return image if turns == 0 else as_image(cv2.rotate(image, codes[turns]))


def affine(
    image: Image,
    rng: np.random.Generator,
    *,
    degrees: Sequence[float],
    shift: Sequence[float],
    zoom: Sequence[float],
    shear: Sequence[float],
    fill: str,
) -> Image:
    """Rotation, shear, zoom and shift about the centre, in one resampling (bilinear).

    `degrees` and `shear` in degrees; `shift` in shares of the width and of the height, drawn apart; `zoom` above 1
    enlarges.
    """
    angle, slant, scale = between(rng, degrees), between(rng, shear), between(rng, zoom)
    height, width = image.shape[:2]
    offset = (between(rng, shift) * width, between(rng, shift) * height)
    return _warp(image, _matrix(angle, slant, scale), offset, fill)


def rotate(image: Image, rng: np.random.Generator, *, degrees: Sequence[float], fill: str) -> Image:
    """Rotation about the centre by a number of degrees, counter-clockwise."""
    return _warp(image, _matrix(between(rng, degrees), 0.0, 1.0), (0.0, 0.0), fill)


def shift(image: Image, rng: np.random.Generator, *, x: Sequence[float], y: Sequence[float], fill: str) -> Image:
    """A move by shares of the width (`x`) and height (`y`)."""
    height, width = image.shape[:2]
    return _warp(image, np.eye(2), (between(rng, x) * width, between(rng, y) * height), fill)


def shear(image: Image, rng: np.random.Generator, *, degrees: Sequence[float], fill: str) -> Image:
    """Rows slide against each other; `degrees` is how far an upright line leans."""
    return _warp(image, _matrix(0.0, between(rng, degrees), 1.0), (0.0, 0.0), fill)


def zoom(image: Image, rng: np.random.Generator, *, factor: Sequence[float], fill: str) -> Image:
    """Enlarge (`factor` above 1) or shrink about the centre."""
    return _warp(image, _matrix(0.0, 0.0, between(rng, factor)), (0.0, 0.0), fill)


def crop_resize(image: Image, rng: np.random.Generator, *, area: Sequence[float], ratio: Sequence[float]) -> Image:
    """A random part of the image, resized to the whole (Szegedy et al. 2015, arXiv:1409.4842).

    `area` is the part's share of the image, `ratio` its width over its height (relative to the image's own).
    """
    height, width = image.shape[:2]
    share, stretch = between(rng, area), math.sqrt(between(rng, ratio))
    side = math.sqrt(share)
    rows = min(height, max(1, round(height * side / stretch)))
    columns = min(width, max(1, round(width * side * stretch)))
    top, left = int(rng.integers(height - rows + 1)), int(rng.integers(width - columns + 1))
    part = image[top : top + rows, left : left + columns]
    return as_image(cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR))


def _matrix(degrees: float, shear_degrees: float, scale: float) -> Matrix:
    """Rotation after shear after scaling, 2x2, in image coordinates (y points down)."""
    turn, lean = math.radians(degrees), math.tan(math.radians(shear_degrees))
    rotation = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    product: Matrix = scale * (rotation @ np.array([[1.0, lean], [0.0, 1.0]]))
    return product


def _warp(image: Image, matrix: Matrix, offset: tuple[float, float], fill: str) -> Image:
    height, width = image.shape[:2]
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    move = centre - matrix @ centre + np.array(offset)
    full = np.column_stack([matrix, move])
    return as_image(cv2.warpAffine(image, full, (width, height), flags=cv2.INTER_LINEAR, borderMode=FILLS[fill]))
