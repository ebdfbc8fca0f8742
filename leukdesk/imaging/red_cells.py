"""How wide the red cells in view are: by the discs that fit into them, and by how their rims are bent.

Discs are exact where red cells lie apart, and too wide where they clump; a rim keeps its bend in a clump. So discs
count as long as the rims agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.imaging.cells_light import Pixels, Plane, otsu

_STAINED = 0.6  # of Otsu's threshold of total density: pale red cells count as stained
_HALF = 0.45  # weighted quantile of the discs: a little below the middle, since overlapping cells only add width
_LEAST_RED_CELLS = 3
_CONVEX = 0.86  # area over that of the hull: the pallor in one red cell, not the gap between several
_SPECK_PX = 7  # a dark speck on a red cell is no nucleus: such a square fits into one

_AGREE = 0.25  # natural logarithm of rims over discs
_RIM_TO_DISC = 0.95  # on phantoms: rims are bent a little less than the discs inside
_SMOOTH, _REACH = 0.2, 0.6  # of the radius that is looked for: along the rim, and to each side of a point
_TIGHTEST, _WIDEST = 0.4, 2.0  # of that radius: what bends otherwise is a notch, or the straight side of a clump
_LEAST_AREA = 0.3  # of a red cell's: smaller pieces are scraps and platelets
_LEAST_POINTS = 20


@dataclass(frozen=True, slots=True, eq=False)
class _Rim:
    """A closed outline, float32 (points, 2) in px, and which of its points the picture's border or a nucleus made."""

    points: Plane
    made: NDArray[np.bool_]
    area: float


def red_cell_px(total: Plane, nuclei: NDArray[np.bool_]) -> float | None:
    """Width in px of the disc that fits into a typical red cell; None where fewer than three are in view.

    `total` is the density (height, width), `nuclei` where it is a nucleus's.
    """
    around = cv2.dilate(_without_specks(nuclei), np.ones((9, 9), np.uint8))
    if around.all():
        return None
    limit = _STAINED * otsu(np.clip(total[around == 0], -0.1, 0.6))
    mask = ((total > limit) & (around == 0)).astype(np.uint8)
    filled = _without_pallor(np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8))
    filled[around > 0] = 0
    discs = _discs(filled)
    if discs is None:
        return None
    rims = _bend(list(_rims(filled, np.asarray(around, np.uint8))), discs / 2)
    by_rims = discs if rims is None else 2 * _RIM_TO_DISC * rims
    return discs if abs(np.log(by_rims / discs)) < _AGREE else by_rims


def _without_specks(nuclei: NDArray[np.bool_]) -> Pixels:
    mask = nuclei.astype(np.uint8)
    count, pieces = cv2.connectedComponents(mask, connectivity=8)
    stays = np.zeros(count, np.uint8)
    stays[pieces[cv2.erode(mask, np.ones((_SPECK_PX, _SPECK_PX), np.uint8)) > 0]] = 1
    return np.asarray(stays[pieces], np.uint8)


def _without_pallor(mask: Pixels) -> Pixels:
    outlines, parents = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for at, outline in enumerate(outlines):
        if parents[0][at][3] < 0:
            continue
        area = cv2.contourArea(outline)
        if area < 12 or area > _CONVEX * cv2.contourArea(cv2.convexHull(outline)):
            cv2.drawContours(mask, outlines, at, (1,), -1)
    return mask


def _discs(mask: Pixels) -> float | None:
    """Peaks of the distance transform, large ones for more (their radius cubed), since open rings hold small ones."""
    edged = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    radii = cv2.GaussianBlur(cv2.distanceTransform(edged, cv2.DIST_L2, 5), (0, 0), 1)
    inside = radii[radii > 0]
    if not inside.size:
        return None
    largest = float(np.percentile(inside, 95))
    kernel = np.ones((max(3, int(largest) | 1),) * 2, np.uint8)
    found = radii[(radii == cv2.dilate(radii, kernel)) & (radii > max(2.0, 0.4 * largest))]
    return 2 * _weighted(found, found**3, _HALF) if found.size >= _LEAST_RED_CELLS else None


def _rims(mask: Pixels, around: Pixels) -> list[_Rim]:
    framed = np.asarray(cv2.dilate(around, np.ones((5, 5), np.uint8)), np.uint8)
    framed[:2] = framed[-2:] = 1
    framed[:, :2] = framed[:, -2:] = 1
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [
        _Rim(
            one[:, 0, :].astype(np.float32),
            np.asarray(framed[one[:, 0, 1], one[:, 0, 0]] > 0),
            cv2.contourArea(one),
        )
        for one in outlines
    ]


def _bend(rims: list[_Rim], radius: float) -> float | None:
    """The radius (px) at which half of the turning lies, looked for near `radius`; None where too little is there."""
    found = [_turns(rim, radius) for rim in rims if rim.area > _LEAST_AREA * pi * radius**2]
    radii, turning = (np.concatenate([np.zeros(0), *(one[part] for one in found)]) for part in (0, 1))
    return _weighted(radii, turning, 0.5) if radii.size >= _LEAST_POINTS else None


def _turns(rim: _Rim, radius: float) -> tuple[Plane, Plane]:
    """Where a rim bends outwards like a cell: the radius of the circle through each point, and how far it turns."""
    points = _smoothed(rim.points, _SMOOTH * radius)
    step = np.hypot(*(np.roll(points, -1, 0) - points).T)
    reach = max(2, round(_REACH * radius / max(float(step.mean()), 0.1)))
    if len(points) < 3 * reach:
        return np.zeros(0, np.float32), np.zeros(0, np.float32)
    back, ahead = points - np.roll(points, reach, 0), np.roll(points, -reach, 0) - points
    sides = np.hypot(*back.T) * np.hypot(*ahead.T) * np.hypot(*(back + ahead).T)
    bend = 2 * (back[:, 1] * ahead[:, 0] - back[:, 0] * ahead[:, 1]) / np.maximum(sides, 1e-6)
    wrapped = np.concatenate([rim.made[-reach:], rim.made, rim.made[:reach]]).astype(np.float32)
    clear = np.convolve(wrapped, np.ones(2 * reach + 1, np.float32), "valid") < 0.5
    cell = clear & (bend * radius > 1 / _WIDEST) & (bend * radius < 1 / _TIGHTEST)
    return np.asarray(1 / bend[cell], np.float32), np.asarray((bend * step)[cell], np.float32)


def _smoothed(points: Plane, sigma: float) -> Plane:
    half = min(int(3 * max(1.0, sigma)), len(points) // 2)
    kernel = cv2.getGaussianKernel(2 * half + 1, max(1.0, sigma)).ravel()
    wrapped = np.concatenate([points[-half:], points, points[:half]]) if half else points
    return np.stack([np.convolve(wrapped[:, at], kernel, "valid") for at in (0, 1)], axis=1)


def _weighted(values: Plane, weights: Plane, share: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] * share)])
