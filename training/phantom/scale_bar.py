"""The scale bar that microscope software burns into a corner."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_LENGTHS_UM: Final = (50, 20, 10, 5, 2, 1)
_FINE: Final = 4  # letters are drawn this much larger and averaged down, so that small ones stay legible


def burn_scale_bar(pixels: NDArray[np.uint8], um_per_px: float) -> None:
    """Draw a white plate with a bar and its length at the lower right, in place; pixels are uint8 RGB."""
    height, width = pixels.shape[:2]
    length = next((um for um in _LENGTHS_UM if um / um_per_px < 0.25 * width), 1)
    plate = _plate(round(length / um_per_px), f"{length} um", pad=max(3, width // 110), letter=max(8, width // 45))
    plate = plate[-height:, -width:]
    pixels[-plate.shape[0] :, -plate.shape[1] :] = plate[..., None]


def _plate(bar: int, text: str, *, pad: int, letter: int) -> NDArray[np.uint8]:
    """White plate (rows, columns) with black letters `letter` px high above a bar `bar` px long."""
    face, scale = cv2.FONT_HERSHEY_SIMPLEX, letter * _FINE / 22
    (text_width, _), _ = cv2.getTextSize(text, face, scale, 1)
    columns = max(bar, text_width // _FINE + 1) + 2 * pad
    stroke = max(1, letter // 5)
    fine = np.full(((letter + 3 * pad + stroke) * _FINE, columns * _FINE), 255, np.uint8)
    at = ((columns * _FINE - text_width) // 2, (pad + letter) * _FINE)
    cv2.putText(fine, text, at, face, scale, 0, max(2, letter * _FINE // 18), cv2.LINE_AA)
    left = (columns - bar) // 2
    top = letter + 2 * pad
    fine[top * _FINE : (top + stroke) * _FINE, left * _FINE : (left + bar) * _FINE] = 0
    return np.asarray(cv2.resize(fine, None, fx=1 / _FINE, fy=1 / _FINE, interpolation=cv2.INTER_AREA), np.uint8)
