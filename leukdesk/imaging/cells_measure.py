"""What is measured of one found object, and what kind of object it is."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.cell import CellKind, Measurements, Rgb
from leukdesk.imaging.cells_light import Densities, Pixels
from leukdesk.imaging.cells_lobes import disc
from leukdesk.imaging.cells_look import SlideLook

_SPREAD_UM2, _SPREAD_CUT_UM2 = 220.0, 190.0  # of nucleus: wider than an intact cell's; the second where it is cut
_MOTTLED = 1.2  # texture: bright and dark at once, as crystals are and nuclei are not
_SOFT_EDGE, _PALE = 0.4, 0.75  # a smudge: fall of purple at the rim, and purple against the slide's nuclei
_PLATELET_UM2 = 8.0  # a piece of a clump
_INK_SATURATION = 0.12  # largest less smallest channel over the largest: black is no stain
_LEAST_CYTOPLASM_PX = 8


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """One object in the working copy: RGB, densities, masks (0 or 1) of the whole and the nucleus, um per px, lobes."""

    pixels: Pixels
    taken: Densities
    whole: Pixels
    nucleus: Pixels
    um: float
    lobes: int


def measure(patch: Patch, outline: NDArray[np.int32], factor: float) -> Measurements:
    """Measure an object; `factor` is px of the working copy in one px of full size."""
    area = float(np.count_nonzero(patch.whole))
    perimeter = float(cv2.arcLength(cv2.approxPolyDP(outline, 0.7, True), True))
    inside = patch.taken.total[patch.nucleus > 0]
    density = float(np.median(inside))
    cytoplasm = patch.pixels[(patch.whole > 0) & (_dilated(patch.nucleus, 0.3 / patch.um) == 0)]
    return Measurements(
        area_px=round(area / factor**2, 1),
        nucleus_area_px=round(float(np.count_nonzero(patch.nucleus)) / factor**2, 1),
        roundness=round(min(1.0, 4 * pi * cv2.contourArea(outline) / max(perimeter, 1.0) ** 2), 3),
        lobes=patch.lobes,
        nucleus_density=round(density, 3),
        texture=round(float(inside.std()) / max(density, 0.05), 3),
        nucleus_colour=_median(patch.pixels[patch.nucleus > 0]),
        cytoplasm_colour=_median(cytoplasm) if len(cytoplasm) >= _LEAST_CYTOPLASM_PX else None,
    )


def kind_of(patch: Patch, measured: Measurements, look: SlideLook, touches: bool, factor: float) -> CellKind:
    """What an object is taken for, from its size, its rim, its colour and whether the picture's border cuts it."""
    um2 = (patch.um * factor) ** 2
    nucleus = measured.nucleus_area_px * um2
    most, least = max(measured.nucleus_colour), min(measured.nucleus_colour)
    if most - least < _INK_SATURATION * most or measured.texture > _MOTTLED:
        return CellKind.DEBRIS
    if nucleus / patch.lobes < _PLATELET_UM2 and patch.lobes > 2 and measured.roundness < 0.6:
        return CellKind.PLATELETS
    if nucleus > (_SPREAD_CUT_UM2 if touches else _SPREAD_UM2) or _smudged(patch, look):
        return CellKind.SMUDGE
    return CellKind.CUT if touches else CellKind.CELL


def _smudged(patch: Patch, look: SlideLook) -> bool:
    purple = patch.taken.purple
    typical = float(np.median(purple[patch.nucleus > 0]))
    inner = patch.nucleus - _eroded(patch.nucleus, 0.6 / patch.um)
    outer = _dilated(patch.nucleus, 0.8 / patch.um) - _dilated(patch.nucleus, 0.2 / patch.um)
    fall = _mean(purple, inner) - _mean(purple, outer)
    depth = (typical - look.red_purple) / max(look.nucleus_purple - look.red_purple, 0.01)
    return fall < _SOFT_EDGE * typical and depth < _PALE


def _eroded(mask: Pixels, reach_px: float) -> Pixels:
    return np.asarray(cv2.erode(mask, disc(reach_px)), np.uint8)


def _dilated(mask: Pixels, reach_px: float) -> Pixels:
    return np.asarray(cv2.dilate(mask, disc(reach_px)), np.uint8)


def _mean(values: NDArray[np.float32], where: Pixels) -> float:
    chosen = values[where > 0]
    return float(chosen.mean()) if chosen.size else 0.0


def _median(pixels: Pixels) -> Rgb:
    red, green, blue = (round(float(value)) for value in np.median(pixels.reshape(-1, 3), axis=0))
    return red, green, blue
