"""BMP (Windows and OS/2 1.x), uncompressed, 1 to 32 bits a pixel, decoded here: it is only bytes in rows."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from leukdesk.imaging.colour import on_white
from leukdesk.imaging.decoded import Decoded
from leukdesk.imaging.refusal import check_dimensions, damaged, truncated, unsupported
from leukdesk.imaging.scale import from_resolution

_CORE, _INFO = 12, 40  # sizes of the OS/2 and the Windows header
_PLAIN, _MASKED, _MASKED_ALPHA = 0, 3, 6
_MASKS = {16: (0x7C00, 0x03E0, 0x001F, 0), 32: (0xFF0000, 0xFF00, 0xFF, 0)}  # red, green, blue, alpha
_METRE_UM = 1e6


@dataclass(frozen=True, slots=True)
class _Header:
    width: int
    height: int
    top_down: bool
    bits: int
    start: int  # offset of the pixels
    palette: NDArray[np.uint8]  # (colours, 3) RGB
    masks: tuple[int, int, int, int]
    um_per_px: float | None = None


def decode(data: bytes, limit_px: int) -> Decoded:
    """Decode an uncompressed BMP. Raises `ImageError`: truncated, damaged, too large, unsupported (run lengths)."""
    header = _read_header(data)
    check_dimensions(header.width, header.height, limit_px)
    rows = _rows(data, header)
    pixels = _unpack(rows, header)
    if not header.top_down:
        pixels = pixels[::-1]
    return Decoded(np.ascontiguousarray(pixels), bits=1 if header.bits == 1 else 8, um_per_px=header.um_per_px)


def _read_header(data: bytes) -> _Header:
    start, size = _fields("<II", data, 10)
    if size == _CORE:
        width, height, _, bits = _fields("<HHHH", data, 18)
        palette = _palette(data, 14 + size, 3, start, bits, 0)
        return _Header(width, height, False, _known(bits, _PLAIN), start, palette, _MASKS[32])
    if size < _INFO:
        raise damaged(f"a BMP header of {size} bytes")
    width, height, _, bits, packing, _, x, y, colours = _fields("<iiHHIIiiI", data, 18)
    masked = packing in (_MASKED, _MASKED_ALPHA)
    masks = _masks(data, size, packing) if masked else _MASKS.get(bits, _MASKS[32])
    behind = 14 + size + ((16 if packing == _MASKED_ALPHA else 12) if masked and size == _INFO else 0)
    return _Header(
        width=width,
        height=abs(height),
        top_down=height < 0,
        bits=_known(bits, packing),
        start=start,
        palette=_palette(data, behind, 4, start, bits, colours),
        masks=masks,
        um_per_px=from_resolution(x, y, _METRE_UM),
    )


def _fields(code: str, data: bytes, position: int) -> tuple[int, ...]:
    if position + struct.calcsize(code) > len(data):
        raise truncated()
    return struct.unpack_from(code, data, position)


def _known(bits: int, packing: int) -> int:
    if packing not in (_PLAIN, _MASKED, _MASKED_ALPHA):
        raise unsupported("leukdesk does not read compressed BMP files")
    if bits not in (1, 4, 8, 16, 24, 32) or (packing != _PLAIN and bits not in _MASKS):
        raise damaged(f"a BMP of {bits} bits a pixel")
    return bits


def _masks(data: bytes, size: int, packing: int) -> tuple[int, int, int, int]:
    red, green, blue = _fields("<III", data, 54)
    has_alpha = packing == _MASKED_ALPHA or size >= _INFO + 16
    return red, green, blue, _fields("<I", data, 66)[0] if has_alpha else 0


def _palette(data: bytes, position: int, entry: int, start: int, bits: int, colours: int) -> NDArray[np.uint8]:
    """Colours between header and pixels; indices beyond the stored ones are black, as in Windows."""
    table = np.zeros((256, 3), np.uint8)
    if bits > 8:
        return table
    stored = min(colours or 1 << bits, 1 << bits, max(0, start - position) // entry)
    if position + stored * entry > len(data):
        raise truncated()
    bgr = np.frombuffer(data, np.uint8, stored * entry, position).reshape(stored, entry)
    table[:stored] = bgr[:, 2::-1]
    return table


def _rows(data: bytes, header: _Header) -> NDArray[np.uint8]:
    """The stored rows without their padding, uint8 of shape (height, bytes)."""
    used = (header.width * header.bits + 7) // 8
    stride = (used + 3) // 4 * 4
    if header.start + stride * header.height > len(data):
        raise truncated()
    return np.frombuffer(data, np.uint8, stride * header.height, header.start).reshape(header.height, stride)[:, :used]


def _unpack(rows: NDArray[np.uint8], header: _Header) -> NDArray[np.uint8]:
    if header.bits <= 8:
        looked_up: NDArray[np.uint8] = header.palette[_indices(rows, header)]
        return looked_up
    if header.bits == 24:
        return np.asarray(cv2.cvtColor(rows.reshape(header.height, header.width, 3), cv2.COLOR_BGR2RGB), np.uint8)
    words = np.ascontiguousarray(rows).view("<u2" if header.bits == 16 else "<u4")
    red, green, blue, alpha = (_channel(words, mask) for mask in header.masks)
    rgb = np.dstack([red, green, blue])
    return on_white(rgb, alpha) if header.masks[3] and alpha.any() else rgb


def _indices(rows: NDArray[np.uint8], header: _Header) -> NDArray[np.uint8]:
    if header.bits == 8:
        return rows
    if header.bits == 1:
        return np.unpackbits(rows, axis=1)[:, : header.width]
    return np.dstack([rows >> 4, rows & 15]).reshape(header.height, -1)[:, : header.width]


def _channel(words: NDArray[np.uint32], mask: int) -> NDArray[np.uint8]:
    """The bits of one mask as 0..255; zero for an empty mask."""
    shift = (mask & -mask).bit_length() - 1 if mask else 0
    most = mask >> shift
    if most == 0:
        return np.zeros(words.shape, np.uint8)
    values = ((words & words.dtype.type(mask & int(np.iinfo(words.dtype).max))) >> shift).astype(np.float32)
    return np.asarray(np.rint(np.minimum(values * np.float32(255.0 / most), 255)), np.uint8)
