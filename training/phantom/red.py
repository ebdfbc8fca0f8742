"""Red cells and platelets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.phantom.canvas import BLUE, PINK, PURPLE, RED, Canvas
from training.phantom.shapes import Patch, Plane, carve, cover, harmonics, star
from training.phantom.slide import Smear

_EDGE_UM = 0.35


@dataclass(frozen=True, slots=True)
class Contact:
    """A straight seam with a touching neighbour: the half-plane x*nx + y*ny < distance (um from the cell's centre)."""

    nx: float
    ny: float
    distance: float


def draw_red_cell(
    canvas: Canvas, patch: Patch, radius: float, rng: np.random.Generator, smear: Smear, contacts: list[Contact]
) -> Plane:
    """A biconcave disc with central pallor that gives way to white cells and to its contacts; returns its coverage."""
    wrinkled = patch.warped(rng, 0.08, 2.5)
    outline = harmonics(rng, rng.uniform(0.01, 0.09 + 0.25 * smear.poikilocytosis), last=4)
    distance, relative = star(wrinkled, radius, outline)
    distance = _give_way(canvas, patch, distance, contacts)
    coverage = cover(distance, _EDGE_UM)
    thickness = coverage * _profile(wrinkled, radius, relative, distance, rng, smear.pallor)
    mottle = 1 + np.float32(0.025) * patch.grain(rng, 1.2)
    canvas.stain(patch, RED, thickness * mottle * np.float32(rng.normal(1, 0.09)))
    canvas.thicken(patch, thickness)
    return coverage


def _give_way(canvas: Canvas, patch: Patch, distance: Plane, contacts: list[Contact]) -> Plane:
    white = canvas.nucleated[patch.rows, patch.columns]
    distance = carve(distance, np.float32(0.25) - white, 0.7)
    for seam in contacts:
        beyond = patch.x * np.float32(seam.nx) + patch.y * np.float32(seam.ny) - np.float32(seam.distance)
        distance = carve(distance, beyond, 0.9)
    return distance


def _profile(
    patch: Patch, radius: float, relative: Plane, distance: Plane, rng: np.random.Generator, pallor: float
) -> Plane:
    """Thickness over the disc: a rounded rim, and a dimple of random depth, width, steepness and place."""
    depth = float(np.clip(rng.normal(pallor, 0.18), 0.0, 0.92))
    width, steepness = rng.uniform(0.38, 0.62), rng.choice((2.0, 2.6, 4.0))
    shift = rng.normal(0, 0.05 * radius, 2)
    moved = patch.moved(shift[0], shift[1])
    tilt = rng.uniform(0, np.pi)
    stretch = rng.uniform(1, 1.25)
    along = moved.x * np.float32(np.cos(tilt)) + moved.y * np.float32(np.sin(tilt))
    across = moved.y * np.float32(np.cos(tilt)) - moved.x * np.float32(np.sin(tilt))
    reach = np.hypot(along * np.float32(stretch), across) / np.float32(radius * width)
    dimple = np.float32(depth) * np.exp(-(reach**steepness))
    rim = np.sqrt(np.clip(-distance / np.float32(0.5), 0.3, 1.0))
    swell = 0.9 + 0.12 * np.clip(relative, 0, 1) ** 2
    return np.asarray(rim * swell * (1 - dimple), np.float32)


def draw_platelet(canvas: Canvas, patch: Patch, radius: float, rng: np.random.Generator) -> Plane:
    """A small pale-blue disc of frayed outline, full of purple granules; returns its coverage."""
    wrinkled = patch.warped(rng, 0.14, 0.9)
    distance, relative = star(wrinkled, radius, harmonics(rng, rng.uniform(0.08, 0.3), last=5))
    coverage = cover(distance, 0.5)
    centre = np.clip(1.5 - 1.25 * relative, 0, 1)
    grains = np.clip(0.5 + 0.55 * patch.grain(rng, 0.42), 0, 1.6) * centre
    canvas.stain(patch, BLUE, coverage * np.float32(0.2))
    canvas.stain(patch, PINK, coverage * np.float32(0.4))
    canvas.stain(patch, PURPLE, coverage * grains * np.float32(rng.uniform(0.4, 0.75)))
    canvas.thicken(patch, coverage * np.float32(0.5))
    return coverage
