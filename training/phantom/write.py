"""Phantoms on disk: PNG, JPEG or TIFF, marked as synthetic, with their scale."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from leukdesk.domain.errors import OutputError
from training.phantom.truth import Phantom, Truth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SYNTHETIC_MARK: Final = "leukdesk-synthetic"
_JPEG_QUALITY: Final = 92
_UM_PER_CM: Final = 10_000.0
_JFIF_PER_CM: Final = 2
_JFIF_LARGEST: Final = 65_535
_TIFF_DESCRIPTION, _TIFF_PER_CM = 270, 3


def write_phantom(phantom: Phantom, path: Path) -> None:
    """Write a phantom as the suffix of `path` says (.png, .jpg, .jpeg, .tif, .tiff), the same bytes every time.

    The mark is a PNG text chunk, a JPEG comment or a TIFF ImageDescription. The scale is the file's resolution; JPEG
    cannot state one finer than 0.153 um per px and then states none. Raises OutputError where it cannot be written.
    """
    try:
        path.write_bytes(encode(phantom, path.suffix))
    except OSError as error:
        raise OutputError(
            "the phantom could not be written",
            subject=path,
            advice=f"Check the folder and the free space ({error.strerror}).",
        ) from error


def encode(phantom: Phantom, suffix: str) -> bytes:
    """The bytes of an image file of this kind; ValueError for a suffix that is none of those above."""
    writers = {".png": _png, ".jpg": _jpeg, ".jpeg": _jpeg, ".tif": _tiff, ".tiff": _tiff}
    if suffix.lower() not in writers:
        raise ValueError(f"phantoms are written as PNG, JPEG or TIFF, not as {suffix!r}")
    return writers[suffix.lower()](Image.fromarray(phantom.pixels), phantom.truth.um_per_px)


def truth_record(truth: Truth) -> dict[str, Any]:
    """The truth as JSON-ready values: class, cells with boxes (px), counts, patient and scale."""
    return {
        "class": truth.field_class,
        "cells": [{"kind": cell.kind, "box": list(cell.box)} for cell in truth.cells],
        "counts": dict(truth.counts),
        "patient": truth.patient,
        "um_per_px": truth.um_per_px,
    }


def marked_png(pixels: NDArray[np.uint8]) -> bytes:
    """Synthetic pixels, uint8 RGB (h, w, 3), as a PNG that says so; without a scale."""
    return _saved(Image.fromarray(pixels), "PNG", pnginfo=_marks(), compress_level=1)


def _png(image: Image.Image, um_per_px: float) -> bytes:
    return _saved(image, "PNG", pnginfo=_marks(), dpi=(25_400 / um_per_px,) * 2, optimize=True)


def _marks() -> PngInfo:
    marks = PngInfo()
    marks.add_text(SYNTHETIC_MARK, "1")
    return marks


def _jpeg(image: Image.Image, um_per_px: float) -> bytes:
    data = bytearray(_saved(image, "JPEG", comment=SYNTHETIC_MARK.encode(), quality=_JPEG_QUALITY, subsampling=0))
    per_cm = round(_UM_PER_CM / um_per_px)
    if data[6:11] == b"JFIF\0" and per_cm <= _JFIF_LARGEST:
        data[13:18] = bytes([_JFIF_PER_CM]) + per_cm.to_bytes(2, "big") * 2
    return bytes(data)


def _tiff(image: Image.Image, um_per_px: float) -> bytes:
    per_cm = _UM_PER_CM / um_per_px
    marks = {_TIFF_DESCRIPTION: SYNTHETIC_MARK}
    return _saved(
        image,
        "TIFF",
        tiffinfo=marks,
        resolution_unit=_TIFF_PER_CM,
        x_resolution=per_cm,
        y_resolution=per_cm,
        compression="tiff_adobe_deflate",
    )


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()
