"""Tiled TIFF of any size (plain, OME-TIFF, SubIFD pyramids): levels and single tiles, fetched when they are asked for.

Every directory is checked as for a small TIFF. A tile becomes a little TIFF of its own and goes through the same strict
decoder (`imaging.tiff`): damaged data is refused, and a slide has the colours that the same pixels have as an image.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leukdesk.imaging import tiff
from leukdesk.imaging.file_bytes import FileBytes
from leukdesk.imaging.refusal import damaged, truncated, unsupported
from leukdesk.imaging.scale import channels_of_ome, significant_bits
from leukdesk.imaging.tiff_directory import Directory, directories, directory_at
from leukdesk.imaging.tiff_layout import GREY, Layout, is_tiled, page_layout, page_size

_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES, _SUB_IFDS, _DESCRIPTION = 322, 323, 324, 325, 330, 270
_MOST_PAGES, _MOST_LEVELS, _MOST_TILES, _MOST_SIDE = 1_000, 32, 1 << 22, 1 << 20
_MOST_TILE_PX = 1 << 22  # 2048 x 2048
_MOST_TILE_BYTES = 1 << 26
# What a tile needs of its page: bits, compression, colours, order, palette, alpha, tables of JPEG, sampling of YCbCr.
_KEPT = (258, 259, 262, 266, 317, 320, 338, 339, 347, 529, 530, 531, 532)
_ASPECT = 0.02  # levels are rounded; other pictures of the file (labels) have another shape


class TiffStore:
    """A `pyramid.Store` over a tiled TIFF. `bits`, `pages`, `um_per_px` and `description` are the file's statements."""

    def __init__(self, path: Path) -> None:
        """Raises `ImageError`: damaged, truncated or unsupported, also where the largest page is not tiled."""
        self._data = FileBytes(path)
        try:
            pages = list(directories(self._data, most=_MOST_PAGES))
            first = max(pages, key=_area)
            self.description = pages[0].text(_DESCRIPTION)[: 1 << 20]
            self._levels = _levels(self._data, pages, first, self.description)
        except BaseException:
            self._data.close()
            raise
        self.bits, self.pages = self._levels[0].layout.bits, len(pages)
        self.um_per_px = tiff.stated_scale(first, self.description)

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """See `pyramid.Store`."""
        return tuple((one.layout.width, one.layout.height) for one in self._levels)

    def read(self, level: int, left: int, top: int, width: int, height: int) -> NDArray[np.uint8]:
        """See `pyramid.Store`."""
        return self._levels[level].read(left, top, width, height)

    def close(self) -> None:
        """See `pyramid.Store`."""
        self._data.close()


class _Level:
    """One page; or three pages of one colour each, as OME files of separate channels have them."""

    def __init__(self, pages: Sequence[Directory], description: str) -> None:
        self._planes = [_Tiles(one, description) for one in pages]
        self.layout = self._planes[0].layout

    def read(self, left: int, top: int, width: int, height: int) -> NDArray[np.uint8]:
        parts = [plane.read(left, top, width, height) for plane in self._planes]
        return parts[0] if len(parts) == 1 else np.dstack([one[:, :, 0] for one in parts])


