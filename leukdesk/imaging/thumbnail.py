"""Small pictures for lists."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.imaging.colour import upright
from leukdesk.imaging.file_bytes import read_file
from leukdesk.imaging.read import decode, refusal_for_memory
from leukdesk.imaging.sniff import sniff


def read_thumbnail(path: Path, size: int, *, limit_px: int) -> NDArray[np.uint8]:
    """Upright uint8 RGB of shape (height, width, 3) whose longer side is `size` px and whose shorter is at least 1.

    A JPEG is decoded at a reduced size, and of a slide its smallest level, so a thumbnail is for the eye, never for a
    model. Raises `ImageError` as `read_image` does.
    """
    try:
        data = read_file(path, limit_px)
        decoded = decode(data, sniff(data), limit_px, at_least=size)
        return _fitted(upright(decoded.pixels, decoded.orientation), size)
    except ImageError as error:
        if error.reason == ImageReason.TOO_LARGE and (overview := _overview(path, size, limit_px)) is not None:
            return overview
        error.subject = str(path)
        raise
    except MemoryError as error:
        raise refusal_for_memory(path) from error


def _overview(path: Path, size: int, limit_px: int) -> NDArray[np.uint8] | None:
    from leukdesk.imaging.slides import is_slide, open_slide

    if not is_slide(path, limit_px=limit_px):
        return None
    slide = open_slide(path)
    try:
        base = slide.pyramid.base()
        return None if base is None else _fitted(base, size)
    finally:
        slide.pyramid.close()


def _fitted(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    longer = max(height, width)
    if longer == size:
        return pixels
    fitted = (max(1, round(width * size / longer)), max(1, round(height * size / longer)))
    return cv2.resize(pixels, fitted, interpolation=cv2.INTER_AREA if longer > size else cv2.INTER_LINEAR).astype(
        np.uint8, copy=False
    )
