"""Find the nucleated cells of a smear by colour, size and shape; no labels were needed and no model is loaded.

Nuclei are purple beyond red cells (stain deconvolution in its simplest form: what takes green light and lets blue
through); they are cut at their necks and joined to cells (`cells_lobes`, `cells_join`); cytoplasm is what lies around
them and is more purple than red cells of the same density. Sizes are in um, learned from red cells where the scale is
not known (`cells_look`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.cell import Box, Cell, CellField, Polygon
from leukdesk.imaging.cells_join import Group, extent, join_bodies, join_lobes
from leukdesk.imaging.cells_light import Densities, Pixels, Plane, densities, lamp, shrunk
from leukdesk.imaging.cells_lobes import Labels, Lobes, cut_at_necks, disc
from leukdesk.imaging.cells_look import SlideLook, learn_look
from leukdesk.imaging.cells_measure import Patch, kind_of, measure

_WORKING_UM = 0.2  # um per px: finer shows nothing that the outline needs
_REACH_UM = 4.0  # of cytoplasm from the nucleus
_LEAST_NUCLEUS_UM2, _LEAST_CELL_UM2 = 13.0, 20.0
_MARGIN_UM = 0.5  # of the box around the outline, since thresholds lie inside an edge
_MORE_PURPLE = 0.045  # than red cells of the same density: cytoplasm
_TOWARDS_NUCLEUS = 0.45  # of the way from red cells to nuclei: cytoplasm, whatever its hue


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The working copy: its pixels, densities, um per px, and px of it in one px of full size."""

    pixels: Pixels
    taken: Densities
    um: float
    factor: float


def find_cells(pixels: Pixels, look: SlideLook | None = None, *, um_per_px: float | None = None) -> CellField:
    """Find cells in uint8 RGB (height, width, 3); learns the slide's look from the same view unless it is given.

    `um_per_px` is the scale where it is known. Everything returned is in px of the picture given.
    """
    if look is None:
        look = learn_look(pixels, um_per_px)
    height, width = pixels.shape[:2]
    cells: list[Cell] = []
    if look.has_nuclei:
        view = working_copy(pixels, look)
        lobes = cut_at_necks(nucleus_mask(view, look), view.um)
        body = _body_mask(view, look)
        cells = list(_outlined(join_bodies(join_lobes(lobes), lobes, body, _REACH_UM), lobes, body, view, look))
    return CellField(width, height, look.scale, numbered(cells))


def numbered(cells: list[Cell]) -> tuple[Cell, ...]:
    """Cells in reading order, by the tops of their boxes, then by their left sides; numbers from 1."""
    ordered = sorted(cells, key=lambda one: (one.box.top, one.box.left))
    return tuple(replace(cell, number=at) for at, cell in enumerate(ordered, 1))


def working_copy(pixels: Pixels, look: SlideLook) -> View:
    """The picture in the resolution in which cells are found and measured."""
    factor = min(1.0, look.scale.um_per_px / _WORKING_UM)
    small = shrunk(pixels, factor)
    return View(small, densities(small, lamp(small)), look.scale.um_per_px / factor, factor)


def nucleus_mask(view: View, look: SlideLook) -> Pixels:
    """255 where the colour is that of a nucleus, else 0; uint8 of the working copy's shape."""
    mask = (view.taken.purple > look.nucleus).astype(np.uint8) * np.uint8(255)
    if view.um < 0.3:
        mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, disc(0.25 / view.um)), np.uint8)
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, disc(0.35 / view.um)), np.uint8)
    outlines, parents = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for at, outline in enumerate(outlines):
        if parents[0][at][3] >= 0 and cv2.contourArea(outline) * view.um**2 < 6:
            cv2.drawContours(mask, outlines, at, (255,), -1)
    return mask


def _body_mask(view: View, look: SlideLook) -> NDArray[np.bool_]:
    """Where the colour is a white cell's: more purple than red cells would be at that density."""
    red_hue = np.float32(look.red_purple / max(look.red_total, 0.05))
    excess = cv2.GaussianBlur(view.taken.purple - red_hue * view.taken.total, (0, 0), 0.3 / view.um)
    deep = look.red_purple + _TOWARDS_NUCLEUS * (look.nucleus - look.red_purple)
    pale = (excess > _MORE_PURPLE) & (view.taken.total > 0)
    return np.asarray(pale | ((view.taken.purple > deep) & (view.taken.total > look.stained)))


