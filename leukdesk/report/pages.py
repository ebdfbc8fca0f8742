"""Pages of a report as pictures, for the screen and for the printer."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALONE = threading.Lock()  # the library is for one thread at a time
INCH = 72.0  # pt


def count_pages(pdf: bytes) -> int:
    """How many pages a PDF file has."""
    with _ALONE:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return len(document)
        finally:
            document.close()


def render_page(pdf: bytes, number: int, dots: float) -> NDArray[np.uint8]:
    """Page `number`, from 0, at so many dots an inch: uint8 RGB of shape (height, width, 3)."""
    with _ALONE:
        document = pypdfium2.PdfDocument(pdf)
        try:
            page = document[number]
            return np.ascontiguousarray(page.render(scale=dots / INCH, rev_byteorder=True).to_numpy()[:, :, :3])
        finally:
            document.close()
