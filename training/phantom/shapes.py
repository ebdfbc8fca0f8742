"""Outlines as signed distances in micrometres (negative inside), and band-limited textures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
_FAR = 1e-3  # um; keeps the angle of the very centre defined


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A window of the canvas: where it lies, and the micrometres from a cell's centre to each of its pixels."""

    rows: slice
    columns: slice
    x: Plane
    y: Plane
    um_per_px: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the window."""
        return self.x.shape[0], self.x.shape[1]

    def moved(self, x_um: float, y_um: float) -> Patch:
        """The same window seen from another centre."""
        return replace(self, x=self.x - np.float32(x_um), y=self.y - np.float32(y_um))

    def warped(self, rng: np.random.Generator, amplitude_um: float, scale_um: float) -> Patch:
        """The same window with its space wrinkled, so that no outline drawn in it is a perfect curve."""
        return replace(
            self,
            x=self.x + np.float32(amplitude_um) * self.grain(rng, scale_um),
            y=self.y + np.float32(amplitude_um) * self.grain(rng, scale_um),
        )

    def grain(self, rng: np.random.Generator, scale_um: float) -> Plane:
        """Smooth noise of unit variance whose blobs are about `scale_um` across."""
        return noise(rng, self.shape, scale_um / self.um_per_px)


def noise(rng: np.random.Generator, shape: tuple[int, int], scale_px: float) -> Plane:
    """Smooth isotropic noise (rows, columns) of about zero mean and unit variance; blobs are `scale_px` across."""
    shrink = max(1, int(scale_px / 6))
    sigma = max(scale_px / 2.5 / shrink, 0.35)
    margin = int(3 * sigma) + 2
    small = (shape[0] // shrink + 2 * margin, shape[1] // shrink + 2 * margin)
    blurred = cv2.GaussianBlur(rng.standard_normal(small, dtype=np.float32), (0, 0), sigma)
    blurred = blurred[margin - 1 : 1 - margin, margin - 1 : 1 - margin] * np.float32(2 * sigma * np.sqrt(np.pi))
    if shrink == 1:
        return np.asarray(blurred[: shape[0], : shape[1]], np.float32)
    return np.asarray(cv2.resize(blurred, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def harmonics(rng: np.random.Generator, amplitude: float, first: int = 2, last: int = 6) -> NDArray[np.complex64]:
    """Fourier coefficients of a roundish outline: `amplitude` is that of the second, higher ones fade."""
    orders = np.arange(1, last + 1)
    size = np.where(orders >= first, amplitude / np.maximum(orders - 1, 1) ** 1.6, 0.0)
    phases = rng.uniform(0, 2 * np.pi, last)
    return np.asarray(size * rng.uniform(0.3, 1.0, last) * np.exp(1j * phases), np.complex64)


def star(patch: Patch, radius_um: float, coefficients: NDArray[np.complex64]) -> tuple[Plane, Plane]:
    """Distance (um) to a star-shaped outline, and the relative radius (0 in the centre, 1 on the outline)."""
    distance = np.hypot(patch.x, patch.y) + np.float32(_FAR)
    unit = (patch.x + 1j * patch.y) / distance
    wave = np.zeros_like(unit)
    for coefficient in coefficients[::-1]:
        wave = (wave + coefficient) * unit
    outline = np.float32(radius_um) * (1 + wave.real)
    return np.asarray(distance - outline, np.float32), np.asarray(distance / outline, np.float32)


def ellipse(patch: Patch, half_x: float, half_y: float, angle: float) -> Plane:
    """Approximate distance (um) to an ellipse with these half-axes (um), turned by `angle` (radians)."""
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    along = (patch.x * cosine + patch.y * sine) / np.float32(half_x)
    across = (patch.y * cosine - patch.x * sine) / np.float32(half_y)
    return (np.hypot(along, across) - 1) * np.float32(min(half_x, half_y))


def segment(patch: Patch, start: tuple[float, float], end: tuple[float, float], half_width: float) -> Plane:
    """Distance (um) to a thread between two points (um)."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    x, y = patch.x - np.float32(start[0]), patch.y - np.float32(start[1])
    along = np.clip((x * np.float32(dx) + y * np.float32(dy)) / np.float32(dx * dx + dy * dy + 1e-6), 0, 1)
    apart = np.hypot(x - along * np.float32(dx), y - along * np.float32(dy))
    return np.asarray(apart - np.float32(half_width), np.float32)


def melt(first: Plane, second: Plane, width_um: float) -> Plane:
    """Union of two shapes whose seam is rounded over `width_um` (polynomial smooth minimum, Quilez 2013)."""
    share = np.maximum(np.float32(width_um) - np.abs(first - second), 0) / np.float32(width_um)
    return np.asarray(np.minimum(first, second) - share * share * np.float32(width_um / 4), np.float32)


def carve(shape: Plane, keep: Plane, width_um: float) -> Plane:
    """The part of `shape` that lies inside `keep`, with a rounded seam."""
    return -melt(-shape, -keep, width_um)


def cover(distance: Plane, softness_um: float) -> Plane:
    """1 inside, 0 outside, a smooth edge `softness_um` wide between."""
    t = np.clip(np.float32(0.5) - distance / np.float32(softness_um), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def ridge(distance: Plane, width_um: float) -> Plane:
    """1 on the outline, fading within `width_um` on both sides."""
    return np.asarray(np.exp(-np.square(distance / np.float32(width_um))), np.float32)