class _Tiles:
    """The tiles of one page."""

    def __init__(self, page: Directory, description: str) -> None:
        self.layout = page_layout(page)
        self._page = page
        self._width, self._height = page.number(_TILE_WIDTH, 0), page.number(_TILE_HEIGHT, 0)
        if min(self._width, self._height) < 1 or self._width * self._height > _MOST_TILE_PX:
            raise damaged(f"TIFF tiles of {self._width} x {self._height} pixels")
        self._across = ceil(self.layout.width / self._width)
        self._each_plane = self._across * ceil(self.layout.height / self._height)
        self._places, self._sizes = _segments(page, self._each_plane * self.layout.planes)
        self._head = _Head(page, self.layout, self._width, self._height, description)

    def read(self, left: int, top: int, width: int, height: int) -> NDArray[np.uint8]:
        part = np.empty((height, width, 3), np.uint8)
        for row in range(top // self._height, (top + height - 1) // self._height + 1):
            for column in range(left // self._width, (left + width - 1) // self._width + 1):
                x, y = column * self._width, row * self._height
                tile = self._tile(row * self._across + column)
                rows = slice(max(top, y), min(top + height, y + self._height))
                columns = slice(max(left, x), min(left + width, x + self._width))
                part[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = tile[
                    rows.start - y : rows.stop - y, columns.start - x : columns.stop - x
                ]
        return part

    def _tile(self, number: int) -> NDArray[np.uint8]:
        planes = [self._one(number + plane * self._each_plane) for plane in range(self.layout.planes)]
        return planes[0] if len(planes) == 1 else np.dstack([one[:, :, 0] for one in planes[:3]])

    def _one(self, number: int) -> NDArray[np.uint8]:
        start, size = int(self._places[number]), int(self._sizes[number])
        if size == 0:  # left out by the scanner, since there is nothing but glass
            return np.full((self._height, self._width, 3), 255, np.uint8)
        stored = self._page.data[start : start + size]
        if len(stored) < size:
            raise truncated()
        return tiff.decode(self._head.with_data(stored), _MOST_TILE_PX).pixels


class _Head:
    """The header that makes one tile's bytes a TIFF of one strip."""

    def __init__(self, page: Directory, layout: Layout, width: int, height: int, description: str) -> None:
        alone = layout.planes > 1
        self._order = page.order
        self._tags: list[tuple[int, int, int, bytes]] = [
            *(self._tag(tag, 4, value) for tag, value in ((256, width), (257, height), (278, height))),
            self._tag(277, 3, 1 if alone else layout.samples),
        ]
        for tag in _KEPT:
            if tag in page.fields and not (alone and tag in (258, 262, 338, 339)):
                field = page.fields[tag]
                self._tags.append((tag, field.kind, field.count, page.stored(tag)))
        if alone:
            self._tags += [self._tag(258, 3, layout.bits), self._tag(262, 3, GREY)]
        used = significant_bits(description) if layout.bits > 8 else None
        if used:
            words = f'<Pixels SignificantBits="{used}">'.encode() + b"\0"
            self._tags.append((_DESCRIPTION, 2, len(words), words))

    def with_data(self, stored: bytes) -> bytes:
        tags = sorted([*self._tags, self._tag(273, 4, 0), self._tag(279, 4, len(stored))])
        tail = 8 + 2 + 12 * len(tags) + 4
        values = b""
        entries = []
        for tag, kind, count, value in tags:
            if tag == 273:
                place = tail + sum(len(one[3]) + len(one[3]) % 2 for one in tags if len(one[3]) > 4)
                value = struct.pack(self._order + "I", place)
            if len(value) > 4:
                entries.append(struct.pack(self._order + "HHII", tag, kind, count, tail + len(values)))
                values += value + b"\0" * (len(value) % 2)
            else:
                entries.append(struct.pack(self._order + "HHI", tag, kind, count) + value.ljust(4, b"\0"))
        magic = b"II" if self._order == "<" else b"MM"
        start = magic + struct.pack(self._order + "HI", 42, 8) + struct.pack(self._order + "H", len(tags))
        return b"".join((start, *entries, bytes(4), values, stored))

    def _tag(self, tag: int, kind: int, value: int) -> tuple[int, int, int, bytes]:
        return tag, kind, 1, struct.pack(self._order + ("H" if kind == 3 else "I"), value)


def _area(page: Directory) -> int:
    width, height = page_size(page)
    return width * height


def _levels(data: FileBytes, pages: list[Directory], first: Directory, description: str) -> list[_Level]:
    width, height = page_size(first)
    if not (0 < width <= _MOST_SIDE and 0 < height <= _MOST_SIDE):
        raise damaged(f"it says it is {width} x {height} pixels")
    if not is_tiled(first):
        raise unsupported("the image is not stored in tiles")
    colours = _channels(pages, first, description)
    columns = [[one, *_smaller(data, pages, one)] for one in colours]
    return [_Level(level, description) for level in zip(*columns, strict=False)]


def _channels(pages: list[Directory], first: Directory, description: str) -> list[Directory]:
    """The page; or red, green and blue where OME says that they are pages of their own."""
    same = [one for one in pages if page_size(one) == page_size(first)]
    grey = first.number(277, 1) == 1 and first.number(258, 1) == 8
    return same if grey and len(same) == 3 and channels_of_ome(description) == 3 else [first]


def _smaller(data: FileBytes, pages: list[Directory], first: Directory) -> list[Directory]:
    """The page's reduced copies, each smaller than the one before: its SubIFDs, else later pages of its shape."""
    offsets = [int(one) for one in first.numbers(_SUB_IFDS, most=_MOST_LEVELS)]
    found = [directory_at(data, one) for one in offsets] if offsets else pages
    levels: list[Directory] = []
    for page in sorted(found, key=_area, reverse=True):
        if _is_reduced(page, (levels or [first])[-1], first) and len(levels) < _MOST_LEVELS:
            levels.append(page)
    return levels


def _is_reduced(page: Directory, before: Directory, first: Directory) -> bool:
    (width, height), (most, _), (full_width, full_height) = page_size(page), page_size(before), page_size(first)
    if not is_tiled(page) or width < 1 or height < 1 or width >= most:
        return False
    aspect = (width * full_height) / (height * full_width)
    return abs(aspect - 1) <= _ASPECT + 2 / min(width, height)


def _segments(page: Directory, needed: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Where each tile starts and how long it is, all inside the file."""
    if needed > _MOST_TILES:
        raise damaged(f"a TIFF page of {needed} tiles")
    places, sizes = (_whole_numbers(page, tag)[:needed] for tag in (_TILES, _TILE_BYTES))
    if len(places) < needed or len(sizes) < needed:
        raise damaged("TIFF tiles are missing")
    if int(sizes.max()) > _MOST_TILE_BYTES:
        raise damaged(f"a TIFF tile of {int(sizes.max())} bytes")
    if bool((places > np.uint64(len(page.data)) - np.minimum(sizes, np.uint64(len(page.data)))).any()):
        raise truncated()
    return places, sizes


def _whole_numbers(page: Directory, tag: int) -> NDArray[np.uint64]:
    kinds = {3: "u2", 4: "u4", 13: "u4", 16: "u8", 18: "u8"}
    field = page.fields.get(tag)
    if field is None or field.kind not in kinds:
        raise damaged("TIFF tiles are missing")
    return np.frombuffer(page.stored(tag, most=_MOST_TILES), page.order + kinds[field.kind]).astype(np.uint64)
