"""How one TIFF page stores its pixels, judged before a decoder runs: nothing missing, nothing without end."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from leukdesk.imaging.jpeg import JpegHeader, read_header
from leukdesk.imaging.refusal import check_dimensions, damaged, truncated, unsupported
from leukdesk.imaging.tiff_directory import Directory

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_STRIPS, _SAMPLES, _ROWS, _STRIP_BYTES, _PLANAR, _PREDICTOR = 273, 277, 278, 279, 284, 317
_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES = 322, 323, 324, 325
_EXTRA, _FORMAT, _DEPTH = 338, 339, 32997
_JPEG = 7
_COMPRESSIONS = {1: "none", 5: "LZW", _JPEG: "JPEG", 8: "deflate", 32773: "PackBits", 32946: "deflate"}
_MOST_SAMPLES = 5  # RGB, alpha and one more
_SMALL_TILE = 1 << 24  # px; a tile may be larger than its image, but not by any amount
_UNSIGNED = (1, 4)  # sample formats: whole numbers, and "not stated"

GREY_FROM_WHITE, GREY, RGB, PALETTE, YCBCR = 0, 1, 2, 3, 6
_COLOUR_SAMPLES = {GREY_FROM_WHITE: 1, GREY: 1, RGB: 3, PALETTE: 1, YCBCR: 3}


@dataclass(frozen=True, slots=True)
class Layout:
    """One page that can be decoded."""

    width: int
    height: int
    bits: int  # per sample, 1..16
    samples: int  # per pixel
    photometric: int
    alpha: int  # 0 none, 1 premultiplied, 2 straight
    compression: int
    planes: int  # samples stored one plane after the other; 1 where they alternate

    @property
    def colours(self) -> int:
        """Samples that are colour; what follows is alpha or unknown."""
        return _COLOUR_SAMPLES[self.photometric]


def check_complete(directory: Directory) -> None:
    """Every strip or tile of a page lies inside the file, or `ImageError` (truncated)."""
    for offsets, sizes in ((_STRIPS, _STRIP_BYTES), (_TILES, _TILE_BYTES)):
        pairs = zip(directory.numbers(offsets), directory.numbers(sizes), strict=False)
        if any(offset + size > len(directory.data) for offset, size in pairs):
            raise truncated()


def read_layout(directory: Directory, limit_px: int) -> Layout:
    """What the page is; `ImageError` (too large, damaged, unsupported) for what must not be decoded."""
    width, height = page_size(directory)
    check_dimensions(width, height, limit_px)
    layout = page_layout(directory)
    _check_segments(directory, layout, limit_px)
    return layout


def page_size(directory: Directory) -> tuple[int, int]:
    """Width and height of a page in px, as it says."""
    return directory.number(_WIDTH, 0), directory.number(_HEIGHT, 0)


def is_tiled(directory: Directory) -> bool:
    """Whether a page is stored in tiles."""
    return _TILES in directory.fields


def page_layout(directory: Directory) -> Layout:
    """How a page stores its pixels, of any size; `ImageError` (damaged, unsupported) for what cannot be decoded."""
    width, height = page_size(directory)
    samples = directory.number(_SAMPLES, 1)
    layout = Layout(
        width=width,
        height=height,
        bits=_bits(directory),
        samples=samples,
        photometric=directory.number(_PHOTOMETRIC, GREY),
        alpha=_alpha(directory),
        compression=directory.number(_COMPRESSION, 1),
        planes=samples if directory.number(_PLANAR, 1) == 2 else 1,
    )
    _check_kind(directory, layout)
    return layout


def _bits(directory: Directory) -> int:
    bits = {int(value) for value in directory.numbers(_BITS)} or {1}
    formats = {int(value) for value in directory.numbers(_FORMAT)} or {1}
    if not formats <= set(_UNSIGNED):
        raise unsupported("leukdesk does not read TIFF of floating-point or signed numbers")
    if len(bits) > 1 or not bits <= set(range(1, 17)):
        raise unsupported(f"leukdesk reads TIFF of 1 to 16 bits, not of {sorted(bits)}")
    return bits.pop()


def _alpha(directory: Directory) -> int:
    extra = directory.number(_EXTRA, 0)
    return extra if extra in (1, 2) else 0


def _check_kind(directory: Directory, layout: Layout) -> None:
    if layout.compression not in _COMPRESSIONS:
        raise unsupported(
            f"leukdesk does not read TIFF compression {layout.compression}", "Save it with LZW or without compression."
        )
    if layout.photometric not in _COLOUR_SAMPLES or (layout.photometric == YCBCR and layout.compression != _JPEG):
        raise unsupported(f"leukdesk does not read TIFF colour kind {layout.photometric}")
    if layout.samples < layout.colours:
        raise damaged(f"TIFF colour kind {layout.photometric} with {layout.samples} samples")
    if layout.samples > _MOST_SAMPLES or (layout.colours == 1 and layout.samples > 1 + bool(layout.alpha)):
        raise unsupported(f"this TIFF has {layout.samples} channels that are no colours", "Save it as an RGB image.")
    if directory.number(_DEPTH, 1) != 1:
        raise unsupported("leukdesk does not read TIFF volumes", "Save one plane of it as an image.")
    if directory.number(_PREDICTOR, 1) not in (1, 2):
        raise unsupported("this TIFF uses a predictor for floating-point numbers")


def _check_segments(directory: Directory, layout: Layout, limit_px: int) -> None:
    """All strips or tiles are there, none is empty, and none is larger than the image warrants."""
    tiled = _TILES in directory.fields
    width, height = _segment_shape(directory, layout, tiled)
    if width < 1 or height < 1 or width * height > max(limit_px, _SMALL_TILE):
        raise damaged(f"TIFF tiles of {width} x {height} pixels")
    needed = ceil(layout.width / width) * ceil(layout.height / height) * layout.planes
    offsets = directory.numbers(_TILES if tiled else _STRIPS)[:needed]
    sizes = directory.numbers(_TILE_BYTES if tiled else _STRIP_BYTES)[:needed]
    if len(offsets) < needed or len(sizes) < needed or min(sizes) < 1:
        raise damaged("TIFF strips or tiles are missing")
    if layout.compression == _JPEG:
        channels = 1 if layout.planes > 1 else layout.samples
        for offset, size in zip(offsets, sizes, strict=True):
            segment = directory.data[int(offset) : int(offset + size)]
            _check_jpeg(read_header(segment), width, height, channels)


def _segment_shape(directory: Directory, layout: Layout, tiled: bool) -> tuple[int, int]:
    if tiled:
        return directory.number(_TILE_WIDTH, 0), directory.number(_TILE_HEIGHT, 0)
    return layout.width, min(directory.number(_ROWS, layout.height), layout.height)


def _check_jpeg(header: JpegHeader, width: int, height: int, channels: int) -> None:
    if header.precision != 8:
        raise unsupported("leukdesk reads JPEG inside TIFF of 8 bits only")
    if header.width > ceil(width / 16) * 16 or header.height > ceil(height / 16) * 16 or header.components != channels:
        raise damaged("JPEG data inside the TIFF does not fit its place")
