"""Measure what a person outlined, as found cells are measured; the outline itself stays as it was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.cell import Cell, CellKind, FieldScale
from leukdesk.imaging.cells import View, nuclei_polygons, nucleus_mask, working_copy
from leukdesk.imaging.cells_light import Densities, Pixels
from leukdesk.imaging.cells_look import learn_look
from leukdesk.imaging.cells_measure import Patch, measure


def measure_drawn(pixels: Pixels, cells: Sequence[Cell], scale: FieldScale) -> list[Cell]:
    """The cells (outlines in px of `pixels`, uint8 RGB) with nuclei and measurements, in the same order.

    An outline with nothing purple in it keeps what is known of it: its area and its roundness.
    """
    look = learn_look(pixels, scale.um_per_px if scale.known else None)
    if not look.has_nuclei:
        return list(cells)
    look = replace(look, scale=scale)
    view = working_copy(pixels, look)
    purple = nucleus_mask(view, look) > 0
    return [_measured(cell, purple, view) for cell in cells]


def _measured(cell: Cell, purple: NDArray[np.bool_], view: View) -> Cell:
    corners = np.round(np.asarray(cell.outline, np.float64) * view.factor).astype(np.int32)
    left, top, wide, high = cv2.boundingRect(corners)
    rows = slice(max(0, top - 2), top + high + 2)
    columns = slice(max(0, left - 2), left + wide + 2)
    whole = np.zeros(purple[rows, columns].shape, np.uint8)
    offset = np.array([columns.start, rows.start], np.float64)
    outline = np.asarray(corners - offset.astype(np.int32), np.int32)[:, np.newaxis, :]
    cv2.fillPoly(whole, [outline], (1,))
    nucleus = (purple[rows, columns] & (whole > 0)).astype(np.uint8)
    if not nucleus.any():
        return cell
    lobes = int(cv2.connectedComponents(nucleus)[0]) - 1
    taken = Densities(*(plane[rows, columns] for plane in (view.taken.purple, view.taken.total, view.taken.red)))
    patch = Patch(view.pixels[rows, columns], taken, whole, nucleus, view.um, lobes)
    measured = measure(patch, outline, view.factor)
    nuclei = nuclei_polygons(nucleus, offset, view.factor)
    return replace(cell, kind=CellKind.CELL, nuclei=nuclei, measured=measured)
