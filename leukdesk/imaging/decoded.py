"""What a decoder hands to `read_image`: pixels and what the file says of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SYNTHETIC_MARK = "leukdesk-synthetic"


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """uint8 RGB of shape (height, width, 3), not yet turned upright, and the file's statements."""

    pixels: NDArray[np.uint8]
    bits: int  # per channel in the file: 1, 8 or 16
    pages: int = 1
    orientation: int = 1  # EXIF, 1..8
    um_per_px: float | None = None
    synthetic: bool = False


def stated_bits(bits: int) -> int:
    """Bits per channel as `ImageSource` counts them: 1, 8 (up to 8 in the file) or 16 (more)."""
    return 1 if bits == 1 else 8 if bits <= 8 else 16
