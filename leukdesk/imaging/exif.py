"""The one thing of EXIF that changes the picture: how it is to be turned."""

from __future__ import annotations

from leukdesk.domain.errors import ImageError
from leukdesk.imaging.tiff_directory import directories

_ORIENTATION = 274


def orientation(exif: bytes) -> int:
    """EXIF orientation 1..8 of an EXIF block (with or without its "Exif" prefix); 1 where it is absent or broken.

    Broken EXIF is no reason to refuse sound pixels.
    """
    try:
        first = next(directories(exif.removeprefix(b"Exif\0\0")), None)
        turned = first.number(_ORIENTATION, 1) if first else 1
    except ImageError:
        return 1
    return turned if 1 <= turned <= 8 else 1
