"""Nuclei fall into lobes at their necks; lobes come together again where they are one cell's.

Touching cells and lobed nuclei look alike to a threshold. So everything is cut at its necks first, and what was cut is
joined by what is known of cells: how wide the neck is, how large and how long both together would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.imaging.cells_light import Pixels, Plane

Labels = NDArray[np.int32]
Hull = NDArray[np.int32]  # (points, 1, 2): x, y

_SMOOTH_UM, _APART_UM, _THIN_UM = 0.35, 1.2, 0.5  # of the distance transform, its peaks, and the thinnest lobe
_SPECK_UM2 = 1.5
_TOUCH_UM = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Lobe:
    """One roundish piece of a nucleus in px of the working copy: label, piece of the mask it is cut from, extent."""

    label: int
    component: int
    centre: tuple[float, float]
    radius: float  # um, of the largest disc inside
    area: float  # um^2
    hull: Hull
    box: tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True, slots=True, eq=False)
class Lobes:
    """All lobes of a view: `labels` int32 (height, width), 0 outside; `depth` is the distance to the rim in px."""

    labels: Labels
    depth: Plane
    lobes: tuple[Lobe, ...]
    um: float  # um per px of the working copy


def disc(radius_px: float) -> Pixels:
    """A round structuring element, at least 3 x 3."""
    reach = max(1, round(radius_px))
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)), np.uint8)


def cut_at_necks(mask: Pixels, um: float) -> Lobes:
    """Cut a mask of nuclei (0 or 255) into lobes: each peak of the distance transform is one.

    A pixel goes to the peak of its piece with the least power distance (Aurenhammer 1987, doi 10.1137/0216006), so the
    cut is straight and lies at the neck.
    """
    edged = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    depth = np.asarray(cv2.distanceTransform(edged, cv2.DIST_L2, 5)[1:-1, 1:-1], np.float32)
    pieces, owner, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    peaks, own = _peaks(depth, mask, np.asarray(owner, np.int32), um)
    labels = np.zeros(mask.shape, np.int32)
    lobes: list[Lobe] = []
    for piece in range(1, pieces):
        left, top, width, height, area = (int(value) for value in stats[piece])
        if area * um * um < _SPECK_UM2:
            continue
        view = (slice(top, top + height), slice(left, left + width))
        rows, columns = np.nonzero(owner[view] == piece)
        rows, columns = rows + top, columns + left
        mine = peaks[own == piece]
        if not len(mine):
            deepest = depth[rows, columns].argmax()
            mine = np.array([[columns[deepest], rows[deepest]]], np.float64)
        radii = depth[np.rint(mine[:, 1]).astype(int), np.rint(mine[:, 0]).astype(int)]
        away = (columns[:, None] - mine[:, 0]) ** 2 + (rows[:, None] - mine[:, 1]) ** 2 - radii**2
        nearest = away.argmin(axis=1)
        for at in range(len(mine)):
            points = np.stack([columns[nearest == at], rows[nearest == at]], axis=1).astype(np.int32)
            if len(points):
                lobes.append(_lobe(points, len(lobes) + 1, piece, mine[at], float(radii[at]) * um, um))
                labels[points[:, 1], points[:, 0]] = len(lobes)
    return Lobes(labels, depth, tuple(lobes), um)


def _peaks(depth: Plane, mask: Pixels, owner: Labels, um: float) -> tuple[NDArray[np.float64], Labels]:
    smooth = cv2.GaussianBlur(depth, (0, 0), max(0.6, _SMOOTH_UM / um))
    top = (smooth >= cv2.dilate(smooth, disc(_APART_UM / um))) & (smooth > _THIN_UM / um) & (mask > 0)
    joined = cv2.dilate(top.astype(np.uint8), np.ones((3, 3), np.uint8))
    _, _, _, centres = cv2.connectedComponentsWithStats(joined, connectivity=8)
    middles = np.asarray(centres[1:], np.float64)
    at = np.rint(middles).astype(int)
    return middles, np.asarray(owner[at[:, 1], at[:, 0]], np.int32)


def _lobe(points: Hull, label: int, piece: int, centre: NDArray[np.float64], radius: float, um: float) -> Lobe:
    left, top = (int(value) for value in points.min(axis=0))
    right, bottom = (int(value) + 1 for value in points.max(axis=0))
    hull = np.asarray(cv2.convexHull(points), np.int32)
    middle = (float(centre[0]), float(centre[1]))
    return Lobe(label, piece, middle, radius, len(points) * um * um, hull, (left, top, right, bottom))


def hull_area(hull: Hull, um: float) -> float:
    """Area in square um of a hull of pixels, each counted whole (Pick's theorem)."""
    return (cv2.contourArea(hull) + cv2.arcLength(hull, True) / 2 + 1) * um * um


def elongation(hull: Hull) -> float:
    """Length over width of the smallest rectangle around: 1 is round, two touching discs have 2."""
    _, (first, second), _ = cv2.minAreaRect(hull)
    return float(max(first, second) / max(min(first, second), 1.0))


def boxes_apart(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> int:
    """Px between two upright boxes; negative where they overlap."""
    across = max(first[0] - second[2], second[0] - first[2])
    return max(across, first[1] - second[3], second[1] - first[3])


def neck(lobes: Lobes, first: Lobe, second: Lobe) -> float:
    """Half the width (um) of the narrowest place between two lobes; 0 where they are of different pieces."""
    if first.component != second.component:
        return 0.0
    away = np.hypot(first.centre[0] - second.centre[0], first.centre[1] - second.centre[1])
    steps = max(2, int(2 * away))
    x = np.rint(np.linspace(first.centre[0], second.centre[0], steps)).astype(int)
    y = np.rint(np.linspace(first.centre[1], second.centre[1], steps)).astype(int)
    return float(lobes.depth[y, x].min()) * lobes.um


def gap(lobes: Lobes, first: Lobe, second: Lobe) -> float:
    """Um between the hulls of two lobes, measured between their corners; 0 in one piece."""
    if first.component == second.component:
        return 0.0
    corners, others = first.hull[:, 0, :].astype(np.float32), second.hull[:, 0, :].astype(np.float32)
    away = ((corners[:, None] - others[None]) ** 2).sum(axis=-1)
    return float(np.sqrt(away.min())) * lobes.um


def contact(lobes: Lobes, first: Lobe, second: Lobe) -> float:
    """Length along which two lobes lie within 0.8 um of each other, over the diameter of the smaller one."""
    small, large = sorted((first, second), key=lambda one: one.area)
    left, top, right, bottom = small.box
    view = lobes.labels[top:bottom, left:right]
    reach = max(1, round(_TOUCH_UM / lobes.um + 0.5))
    height, width = lobes.labels.shape
    wide = (max(0, left - reach), max(0, top - reach), min(width, right + reach), min(height, bottom + reach))
    near = (lobes.labels[wide[1] : wide[3], wide[0] : wide[2]] == large.label).astype(np.uint8)
    near = cv2.dilate(near, disc(_TOUCH_UM / lobes.um + 0.5))
    near = near[top - wide[1] : bottom - wide[1], left - wide[0] : right - wide[0]]
    own = (view == small.label).astype(np.uint8)
    rim = own & (1 - cv2.erode(own, np.ones((3, 3), np.uint8)))
    rows, columns = np.nonzero(rim & near)
    if len(rows) < 2:
        return 0.0
    _, sides, _ = cv2.minAreaRect(np.stack([columns, rows], axis=1).astype(np.float32))
    return float(max(sides)) * lobes.um / (2 * float(np.sqrt(small.area / pi)))
