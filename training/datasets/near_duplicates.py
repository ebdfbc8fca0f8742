"""Pictures of the same view: copies that were recompressed, resized, recoloured, turned or mirrored.

The perceptual hash is a 32 x 32 luminance image of what is not black, minus its surroundings, on unit length; the
likeness of two is their correlation. Black is left out, so that the cut-out cells of C-NMC are compared by texture and
not by outline. Measured: unrelated images stay below 0.81 in all eight orientations (2816 fields of taleqani-all, 5600
cells of pbc-barcelona, the same cells cut out); JPEG, half size and stain shifts above 0.9. A view moved or cropped by
more than a few per cent is not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.errors import ImageError
from training.datasets.components import components
from training.datasets.dataset import DataSet

if TYPE_CHECKING:
    from pathlib import Path

Print = NDArray[np.float32]  # (32, 32), unit length, or all zero where there is nothing to compare

SIDE = 32
LIKENESS = 0.82
_COARSE = 16  # candidates are sought at this side, eight orientations at once, then confirmed at 32
_COARSE_LIKENESS = 0.55
_BLACK = 40
_FLAT = 1.0  # grey levels; less texture than this is noise
_BLOCK = 1024
_THUMBNAIL = 64


@dataclass(frozen=True, slots=True)
class Pair:
    """Two images (indices) that show the same view; `likeness` is their correlation, up to 1."""

    first: int
    second: int
    likeness: float


def perceptual_hash(pixels: NDArray[np.uint8]) -> Print:
    """The hash of uint8 RGB of any size."""
    content = _without_black(_small(pixels))
    if content is None:
        return np.zeros((SIDE, SIDE), np.float32)
    grey = cv2.resize(cv2.cvtColor(content, cv2.COLOR_RGB2GRAY), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    lit = cv2.erode((grey > 0.75 * _BLACK).astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1)
    weight, values = lit.astype(np.float32), grey.astype(np.float32)
    surroundings = cv2.GaussianBlur(values * weight, (0, 0), 2) / (cv2.GaussianBlur(weight, (0, 0), 2) + 1e-3)
    texture = (values - surroundings) * weight
    return np.asarray(_unit(np.asarray(texture, np.float32)[None], floor=_FLAT * SIDE)[0], np.float32)


def hash_file(path: Path, *, limit_px: int = 64_000_000) -> Print | None:
    """The hash of an image file; None where it cannot be read."""
    from leukdesk.imaging.thumbnail import read_thumbnail

    try:
        return perceptual_hash(read_thumbnail(path, _THUMBNAIL, limit_px=limit_px))
    except ImageError:
        return None


def alike(prints: NDArray[np.float32], *, threshold: float = LIKENESS) -> list[Pair]:
    """All pairs among prints of shape (n, 32, 32) at least this alike in any of eight orientations, likest first."""
    if not len(prints):
        return []
    coarse = _coarse(prints).reshape(len(prints), -1)
    found: dict[tuple[int, int], float] = {}
    for turned in _orientations(prints):
        flat = _coarse(turned).reshape(len(prints), -1)
        for first, second in _candidates(coarse, flat):
            likeness = float((prints[first] * turned[second]).sum())
            if likeness >= threshold:
                found[first, second] = max(likeness, found.get((first, second), 0.0))
    pairs = [Pair(first, second, likeness) for (first, second), likeness in found.items()]
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.first, pair.second))


def grouped_by_likeness(dataset: DataSet) -> DataSet:
    """The data set with each family of near-duplicates as a group; what cannot be read stands alone.

    A stand-in for patients who are not recorded: it keeps copies of one view together and nothing more.
    """
    prints = [hash_file(sample.path) for sample in dataset.samples]
    readable = [index for index, one in enumerate(prints) if one is not None]
    stack = np.array([prints[index] for index in readable], np.float32).reshape(-1, SIDE, SIDE)
    pairs = [(readable[pair.first], readable[pair.second]) for pair in alike(stack)]
    samples = list(dataset.samples)
    for family in components(len(samples), pairs):
        for index in family:
            samples[index] = replace(samples[index], group=f"like {samples[family[0]].image_id}")
    return replace(dataset, samples=tuple(samples), grouping="near-duplicate")


def _small(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = _THUMBNAIL / max(pixels.shape[:2])
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _without_black(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The bounding box of what is not black; None where everything is."""
    lit = cv2.morphologyEx((pixels.max(axis=2) > _BLACK).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    if not len(rows):
        return None
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _unit(prints: NDArray[np.float32], *, floor: float) -> NDArray[np.float32]:
    """Prints on unit length; those shorter than `floor` become zero, so that they resemble nothing."""
    length = np.sqrt((prints**2).sum(axis=(1, 2), keepdims=True))
    return np.where(length > floor, prints / np.maximum(length, 1e-12), 0).astype(np.float32)


def _orientations(prints: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    for mirrored in (prints, prints[:, :, ::-1]):
        for turns in range(4):
            yield np.ascontiguousarray(np.rot90(mirrored, turns, axes=(1, 2)))


def _coarse(prints: NDArray[np.float32]) -> NDArray[np.float32]:
    step = SIDE // _COARSE
    return _unit(prints.reshape(-1, _COARSE, step, _COARSE, step).mean(axis=(2, 4)), floor=1e-6)


def _candidates(upright: NDArray[np.float32], turned: NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    for start in range(0, len(upright), _BLOCK):
        likeness = upright[start : start + _BLOCK] @ turned.T
        for row, column in np.argwhere(likeness >= _COARSE_LIKENESS):
            if start + row < column:
                yield int(start + row), int(column)


def families(count: int, pairs: Sequence[Pair]) -> list[list[int]]:
    """Families of two or more images joined by pairs."""
    joined = components(count, ((pair.first, pair.second) for pair in pairs))
    return [family for family in joined if len(family) > 1]