def _outlined(
    groups: list[Group], lobes: Lobes, body: NDArray[np.bool_], view: View, look: SlideLook
) -> Iterator[Cell]:
    owner = np.zeros(len(lobes.lobes) + 1, np.int32)
    for number, group in enumerate(groups, 1):
        owner[[lobe.label for lobe in group]] = number
    nuclei = owner[lobes.labels]
    nearest, away = _nearest(nuclei, view.um)
    around = body & (away <= _REACH_UM)
    for number, group in enumerate(groups, 1):
        if sum(lobe.area for lobe in group) >= _LEAST_NUCLEUS_UM2:
            cell = _cell(number, group, nuclei, around & (nearest == number), view, look)
            if cell is not None:
                yield cell


def _nearest(nuclei: Labels, um: float) -> tuple[Labels, Plane]:
    """Which nucleus is nearest to each pixel, and how far away it is (um)."""
    outside = (nuclei == 0).astype(np.uint8)
    away, cells = cv2.distanceTransformWithLabels(outside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    names = np.zeros(int(cells.max()) + 1, np.int32)
    inside = nuclei > 0
    names[cells[inside]] = nuclei[inside]
    return names[cells], np.asarray(away * np.float32(um), np.float32)


def _cell(
    number: int, group: Group, nuclei: Labels, around: NDArray[np.bool_], view: View, look: SlideLook
) -> Cell | None:
    um, (left, top, right, bottom) = view.um, extent(group)
    margin = int(_REACH_UM / um)
    rows = slice(max(0, top - margin), min(nuclei.shape[0], bottom + margin + 1))
    columns = slice(max(0, left - margin), min(nuclei.shape[1], right + margin + 1))
    nucleus = (nuclei[rows, columns] == number).astype(np.uint8)
    mask = _whole(nucleus, around[rows, columns], nuclei[rows, columns], um)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = np.asarray(max(outlines, key=cv2.contourArea), np.int32)
    if cv2.contourArea(outline) * um * um < _LEAST_CELL_UM2:
        return None
    filled = np.zeros_like(mask)
    cv2.drawContours(filled, [outline], -1, (1,), -1)
    taken = Densities(*(plane[rows, columns] for plane in (view.taken.purple, view.taken.total, view.taken.red)))
    patch = Patch(view.pixels[rows, columns], taken, filled, nucleus, um, len(group))
    offset = np.array([columns.start, rows.start], np.float64)
    box, touches = _box(outline, offset, view)
    measured = measure(patch, outline, view.factor)
    kind = kind_of(patch, measured, look, touches, view.factor)
    return Cell(
        0, kind, box, _polygon(outline, offset, view.factor), nuclei_polygons(nucleus, offset, view.factor), measured
    )


def _whole(nucleus: Pixels, around: NDArray[np.bool_], nuclei: Labels, um: float) -> Pixels:
    """Nucleus, what its hull spans and the cytoplasm around; without threads and notches."""
    rows, columns = np.nonzero(nucleus)
    hull = np.zeros_like(nucleus)
    cv2.fillConvexPoly(hull, cv2.convexHull(np.stack([columns, rows], axis=1).astype(np.int32)), (1,))
    hull[(nuclei > 0) & (nucleus == 0)] = 0
    mask = np.asarray(around.astype(np.uint8) | hull | nucleus, np.uint8)
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, disc(0.8 / um)), np.uint8)
    return np.asarray(cv2.morphologyEx(mask | nucleus, cv2.MORPH_CLOSE, disc(0.6 / um)), np.uint8)


def _box(outline: NDArray[np.int32], offset: NDArray[np.float64], view: View) -> tuple[Box, bool]:
    """The box in px of full size, with its margin, and whether the outline touches the border of the picture."""
    height, width = view.pixels.shape[:2]
    left, top, wide, high = cv2.boundingRect(outline)
    left, top = left + offset[0], top + offset[1]
    right, bottom = left + wide, top + high
    touches = left <= 0 or top <= 0 or right >= width or bottom >= height
    margin = _MARGIN_UM / view.um
    corners = (
        max(0.0, left - margin),
        max(0.0, top - margin),
        min(width, right + margin),
        min(height, bottom + margin),
    )
    return Box(*(round(float(corner / view.factor), 1) for corner in corners)), bool(touches)


def _polygon(outline: NDArray[np.int32], offset: NDArray[np.float64], factor: float) -> Polygon:
    """Corners of an outline in px of full size, thinned to half a px of the working copy."""
    corners = (cv2.approxPolyDP(outline, 0.5, True)[:, 0, :] + offset + 0.5) / factor
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)


def nuclei_polygons(nucleus: Pixels, offset: NDArray[np.float64], factor: float) -> tuple[Polygon, ...]:
    """Outlines of a mask's parts in px of full size; `offset` is the mask's corner in the working copy."""
    outlines, _ = cv2.findContours(nucleus, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return tuple(_polygon(np.asarray(one, np.int32), offset, factor) for one in outlines if len(one) > 2)
