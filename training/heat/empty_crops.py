"""Crops of real fields without a nucleated cell or platelet: what a model of single cells must refuse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from leukdesk.domain.errors import DataError, OutputError
from leukdesk.imaging.read import read_image
from training.datasets.folders import image_files
from training.heat.scenes import boxes_of
from training.pipeline import LIMIT_PX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.heat.scenes import Box

KEPT_AWAY = ("WBC", "Platelets")  # as the annotations of BCCD call them
SIDE = (0.25, 0.4)  # of the shorter side of a field
_TRIES = 40


def write_empty_crops(fields: Path, out: Path, *, each: int, seed: int) -> int:
    """Cut up to `each` squares that touch no annotated cell out of every field; gives their number.

    `fields` is a Pascal VOC folder (`Annotations`, `JPEGImages`), or a folder of fields without any nucleated cell.
    Raises `DataError` where there are none, `ImageError`, `OutputError`.
    """
    notes = fields / "Annotations"
    names = sorted(name for name in image_files(fields) if not notes.is_dir() or name.startswith("JPEGImages/"))
    rng, written = np.random.default_rng(seed), 0
    try:
        out.mkdir(parents=True)
        for name in names:
            boxes = boxes_of(notes / f"{Path(name).stem}.xml", KEPT_AWAY) if notes.is_dir() else ()
            pixels = read_image(fields / name, limit_px=LIMIT_PX).pixels
            for index, crop in enumerate(_crops(pixels, boxes, each, rng)):
                encoded = cv2.imencode(".png", crop[..., ::-1])[1]
                (out / f"{Path(name).stem}-{index}.png").write_bytes(encoded.tobytes())
                written += 1
    except OSError as error:
        raise OutputError(
            f"could not be written: {error.strerror}", subject=out, advice="Choose another --out."
        ) from error
    if not written:
        raise DataError("there are no fields", subject=fields, advice="Give a folder of fields, such as BCCD.")
    return written


def _crops(
    pixels: NDArray[np.uint8], boxes: tuple[Box, ...], each: int, rng: np.random.Generator
) -> list[NDArray[np.uint8]]:
    height, width = pixels.shape[:2]
    found: list[NDArray[np.uint8]] = []
    for _ in range(_TRIES):
        if len(found) == each:
            break
        side = int(rng.uniform(*SIDE) * min(height, width))
        x, y = int(rng.integers(width - side + 1)), int(rng.integers(height - side + 1))
        if all(x + side <= left or x >= right or y + side <= top or y >= bottom for left, top, right, bottom in boxes):
            found.append(pixels[y : y + side, x : x + side])
    return found
