"""Writing that was burnt into a picture: names, numbers and dates, found by what a pen or a program leaves behind.

Letters are thin strokes of one even ink, sharply against their surroundings, of about one height, in a row. Stained
cells are none of that together: what is thin in them is uneven, and what is even is not thin. The mesh is fine: the
label of a scale bar is caught, and some clean pictures are. Handwriting, faint and slanted writing may pass: a person
looks too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.image import Region

_STEPS = (64, 112)  # levels that ink stands off its surroundings; the second parts letters that run together
_CONTRAST = 80.0  # levels, in the middle of the strokes of a letter
_SHARP = 0.5  # of that contrast, within one px at the edges
_KERNEL = 13  # px: strokes that are thinner stand out
_SCALES = 3  # the picture, halved once and twice: large letters have strokes that are thin only from afar
_LOWEST, _HIGHEST = 6, 60  # px of a letter at one scale
_UNEVEN = 20.0  # levels: standard deviation within the ink of one letter
_LETTERS = 3  # in a row: fewer name nobody
_WIDE = 2.2  # widths to height of letters that have run together
_MOST = 6000  # marks at one scale: a picture with more is all grain, and its largest are looked at


@dataclass(frozen=True, slots=True)
class _Mark:
    """One connected stroke: its box at one scale, and the mean of its ink."""

    left: int
    top: int
    width: int
    height: int
    ink: tuple[float, float, float]
    letters: int  # how many it may be

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def find_writing(pixels: NDArray[np.uint8]) -> list[Region]:
    """Strips with writing, in px of a picture, uint8 RGB of shape (height, width, 3).

    A strip reaches across the whole picture, since letters may be passed over, as where they cross a nucleus: from left
    to right, or from top to bottom for writing that was turned. Strips may overlap.
    """
    found = _lines(pixels)
    turned = np.ascontiguousarray(np.rot90(pixels, -1))
    height, width = pixels.shape[:2]
    for one in _lines(turned):  # what was at (x, y) is at (height - 1 - y, x)
        found.append(Region(one.top, height - one.left - one.width, one.height, one.width))
    return [one for one in (_within(region, width, height) for region in found) if one.width and one.height]


def blanked(pixels: NDArray[np.uint8], regions: list[Region]) -> NDArray[np.uint8]:
    """A copy with regions painted over in one even grey."""
    painted = np.ascontiguousarray(pixels).copy()
    for one in regions:
        painted[one.top : one.top + one.height, one.left : one.left + one.width] = 128
    return painted


def _lines(pixels: NDArray[np.uint8]) -> list[Region]:
    found: list[Region] = []
    level = np.ascontiguousarray(pixels)
    for scale in (2**step for step in range(_SCALES)):
        if scale > 1:
            level = np.asarray(cv2.resize(level, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        if min(level.shape[:2]) < 2 * _LOWEST:
            break
        for row in _rows(level):
            found.append(_strip(row, scale, pixels.shape[1]))
    return found


def _rows(pixels: NDArray[np.uint8]) -> Iterator[list[_Mark]]:
    kernel = np.ones((_KERNEL, _KERNEL), np.uint8)
    steep = cv2.morphologyEx(pixels, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).max(axis=2)
    for operation in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT):  # dark on light, light on dark
        stands_out = cv2.morphologyEx(pixels, operation, kernel).max(axis=2)
        for step in _STEPS:
            yield from _in_rows(list(_marks(stands_out, step, pixels, steep)))


def _marks(
    stands_out: NDArray[np.uint8], step: int, pixels: NDArray[np.uint8], steep: NDArray[np.uint8]
) -> Iterator[_Mark]:
    mask = (stands_out > step).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    height = stats[:, cv2.CC_STAT_HEIGHT]
    width, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_AREA]
    shaped = (height >= _LOWEST) & (height <= _HIGHEST) & (width >= 1) & (width <= 30 * height)
    shaped &= (area > 0.06 * width * height) & (area >= _LOWEST)
    shaped[0] = False  # what stands out from nothing
    for number in np.flatnonzero(shaped)[:_MOST]:
        left, top, wide, high = (int(one) for one in stats[number, :4])
        inside = labels[top : top + high, left : left + wide] == number
        box, core = np.s_[top : top + high, left : left + wide], _core(inside)
        inks, contrast = pixels[box][core], float(stands_out[box][core].mean())
        sharp = float(np.percentile(steep[box][inside], 70)) >= _SHARP * contrast
        if contrast >= _CONTRAST and sharp and float(inks.std(axis=0).max()) <= _UNEVEN:
            letters = _strokes(inside) // 2 if wide > _WIDE * high else 1
            mean = inks.mean(axis=0)
            yield _Mark(left, top, wide, high, (float(mean[0]), float(mean[1]), float(mean[2])), letters)


def _strokes(inside: NDArray[np.bool_]) -> int:
    """How many strokes one meets from left to right, at the height where there are most."""
    return int(np.count_nonzero(np.diff(inside.astype(np.int8), axis=1) == 1, axis=1).max())


def _core(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The middle of strokes, which their edges do not blur; all of a stroke that is one px wide."""
    padded = np.pad(inside.astype(np.uint8), 1)
    depth = cv2.distanceTransform(padded, cv2.DIST_L1, 3)[1:-1, 1:-1]
    return np.asarray(depth >= min(2.0, float(depth.max())))


def _in_rows(marks: list[_Mark]) -> Iterator[list[_Mark]]:
    """Marks of about one height and one ink beside each other."""
    waiting = sorted(marks, key=lambda one: one.left)
    while waiting:
        row = [waiting.pop(0)]
        rest: list[_Mark] = []
        for one in waiting:
            (row if _follows(row[-1], one) else rest).append(one)
        waiting = rest
        if sum(one.letters for one in row) >= _LETTERS:
            yield row


def _follows(before: _Mark, one: _Mark) -> bool:
    high, low = max(before.height, one.height), min(before.height, one.height)
    near = -0.3 * high <= one.left - before.left - before.width <= 1.3 * high
    level = abs(one.middle - before.middle) <= 0.4 * high and low >= 0.5 * high
    return near and level and all(abs(a - b) <= 40 for a, b in zip(before.ink, one.ink, strict=True))


def _strip(row: list[_Mark], scale: int, width: int) -> Region:
    top, bottom = min(one.top for one in row), max(one.top + one.height for one in row)
    margin = round(0.5 * (bottom - top)) + 1
    return Region(0, (top - margin) * scale, width, (bottom - top + 2 * margin) * scale)


def _within(region: Region, width: int, height: int) -> Region:
    left, top = max(0, region.left), max(0, region.top)
    right, bottom = min(width, region.left + region.width), min(height, region.top + region.height)
    return Region(left, top, max(0, right - left), max(0, bottom - top))
