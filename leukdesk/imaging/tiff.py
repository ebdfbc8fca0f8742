"""TIFF and BigTIFF: one page of a checked file, decoded by libtiff.

libtiff is reached through imagecodecs. Not through tifffile, whose LZW decoder (imagecodecs.lzw_decode of 2026.3)
crashes the whole process on damaged data; libtiff refuses it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leukdesk.domain.errors import ImageReason
from leukdesk.imaging import tiff_layout
from leukdesk.imaging.colour import grey_to_rgb, on_white, to_8_bit
from leukdesk.imaging.decoded import SYNTHETIC_MARK, Decoded, stated_bits
from leukdesk.imaging.refusal import damaged, refusal
from leukdesk.imaging.scale import from_description, from_resolution, significant_bits
from leukdesk.imaging.tiff_directory import Directory, directories
from leukdesk.imaging.tiff_layout import Layout, check_complete, read_layout

_DESCRIPTION, _ORIENTATION, _X, _Y, _UNIT, _COLOURMAP = 270, 274, 282, 283, 296, 320
_UNIT_UM = {2: 25_400.0, 3: 10_000.0}


def decode(data: bytes, limit_px: int, page: int = 0) -> Decoded:
    """Decode one page (counted from 0).

    Greys, palette, RGB and JPEG YCbCr of 1 to 16 bits; strips or tiles; none, LZW, deflate, PackBits or JPEG
    compression. Deep samples are scaled by the bits the file states (OME SignificantBits, else BitsPerSample), never by
    the values that happen to occur. Raises `ImageError`: truncated (any page), damaged, too large, unsupported, and
    unreadable for a page that does not exist.
    """
    first, chosen, pages = _pages(data, page)
    layout = read_layout(chosen, limit_px)
    description = first.text(_DESCRIPTION)
    samples = _samples(data, page, layout)
    if layout.photometric == tiff_layout.PALETTE:
        pixels = _looked_up(samples[:, :, 0], layout.bits, chosen.numbers(_COLOURMAP))
    else:
        pixels = _rgb(to_8_bit(samples, _white(layout, description)), layout)
    return Decoded(
        pixels=pixels,
        bits=stated_bits(layout.bits),
        pages=pages,
        orientation=chosen.number(_ORIENTATION, 1),
        um_per_px=stated_scale(chosen, description),
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
    """Stored samples of shape (height, width, samples)."""
    import imagecodecs

    try:
        stored = np.asarray(imagecodecs.tiff_decode(data, index=page))
    except (RuntimeError, ValueError, LookupError) as error:  # TiffError, an odd value, a page libtiff does not find
        raise damaged(str(error)) from error
    if layout.planes > 1:
        stored = np.moveaxis(stored, 0, -1)
    expected = (layout.height, layout.width, layout.samples)
    if stored.size != np.prod(expected) or stored.dtype not in (np.bool_, np.uint8, np.uint16):
        raise damaged("the TIFF has another size than its header says")
    stored = stored.reshape(expected)
    return stored.astype(np.uint16) if stored.dtype == np.uint16 else stored.astype(np.uint8)


def _looked_up(
    indices: NDArray[np.uint8] | NDArray[np.uint16], bits: int, stored: tuple[float, ...]
) -> NDArray[np.uint8]:
    """Palette colours, uint8 (height, width, 3): the high bytes, unless a program stored 8-bit colours."""
    if len(stored) != 3 << bits:
        raise damaged("a TIFF palette of the wrong size")
    table = np.array(stored, np.uint16).reshape(3, -1)
    colours = (table >> 8 if int(table.max()) > 255 else table).astype(np.uint8)
    return np.ascontiguousarray(np.moveaxis(colours[:, indices], 0, -1))


def _white(layout: Layout, description: str) -> int:
    used = significant_bits(description) if layout.bits > 8 else None
    return (1 << (used if used and 8 <= used <= layout.bits else layout.bits)) - 1


def _rgb(samples: NDArray[np.uint8], layout: Layout) -> NDArray[np.uint8]:
    colour = samples[:, :, :3] if layout.colours == 3 else grey_to_rgb(samples[:, :, 0])
    if layout.photometric == tiff_layout.GREY_FROM_WHITE:
        colour = 255 - colour
    if not layout.alpha or layout.samples == layout.colours:
        return colour
    return on_white(colour, samples[:, :, layout.colours], premultiplied=layout.alpha == 1)


def stated_scale(directory: Directory, description: str) -> float | None:
    """um per pixel as the description or the resolution of a page states it; None where neither can be believed."""
    x, y = directory.ratio(_X), directory.ratio(_Y)
    stated = from_description(description, x)
    unit = directory.number(_UNIT, 2)
    if stated is not None or unit not in _UNIT_UM:
        return stated
    return from_resolution(x, y, _UNIT_UM[unit])
