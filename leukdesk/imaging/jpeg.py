"""JPEG: the header read and the file checked for completeness before libjpeg-turbo decodes it.

One decoder (libjpeg-turbo through simplejpeg) for every JPEG, so that the same file gives the same pixels on every
machine. It is strict: data that a lenient decoder fills up with grey is refused.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from leukdesk.domain.errors import ImageError
from leukdesk.imaging.colour import ink_to_rgb
from leukdesk.imaging.decoded import SYNTHETIC_MARK, Decoded
from leukdesk.imaging.exif import orientation
from leukdesk.imaging.refusal import check_dimensions, damaged, truncated, unsupported
from leukdesk.imaging.scale import from_resolution

_EOI, _SOS, _COM, _APP0, _APP1, _APP14 = 0xD9, 0xDA, 0xFE, 0xE0, 0xE1, 0xEE
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_DECODABLE_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC9, 0xCA})  # sequential and progressive, Huffman or arithmetic
# In entropy-coded data 0xFF is followed by 0 (a stuffed byte) or a restart marker; anything else ends the scan.
# Beginning with one literal byte, it is searched for at the speed of memory.
_SCAN_END = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_MOST_SEGMENTS, _MOST_SCANS = 20_000, 200
_JFIF_UNIT_UM = {1: 25_400.0, 2: 10_000.0}
# Remarks about the header, not about the pixels: unusual colour sampling, and versions it does not know.
_ODD_HEADERS = ("subsampling level", "Unknown Adobe color transform", "unknown JFIF revision")


@dataclass(slots=True)
class JpegHeader:
    """What the markers of a complete JPEG say; `end` is the offset behind the end-of-image marker."""

    width: int = 0
    height: int = 0
    precision: int = 8
    components: int = 0
    frame: int = 0
    adobe: bool = False
    exif: bytes = b""
    density: tuple[int, int, int] = (0, 0, 0)  # JFIF unit, x, y
    synthetic: bool = False
    end: int = 0
    scans: list[int] = field(default_factory=list)


def decode(data: bytes, limit_px: int, *, at_least: int = 0) -> Decoded:
    """Decode a whole JPEG, or for `at_least` > 0 a reduced one whose longer side is at least that.

    Raises `ImageError`: truncated, damaged, too large, unsupported (lossless, 12 bit, hierarchical).
    """
    header = read_header(data)
    check_dimensions(header.width, header.height, limit_px)
    _check_kind(header)
    unit, x, y = header.density
    return Decoded(
        pixels=_pixels(data[: header.end], header, at_least),
        bits=8,
        orientation=orientation(header.exif),
        um_per_px=from_resolution(x, y, _JFIF_UNIT_UM[unit]) if unit in _JFIF_UNIT_UM else None,
        synthetic=header.synthetic,
    )


def read_header(data: bytes) -> JpegHeader:
    """Walk the markers to the end of the image, which must be there; what follows it is ignored."""
    header, position = JpegHeader(), 2
    for _ in range(_MOST_SEGMENTS):
        marker, position = _marker(data, position)
        if marker == _EOI:
            header.end = position
            return _complete(header)
        body_end = position + _length(data, position)
        _note(header, marker, data[position + 2 : body_end])
        position = _scan_end(data, body_end, header) if marker == _SOS else body_end
    raise damaged("too many JPEG segments")


def _marker(data: bytes, position: int) -> tuple[int, int]:
    while data[position : position + 2] == b"\xff\xff":
        position += 1
    if position + 2 > len(data):
        raise truncated()
    if data[position] != 0xFF or data[position + 1] in (0, 1, *range(0xD0, 0xD9)):
        raise damaged("no JPEG marker where one must be")
    return data[position + 1], position + 2


def _length(data: bytes, position: int) -> int:
    length = int.from_bytes(data[position : position + 2], "big")
    if position + max(length, 2) > len(data):
        raise truncated()
    if length < 2:
        raise damaged("a JPEG segment without length")
    return length


def _scan_end(data: bytes, position: int, header: JpegHeader) -> int:
    header.scans.append(position)
    found = _SCAN_END.search(data, position)
    if found is None:
        raise truncated()
    if len(header.scans) > _MOST_SCANS:
        raise damaged("too many JPEG scans")
    return found.start()


def _note(header: JpegHeader, marker: int, body: bytes) -> None:
    if marker in _FRAMES:
        _note_frame(header, marker, body)
    elif marker == _APP0 and body.startswith(b"JFIF\0") and len(body) >= 12:
        header.density = struct.unpack(">BHH", body[7:12])
    elif marker == _APP1 and body.startswith(b"Exif\0\0") and not header.exif:
        header.exif = body
    elif marker == _APP14 and body.startswith(b"Adobe"):
        header.adobe = True
    elif marker == _COM and body.rstrip(b"\0") == SYNTHETIC_MARK.encode():
        header.synthetic = True


def _note_frame(header: JpegHeader, marker: int, body: bytes) -> None:
    if header.frame or len(body) < 6:
        raise damaged("a second or incomplete JPEG frame header")
    header.frame = marker
    header.precision, header.height, header.width, header.components = struct.unpack(">BHHB", body[:6])


def _complete(header: JpegHeader) -> JpegHeader:
    if not header.frame or not header.scans:
        raise damaged("a JPEG without an image")
    return header


def _check_kind(header: JpegHeader) -> None:
    if header.frame not in _DECODABLE_FRAMES:
        raise unsupported("leukdesk does not read lossless or hierarchical JPEG")
    if header.precision != 8:
        raise unsupported(f"leukdesk reads JPEG of 8 bits, not of {header.precision}")
    if header.components not in (1, 3, 4):
        raise unsupported(f"leukdesk does not read JPEG of {header.components} channels")


def _pixels(data: bytes, header: JpegHeader, at_least: int) -> NDArray[np.uint8]:
    pixels = _decode(data, "CMYK" if header.components == 4 else "RGB", _least_sides(header, at_least))
    if not at_least and pixels.shape[:2] != (header.height, header.width):
        raise damaged("the JPEG has another size than its header says")
    if header.components != 4:
        return pixels
    return ink_to_rgb(pixels if header.adobe else 255 - pixels)  # Adobe stores CMYK inverted


def _least_sides(header: JpegHeader, at_least: int) -> tuple[int, int]:
    """Least height and width of the decoded picture; 0 where only the other side decides."""
    return (at_least, 0) if header.height >= header.width else (0, at_least)


def _decode(data: bytes, colours: str, least: tuple[int, int]) -> NDArray[np.uint8]:
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data, colours, min_height=least[0], min_width=least[1], strict=True
        )
    except ValueError as error:
        if colours == "RGB" and any(remark in str(error) for remark in _ODD_HEADERS):
            return _by_opencv(data)
        raise _as_refusal(error) from error
    return pixels


def _as_refusal(error: ValueError) -> ImageError:
    if "premature end" in str(error).lower():
        return truncated("the JPEG data ends too early: part of the image is missing")
    return damaged(str(error))


def _by_opencv(data: bytes) -> NDArray[np.uint8]:
    """Decode a JPEG with a header that TurboJPEG will not have; OpenCV reaches libjpeg-turbo by another door.

    Legal, but so rare that it may do without the strictness about damage in the middle of the file.
    """
    import cv2

    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        raise damaged("libjpeg-turbo cannot decode it")
    return np.asarray(pixels, np.uint8)
