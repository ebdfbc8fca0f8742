"""Scale bars, text, frames and camera dust: fine structure that stands at the same place in image after image.

Cells lie somewhere else in every field, so where a small tile looks the same in several images at the same place, it
was not the specimen that drew it. If such a mark differs between classes, a model can read it instead of cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.datasets.components import components

TILE, STEP = 16, 8  # px of a 224 px view
_SAME = 0.9  # correlation of two tiles; unrelated cells stay below
_FAINT = 2.0  # grey levels of fine structure; less is noise or compression
_SHARE = 0.05  # of images; what recurs in fewer is no mark
_FRAME_BLACK = 0.9  # cells cut out on black have such a frame; their outline is not burnt in

Tiles = NDArray[np.float32]  # (n, 256), unit length or zero


@dataclass(frozen=True, slots=True)
class Mark:
    """A region whose fine structure recurs.

    `box` is (left, top, right, bottom) in shares of the image; `share` and `per_class` say how many images carry it;
    `tells` is the share of images whose most similar other image, by the fine structure of this region alone, is of the
    same class; `majority`, the share of the largest class, is what guessing reaches.
    """

    box: tuple[float, float, float, float]
    share: float
    per_class: dict[str, float]
    tells: float
    majority: float


def find_marks(views: Sequence[NDArray[np.uint8]], labels: Sequence[str]) -> list[Mark]:
    """Marks in luminance views of shape (224, 224), the most frequent first; none among fewer than ten images."""
    if len(views) < 10:
        return []
    fine = np.array([_fine_structure(view) for view in views])
    side = (fine.shape[1] - TILE) // STEP + 1
    carried = {(row, column): _carriers(_tiles(fine, row, column)) for row in range(side) for column in range(side)}
    marked = [place for place, carriers in carried.items() if carriers.mean() >= _SHARE]
    marks = [_mark(region, carried, fine, labels) for region in _regions(marked)]
    return sorted(marks, key=lambda mark: -mark.share)


def _fine_structure(view: NDArray[np.uint8]) -> NDArray[np.float32]:
    values = view.astype(np.float32)
    fine = np.asarray(values - cv2.GaussianBlur(values, (0, 0), 1.5), np.float32)
    frame = np.concatenate([view[0], view[-1], view[:, 0], view[:, -1]])
    if (frame < 16).mean() > _FRAME_BLACK:
        fine[cv2.dilate((view < 16).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0] = 0
    return fine


def _tiles(fine: NDArray[np.float32], row: int, column: int) -> Tiles:
    top, left = row * STEP, column * STEP
    tiles = fine[:, top : top + TILE, left : left + TILE].reshape(len(fine), -1)
    tiles = tiles - tiles.mean(axis=1, keepdims=True)
    length = np.linalg.norm(tiles, axis=1, keepdims=True)
    return np.where(length > _FAINT * TILE, tiles / np.maximum(length, 1e-9), 0).astype(np.float32)


def _carriers(tiles: Tiles) -> NDArray[np.bool_]:
    """Which images have the look of at least three others (or 2 %) here."""
    carriers = np.zeros(len(tiles), bool)
    structured = np.flatnonzero(tiles.any(axis=1))
    alike = (tiles[structured] @ tiles[structured].T > _SAME).sum(axis=1) - 1
    carriers[structured] = alike >= max(3, 0.02 * len(tiles))
    return carriers


def _regions(places: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Groups of overlapping tiles."""
    touching = [
        (first, second)
        for first, one in enumerate(places)
        for second, other in enumerate(places[:first])
        if max(abs(one[0] - other[0]), abs(one[1] - other[1])) <= TILE // STEP
    ]
    return [[places[index] for index in group] for group in components(len(places), touching)]


def _mark(
    region: Sequence[tuple[int, int]],
    carried: dict[tuple[int, int], NDArray[np.bool_]],
    fine: NDArray[np.float32],
    labels: Sequence[str],
) -> Mark:
    anywhere = np.any([carried[place] for place in region], axis=0)
    size = fine.shape[1]
    rows, columns = [place[0] * STEP for place in region], [place[1] * STEP for place in region]
    box = (min(columns), min(rows), max(columns) + TILE, max(rows) + TILE)
    names = np.array(labels)
    return Mark(
        box=(box[0] / size, box[1] / size, box[2] / size, box[3] / size),
        share=float(anywhere.mean()),
        per_class={label: float(anywhere[names == label].mean()) for label in sorted(set(labels))},
        tells=_told(fine[:, box[1] : box[3], box[0] : box[2]], names),
        majority=float(np.unique(names, return_counts=True)[1].max() / len(names)),
    )


def _told(parts: NDArray[np.float32], labels: NDArray[np.str_]) -> float:
    """Leave-one-out accuracy of the nearest neighbour by correlation."""
    flat = parts.reshape(len(parts), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    flat = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)
    likeness = flat @ flat.T
    np.fill_diagonal(likeness, -2)
    return float((labels[likeness.argmax(axis=1)] == labels).mean())
