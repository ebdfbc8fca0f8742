"""TIFF and BigTIFF: one page of a checked file, decoded by tifffile and imagecodecs."""

from __future__ import annotations

import io
import logging
import struct

import numpy as np
import tifffile
from numpy.typing import NDArray

from leukdesk.domain.errors import ImageReason
from leukdesk.imaging import tiff_layout
from leukdesk.imaging.colour import grey_to_rgb, ink_to_rgb, on_white, to_8_bit
from leukdesk.imaging.decoded import SYNTHETIC_MARK, Decoded, stated_bits
from leukdesk.imaging.refusal import damaged, refusal
from leukdesk.imaging.scale import from_description, from_resolution, significant_bits
from leukdesk.imaging.tiff_directory import Directory, directories
from leukdesk.imaging.tiff_layout import Layout, check_complete, read_layout

_DESCRIPTION, _ORIENTATION, _X, _Y, _UNIT, _COLOURMAP = 270, 274, 282, 283, 296, 320
_UNIT_UM = {2: 25_400.0, 3: 10_000.0}
# tifffile interprets foreign bytes in Python: damage surfaces as any of these (imagecodecs' are RuntimeErrors).
_DECODER_FAILURES = (
    tifffile.TiffFileError, ValueError, TypeError, LookupError, ArithmeticError, RuntimeError, AttributeError,
    AssertionError, OSError, struct.error,
)  # fmt: skip
# Without a handler Python would print tifffile's remarks on odd tags to stderr, into the progress bar.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


def decode(data: bytes, limit_px: int, page: int = 0) -> Decoded:
    """Decode one page (counted from 0).

    Greys, palette, RGB, CMYK and JPEG YCbCr of 1 to 16 bits; strips or tiles; none, LZW, deflate, PackBits or JPEG
    compression. Deep samples are scaled by the bits the file states (OME SignificantBits, else BitsPerSample), never by
    the values that happen to occur. Raises `ImageError`: truncated (any page), damaged, too large, unsupported, and
    unreadable for a page that does not exist.
    """
    first, chosen, pages = _pages(data, page)
    layout = read_layout(chosen, limit_px)
    description = first.text(_DESCRIPTION)
    samples = to_8_bit(_samples(data, page, layout), _white(layout, description))
    return Decoded(
        pixels=_rgb(samples, layout),
        bits=stated_bits(layout.bits),
        pages=pages,
        orientation=chosen.number(_ORIENTATION, 1),
        um_per_px=_scale(chosen, description),
        synthetic=SYNTHETIC_MARK in description or SYNTHETIC_MARK in chosen.text(_DESCRIPTION),
    )


def _pages(data: bytes, page: int) -> tuple[Directory, Directory, int]:
    """The first page, the chosen page, how many there are."""
    found: dict[int, Directory] = {}
    pages = 0
    for pages, directory in enumerate(directories(data), start=1):
        check_complete(directory)
        if pages - 1 in (0, page):
            found[pages - 1] = directory
    if not pages:
        raise damaged("a TIFF without pages")
    if page not in found:
        what = f"the file has {pages} pages; page {page + 1} was asked for"
        raise refusal(ImageReason.UNREADABLE, what, "Choose a page that exists.")
    return found[0], found[page], pages


def _samples(data: bytes, page: int, layout: Layout) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Stored samples of shape (height, width, samples); those of a palette already looked up as 16-bit RGB."""
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            chosen = file.pages[page].aspage()
            stored = chosen.asarray(squeeze=False, maxworkers=1)
            table = chosen.colormap if layout.photometric == tiff_layout.PALETTE else None
        samples = np.moveaxis(stored, 0, -2).reshape(layout.height, layout.width, -1)
        if samples.shape[2] != layout.samples or samples.dtype.kind not in "bu":
            raise damaged("the TIFF has another size than its header says")
        if table is not None:
            return _looked_up(samples, table)
        return samples.astype(np.uint8) if samples.dtype.itemsize == 1 else samples.astype(np.uint16)
    except _DECODER_FAILURES as error:
        raise damaged(str(error)) from error


def _looked_up(indices: NDArray[np.uint8], table: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Palette colours, 16 bit, of shape (height, width, 3)."""
    deep = table if int(table.max()) > 255 else table * 257  # some programs store 8-bit colours
    return np.ascontiguousarray(np.moveaxis(deep[:, indices[:, :, 0]], 0, -1))


def _white(layout: Layout, description: str) -> int:
    if layout.photometric == tiff_layout.PALETTE:
        return 65535
    used = significant_bits(description) if layout.bits > 8 else None
    return (1 << (used if used and 8 <= used <= layout.bits else layout.bits)) - 1


def _rgb(samples: NDArray[np.uint8], layout: Layout) -> NDArray[np.uint8]:
    colour = _colour(samples, layout)
    has_alpha = layout.alpha and samples.shape[2] > layout.colours and layout.photometric != tiff_layout.PALETTE
    if not has_alpha:
        return colour
    return on_white(colour, samples[:, :, layout.colours], premultiplied=layout.alpha == 1)


def _colour(samples: NDArray[np.uint8], layout: Layout) -> NDArray[np.uint8]:
    if layout.photometric == tiff_layout.GREY:
        return grey_to_rgb(samples[:, :, 0])
    if layout.photometric == tiff_layout.GREY_FROM_WHITE:
        return grey_to_rgb(255 - samples[:, :, 0])
    if layout.photometric == tiff_layout.INK:
        return ink_to_rgb(255 - samples[:, :, :4])
    return samples[:, :, :3]


def _scale(directory: Directory, description: str) -> float | None:
    x, y = directory.ratio(_X), directory.ratio(_Y)
    stated = from_description(description, x)
    unit = directory.number(_UNIT, 2)
    if stated is not None or unit not in _UNIT_UM:
        return stated
    return from_resolution(x, y, _UNIT_UM[unit])
