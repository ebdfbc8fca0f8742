"""Which lobes are one cell's: first by the nuclei alone, then by the cytoplasm around them.

The limits were set on phantoms and on the training part of published fields (benchmarks/cell_detection.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.imaging.cells_light import Pixels
from leukdesk.imaging.cells_lobes import (
    Lobe,
    Lobes,
    boxes_apart,
    contact,
    disc,
    elongation,
    gap,
    hull_area,
    neck,
)

Group = list[Lobe]
Box = tuple[int, int, int, int]

_GAP_UM: Final = 2.2  # between lobes of one nucleus
_BROAD_NECK, _BROADEST_NECK = 0.62, 0.90  # half its width over the radius of the thinner lobe
_LONGEST = 2.0  # of a nucleus with a broad neck
_SOLID = 0.92  # area over that of the hull: no notch between them
_SMALL_UM2, _NOT_LARGE_UM2, _LOBED_UM2 = 34.0, 75.0, 115.0  # a lobe; what it may be added to; both with hull
_OWN_NUCLEUS_UM2 = 48.0  # from here on a lobe may be a cell's nucleus of its own
_LONG_LOBED, _LONG_PAIR = 1.65, 1.45  # elongation of one nucleus with a smaller, and without
_NUCLEUS_UM2, _SPREAD_UM2 = 220.0, 280.0  # hulls: the largest nucleus, and the largest with granules
_LONG_CONTACT, _CONTACT_ELONGATION = 0.8, 1.8

_BODY_GAP_UM: Final = 3.0
_BODY_NUCLEI_UM2, _BODY_UM2 = 150.0, 300.0
_BODY_ELONGATION, _BODY_SOLID, _BODY_NUCLEAR = 1.5, 0.86, 0.62
_SCRAP_UM2, _NEARLY_ALL = 4.0, 0.95


def join_lobes(lobes: Lobes) -> list[Group]:
    """Groups of lobes that make one nucleus, by their necks, gaps, sizes and shapes; the surest pairs first."""
    groups: dict[int, Group] = {lobe.label: [lobe] for lobe in lobes.lobes}
    home = {lobe.label: lobe.label for lobe in lobes.lobes}
    for wide, _, first, second in sorted(_pairs(lobes), key=lambda pair: (-pair[0], pair[1], pair[2].label)):
        one, other = home[first.label], home[second.label]
        if one != other and _one_nucleus(lobes, wide, first, second, groups[one], groups[other]):
            for lobe in groups[other]:
                home[lobe.label] = one
            groups[one] += groups.pop(other)
    return list(groups.values())


def _pairs(lobes: Lobes) -> Iterator[tuple[float, float, Lobe, Lobe]]:
    """Neighbours: the width of their neck as a share of the thinner lobe, the gap between them in um, and both."""
    ordered = sorted(lobes.lobes, key=lambda lobe: lobe.box[0])
    for at, first in enumerate(ordered):
        for second in ordered[at + 1 :]:
            if (second.box[0] - first.box[2]) * lobes.um > _GAP_UM:
                # Boxes are sorted by their left side, so nothing further right is nearer.
                break
            if boxes_apart(first.box, second.box) * lobes.um > _GAP_UM:
                continue
            apart = gap(lobes, first, second)
            if apart <= _GAP_UM:
                yield neck(lobes, first, second) / max(min(first.radius, second.radius), 0.1), apart, first, second


def _one_nucleus(lobes: Lobes, narrow: float, first: Lobe, second: Lobe, group: Group, other: Group) -> bool:
    hull = np.asarray(cv2.convexHull(np.concatenate([lobe.hull for lobe in group + other])), np.int32)
    area, long = hull_area(hull, lobes.um), elongation(hull)
    small, large = sorted((sum(lobe.area for lobe in group), sum(lobe.area for lobe in other)))
    if narrow > _BROADEST_NECK or (narrow > _BROAD_NECK and long < _LONGEST):
        return True
    if small + large > _SOLID * area:
        return True
    if small < _SMALL_UM2 and large < _NOT_LARGE_UM2 and area < _LOBED_UM2:
        return True
    if area < _NUCLEUS_UM2 and long < (_LONG_LOBED if small < _OWN_NUCLEUS_UM2 else _LONG_PAIR):
        return True
    compact = area < _SPREAD_UM2 and long < _CONTACT_ELONGATION
    return compact and contact(lobes, first, second) > _LONG_CONTACT


def join_bodies(groups: list[Group], lobes: Lobes, body: NDArray[np.bool_], reach_um: float) -> list[Group]:
    """Join nuclei that lie in one round body with room for more than nuclei: lobes far apart in wide cytoplasm.

    `body` is where the colour is a white cell's; `reach_um` how far cytoplasm reaches from a nucleus.
    """
    left = list(groups)
    joined = True
    while joined:
        joined = False
        for first, second in combinations(left, 2):
            if _one_body(first, second, lobes, body, reach_um):
                first += second
                left = [group for group in left if group is not second]
                joined = True
                break
    return left


def _one_body(first: Group, second: Group, lobes: Lobes, body: NDArray[np.bool_], reach_um: float) -> bool:
    if boxes_apart(extent(first), extent(second)) * lobes.um > _BODY_GAP_UM:
        return False
    small, large = sorted((sum(lobe.area for lobe in first), sum(lobe.area for lobe in second)))
    if small < _SCRAP_UM2 or small + large > _BODY_NUCLEI_UM2:
        return False
    outline = _common_outline(first + second, lobes, body, reach_um)
    if outline is None:
        return False
    hull = np.asarray(cv2.convexHull(outline), np.int32)
    area = cv2.contourArea(outline) * lobes.um**2
    round_ = elongation(hull) < _BODY_ELONGATION and area > _BODY_SOLID * cv2.contourArea(hull) * lobes.um**2
    return round_ and area < _BODY_UM2 and small + large < _BODY_NUCLEAR * area


def _common_outline(group: Group, lobes: Lobes, body: NDArray[np.bool_], reach_um: float) -> NDArray[np.int32] | None:
    """The outline of nuclei and body around a group; None where it is not one piece."""
    um, (left, top, right, bottom) = lobes.um, extent(group)
    margin = int(reach_um / um) + 2
    rows = slice(max(0, top - margin), min(lobes.labels.shape[0], bottom + margin))
    columns = slice(max(0, left - margin), min(lobes.labels.shape[1], right + margin))
    labels = lobes.labels[rows, columns]
    own = np.isin(labels, [lobe.label for lobe in group])
    away = cv2.distanceTransform((~own).astype(np.uint8), cv2.DIST_L2, 5) * np.float32(um)
    mask: Pixels = ((body[rows, columns] & (away <= reach_um) & (labels == 0)) | own).astype(np.uint8)
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, disc(0.5 / um)), np.uint8)
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, disc(1.0 / um)), np.uint8) | own.astype(np.uint8)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = np.asarray(max(outlines, key=cv2.contourArea), np.int32)
    inside = np.zeros_like(mask)
    cv2.drawContours(inside, [outline], -1, (1,), -1)
    return outline if np.count_nonzero(own & (inside > 0)) > _NEARLY_ALL * np.count_nonzero(own) else None


def extent(group: Group) -> Box:
    """The box around a group: left, top, right, bottom."""
    boxes = [lobe.box for lobe in group]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    return left, top, max(box[2] for box in boxes), max(box[3] for box in boxes)
