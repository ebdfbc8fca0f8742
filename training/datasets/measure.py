"""What one pass over the images of a data set measures of each, or why it could not be opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.errors import ImageError, ImageReason
from training.datasets.dataset import Sample
from training.datasets.near_duplicates import Print, perceptual_hash

LIMIT_PX = 64_000_000
STATISTICS = ("lightness", "green_red", "blue_yellow", "saturation", "contrast")
VIEW = 224  # px; side of the square the search for burnt-in marks looks at


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One readable image. `colour` follows STATISTICS: mean CIELAB L*, a*, b*, mean HSV saturation, spread of L*."""

    sample: Sample
    sha256: str  # of the file as it is now
    format: str
    width: int
    height: int
    colour: tuple[float, ...]
    hash: Print
    view: NDArray[np.uint8] | None  # (224, 224) luminance, for those asked for


@dataclass(frozen=True, slots=True)
class Unopened:
    """One file that could not be opened; `reason` is an `ImageReason`."""

    sample: Sample
    reason: str
    detail: str


def measure_all(
    samples: Sequence[Sample], *, viewed: frozenset[str], progress: Callable[[], None] | None = None, threads: int = 2
) -> tuple[list[Measured], list[Unopened]]:
    """Open every image once; keep a `view` of the ids in `viewed`. `progress` is called after each, on this thread."""
    opened: list[Measured] = []
    failed: list[Unopened] = []
    with ThreadPoolExecutor(threads) as pool:
        for one in pool.map(lambda sample: _measure(sample, sample.image_id in viewed), samples):
            if isinstance(one, Measured):
                opened.append(one)
            else:
                failed.append(one)
            if progress is not None:
                progress()
    return opened, failed


def _measure(sample: Sample, viewed: bool) -> Measured | Unopened:
    from leukdesk.imaging.read import read_image

    if not sample.path.is_file():
        return Unopened(sample, ImageReason.VANISHED.value, "the file is not there")
    try:
        image = read_image(sample.path, limit_px=LIMIT_PX)
    except ImageError as error:
        return Unopened(sample, error.reason, error.what)
    source = image.source
    return Measured(
        sample=sample,
        sha256=source.sha256,
        format=source.format,
        width=source.width,
        height=source.height,
        colour=_colour(image.pixels),
        hash=perceptual_hash(image.pixels),
        view=_view(image.pixels) if viewed else None,
    )


def _colour(pixels: NDArray[np.uint8]) -> tuple[float, ...]:
    scale = min(1.0, 128 / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    lab = cv2.cvtColor(small.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
    saturation = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)[..., 1]
    means = lab.reshape(-1, 3).mean(axis=0)
    return (*(float(value) for value in means), float(saturation.mean() / 255), float(lab[..., 0].std()))


def _view(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, (VIEW, VIEW), interpolation=cv2.INTER_AREA), np.uint8)
