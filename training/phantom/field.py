"""One field of a slide, with everything that is true of it."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.phantom.canvas import PURPLE, Canvas
from training.phantom.layout import Ground, Placed, contacts, place
from training.phantom.optics import Capture, compress, digitise, photograph
from training.phantom.red import draw_platelet, draw_red_cell
from training.phantom.scale_bar import burn_scale_bar
from training.phantom.shapes import Patch, Plane, cover, star
from training.phantom.slide import SlideLook
from training.phantom.truth import NUCLEATED, Box, Kind, Phantom, Truth, TruthCell, count, field_class
from training.phantom.white import draw_blast, draw_lymphocyte, draw_segmented

_FINEST_UM: Final = 0.13  # drawn at least this fine, then averaged down to the camera's pixels
_SIGHT_UM: Final = 1.0  # a cell that shows less than this at the image's edge is not listed
_STANDARD: Final = Capture()


def render_field(
    seed: int,
    *,
    slide: SlideLook,
    width: int,
    height: int,
    cells: Mapping[Kind, int],
    capture: Capture = _STANDARD,
    small_blasts: bool = False,
    nuclei: bool = False,
) -> Phantom:
    """Render `width` x `height` px of a slide, a function of the arguments alone.

    `cells` says how many of each kind; red cells and platelets that it does not mention come as dense as the slide's.
    `small_blasts` makes blasts hard to tell from lymphocytes; `nuclei` asks for the map of nuclei.
    Raises CrowdedError where the cells do not fit into the view.
    """
    layout, drawing, ground, sensor = np.random.SeedSequence([seed, 0xF1E1D]).spawn(4)
    view = Ground(width * slide.um_per_px, height * slide.um_per_px)
    placed = place(view, cells, slide.smear, np.random.default_rng(layout), small_blasts=small_blasts)
    fine = max(1, ceil(slide.um_per_px / _FINEST_UM))
    canvas = Canvas(height * fine, width * fine, slide.um_per_px / fine)
    listed = _draw(canvas, placed, slide, drawing, fine, small_blasts=small_blasts)
    _spill(canvas, np.random.default_rng(ground))
    pixels = digitise(photograph(canvas, slide, capture, (height, width), [*ground.spawn(1), sensor]))
    if slide.scale_bar:
        burn_scale_bar(pixels, slide.um_per_px)
    counts = count(listed)
    truth = Truth(tuple(listed), counts, slide.patient, slide.um_per_px, field_class(counts))
    labels = np.ascontiguousarray(canvas.nuclei[fine // 2 :: fine, fine // 2 :: fine]) if nuclei else None
    return Phantom(compress(pixels, slide.camera.jpeg_quality), truth, labels)


def _draw(
    canvas: Canvas,
    placed: list[Placed],
    slide: SlideLook,
    seed: np.random.SeedSequence,
    fine: int,
    *,
    small_blasts: bool,
) -> list[TruthCell]:
    """Draw all cells, nucleated ones first since red cells give way to them; returns those in sight."""
    listed: list[TruthCell] = []
    for cell, own in zip(placed, seed.spawn(len(placed)), strict=True):
        patch = canvas.patch(cell.x, cell.y, cell.radius * 1.35 + 0.8)
        if patch is None:
            continue
        rng = np.random.default_rng(own)
        if cell.kind == "red_cell":
            coverage = draw_red_cell(canvas, patch, cell.radius, rng, slide.smear, contacts(cell, placed))
        elif cell.kind == "platelet":
            coverage = draw_platelet(canvas, patch, cell.radius, rng)
        else:
            coverage, nucleus = _draw_nucleated(canvas, patch, cell, rng, small_blasts=small_blasts)
            canvas.mark_nucleus(patch, nucleus, len(listed) + 1)
        seen = _seen(canvas, patch, cell.kind, coverage, fine)
        if seen is not None:
            listed.append(seen)
    return listed


def _draw_nucleated(
    canvas: Canvas, patch: Patch, cell: Placed, rng: np.random.Generator, *, small_blasts: bool
) -> tuple[Plane, Plane]:
    if cell.kind == "lymphocyte":
        return draw_lymphocyte(canvas, patch, cell.radius, rng)
    if cell.kind == "segmented":
        return draw_segmented(canvas, patch, cell.radius, rng)
    assert cell.kind in NUCLEATED
    return draw_blast(canvas, patch, cell.radius, rng, small=small_blasts)


def _seen(canvas: Canvas, patch: Patch, kind: Kind, coverage: Plane, fine: int) -> TruthCell | None:
    """The truth of a drawn cell; None where next to nothing of it is in view."""
    inside = coverage > 0.5
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if min(rows.size, columns.size) * canvas.um_per_px < _SIGHT_UM:
        return None
    top, left = patch.rows.start + int(rows[0]), patch.columns.start + int(columns[0])
    bottom, right = patch.rows.start + int(rows[-1]) + 1, patch.columns.start + int(columns[-1]) + 1
    height, width = canvas.shape
    box: Box = (left // fine, top // fine, ceil(right / fine), ceil(bottom / fine))
    diameter = 2 * float(np.sqrt(_area(inside, canvas.um_per_px) / np.pi))
    return TruthCell(kind, box, round(diameter, 2), min(left, top) > 0 and right < width and bottom < height)


def _area(inside: NDArray[np.bool_], um_per_px: float) -> float:
    return float(np.count_nonzero(inside)) * um_per_px**2


def _spill(canvas: Canvas, rng: np.random.Generator) -> None:
    """Grains of precipitated dye here and there: too small to be a platelet."""
    height, width = (side * canvas.um_per_px for side in canvas.shape)
    for _ in range(int(rng.poisson(height * width / 1200))):
        radius = float(rng.uniform(0.12, 0.35))
        patch = canvas.patch(float(rng.uniform(0, width)), float(rng.uniform(0, height)), radius + 0.5)
        if patch is not None:
            distance, _ = star(patch, radius, np.zeros(1, np.complex64))
            canvas.stain(patch, PURPLE, cover(distance, 0.3) * np.float32(rng.uniform(0.2, 0.8)))
