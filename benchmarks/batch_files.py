"""Files for the measurements of batches: a few phantoms, many copies that differ in a few pixels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.phantom import random_slide, render_field

DRAWN = 6  # fields that are really rendered for each size


@cache
def fields(height: int, width: int) -> Sequence[NDArray[np.uint8]]:
    """Rendered fields, uint8 RGB; large ones are enlarged from a render of 448 px."""
    drawn = []
    for seed in range(DRAWN):
        side = min(448, max(height, width))
        phantom = render_field(
            seed, slide=random_slide(seed), height=round(side * height / width), width=side, cells={"lymphocyte": 2}
        )
        pixels = phantom.pixels
        drawn.append(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_CUBIC))
    return drawn


def variant(number: int, height: int, width: int) -> NDArray[np.uint8]:
    """Field `number`: one of the rendered ones, shifted and turned, so that no two are equal."""
    pixels = fields(height, width)[number % DRAWN]
    shifted = np.roll(pixels, (number // DRAWN * 7, number // DRAWN * 3), axis=(0, 1))
    return np.ascontiguousarray(shifted[:, ::-1] if number % 2 else shifted)


def encoded(pixels: NDArray[np.uint8], suffix: str) -> bytes:
    """A file's bytes; JPEG with the quality that cameras use."""
    how = [cv2.IMWRITE_JPEG_QUALITY, 92] if suffix == ".jpg" else []
    done, data = cv2.imencode(suffix, cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), how)
    assert done
    return bytes(data)


def write_files(folder: Path, count: int, suffix: str, height: int, width: int) -> list[Path]:
    """Write `count` fields of one size and kind."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"field-{number:05d}{suffix}" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(encoded(variant(number, height, width), suffix))
    return paths
