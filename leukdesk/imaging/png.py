"""PNG: every chunk's length and checksum is verified, and only the chunks that make the picture reach the decoder.

So compressed text, colour profiles and animation, the usual places for decompression bombs, are never unpacked. The
decoder is OpenCV's: imagecodecs.png_decode of 2026.3 loses a reference to None with every damaged PNG, which ends a
process on Python 3.11 after some thousands of them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from leukdesk.imaging.colour import grey_to_rgb, on_white, to_8_bit
from leukdesk.imaging.decoded import SYNTHETIC_MARK, Decoded, stated_bits
from leukdesk.imaging.exif import orientation
from leukdesk.imaging.refusal import check_dimensions, damaged, truncated, unsupported
from leukdesk.imaging.scale import from_resolution

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PICTURE = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_MOST_CHUNKS = 500_000
_GREY, _RGB, _PALETTE, _GREY_ALPHA, _RGBA = 0, 2, 3, 4, 6
_BITS = {_GREY: (1, 2, 4, 8, 16), _RGB: (8, 16), _PALETTE: (1, 2, 4, 8), _GREY_ALPHA: (8, 16), _RGBA: (8, 16)}
_PER_METRE, _METRE_UM = 1, 1e6
_MARK = SYNTHETIC_MARK.encode() + b"\x001"


@dataclass(slots=True)
class _Header:
    width: int = 0
    height: int = 0
    bits: int = 0
    um_per_px: float | None = None
    orientation: int = 1
    synthetic: bool = False
    picture: list[bytes] = field(default_factory=list)  # whole chunks
    kinds: set[bytes] = field(default_factory=set)


def decode(data: bytes, limit_px: int) -> Decoded:
    """Decode a PNG of any colour type and depth; of an animation, its still picture.

    Raises `ImageError`: truncated, damaged, too large, unsupported (a critical chunk outside the standard).
    """
    header = _read_header(data, limit_px)
    return Decoded(
        pixels=_pixels(header),
        bits=stated_bits(header.bits),
        orientation=header.orientation,
        um_per_px=header.um_per_px,
        synthetic=header.synthetic,
    )


def _read_header(data: bytes, limit_px: int) -> _Header:
    header = _Header()
    for kind, chunk in _chunks(data):
        if not header.kinds and kind != b"IHDR":
            raise damaged("a PNG without its header")
        _note(header, kind, chunk[8:-4], limit_px)
        header.kinds.add(kind)
        if kind in _PICTURE:
            header.picture.append(chunk)
    if b"IDAT" not in header.kinds:
        raise damaged("a PNG without an image")
    return header


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and whole bytes of each chunk up to IEND, checksums verified."""
    view, position = memoryview(data), len(_SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        end = position + 12 + int.from_bytes(data[position : position + 4], "big")
        if position + 12 > len(data) or end > len(data):
            raise truncated()
        if zlib.crc32(view[position + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise damaged("a PNG checksum is wrong")
        kind = data[position + 4 : position + 8]
        yield kind, data[position:end]
        if kind == b"IEND":
            return
        position = end
    raise damaged("too many PNG chunks")


def _note(header: _Header, kind: bytes, body: bytes, limit_px: int) -> None:
    if kind == b"IHDR":
        _note_dimensions(header, body, limit_px)
    elif kind == b"pHYs" and len(body) == 9:
        x, y, unit = struct.unpack(">IIB", body)
        header.um_per_px = from_resolution(x, y, _METRE_UM) if unit == _PER_METRE else None
    elif kind == b"eXIf":
        header.orientation = orientation(body)
    elif kind == b"tEXt" and body == _MARK:
        header.synthetic = True
    elif kind not in _PICTURE and not kind[0] & 0x20:  # upper case: nothing can be shown without it
        raise unsupported("this PNG needs an extension that leukdesk does not know")


def _note_dimensions(header: _Header, body: bytes, limit_px: int) -> None:
    if header.kinds or len(body) != 13:
        raise damaged("a second or incomplete PNG header")
    header.width, header.height, header.bits, colour = struct.unpack(">IIBB", body[:10])
    check_dimensions(header.width, header.height, limit_px)
    if header.bits not in _BITS.get(colour, ()):
        raise damaged(f"PNG colour type {colour} with {header.bits} bits")


def _pixels(header: _Header) -> NDArray[np.uint8]:
    import cv2

    picture = np.frombuffer(_SIGNATURE + b"".join(header.picture), np.uint8)
    try:
        stored = cv2.imdecode(picture, cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise unsupported(f"OpenCV does not decode this PNG of {header.width} x {header.height} pixels") from error
    if stored is None:
        raise damaged("libpng cannot decode it")
    if stored.shape[:2] != (header.height, header.width) or stored.dtype not in (np.uint8, np.uint16):
        raise damaged("the PNG has another size than its header says")
    return _rgb(to_8_bit(stored.astype(np.uint16), 65535) if stored.dtype == np.uint16 else stored.astype(np.uint8))


def _rgb(samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGB of what OpenCV gives: grey, BGR or BGR with alpha."""
    if samples.ndim == 2:
        return grey_to_rgb(samples)
    colour = np.ascontiguousarray(samples[:, :, 2::-1])
    return on_white(colour, samples[:, :, 3]) if samples.shape[2] == 4 else colour
