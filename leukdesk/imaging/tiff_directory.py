"""TIFF directories (TIFF 6.0, BigTIFF), read with every offset checked; also the form in which EXIF is stored.

Only what is needed to judge a file before a decoder sees it: the values of named tags, and that nothing points
outside the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from leukdesk.imaging.refusal import damaged, truncated

_MOST_DIRECTORIES = 10_000
_MOST_TAGS = 4_096
# TIFF field type -> (struct code, bytes). Rationals are read as pairs of numbers.
_TYPES = {
    1: ("B", 1), 2: ("B", 1), 3: ("H", 2), 4: ("I", 4), 5: ("II", 8), 6: ("b", 1), 7: ("B", 1), 8: ("h", 2),
    9: ("i", 4), 10: ("ii", 8), 11: ("f", 4), 12: ("d", 8), 13: ("I", 4), 16: ("Q", 8), 17: ("q", 8), 18: ("Q", 8),
}  # fmt: skip


class Data(Protocol):
    """Bytes that may be sliced: `bytes`, or a `file_bytes.FileBytes` that fetches each slice from the disk."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: slice, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Field:
    """Where one tag's values lie."""

    kind: int
    count: int
    start: int  # offset of the first value in the data


@dataclass(frozen=True, slots=True)
class Directory:
    """One page: tag number -> field, over the data it was read from."""

    data: Data
    order: str  # "<" or ">"
    fields: dict[int, Field]

    def numbers(self, tag: int, *, most: int = 1 << 20) -> tuple[float, ...]:
        """All values of a tag, empty if absent; `ImageError` for more than `most` of them."""
        field = self.fields.get(tag)
        if field is None:
            return ()
        code, _ = _TYPES[field.kind]
        return struct.unpack(f"{self.order}{code * field.count}", self.stored(tag, most=most))

    def stored(self, tag: int, *, most: int = 1 << 20) -> bytes:
        """The values of a tag as they are stored, empty if absent; `ImageError` for more than `most` of them."""
        field = self.fields.get(tag)
        if field is None:
            return b""
        if field.count > most:
            raise damaged(f"TIFF tag {tag} has {field.count} values")
        found = self.data[field.start : field.start + field.count * _TYPES[field.kind][1]]
        if len(found) < field.count * _TYPES[field.kind][1]:
            raise truncated()
        return found

    def number(self, tag: int, default: int) -> int:
        """The first value of an integer tag."""
        values = self.numbers(tag)
        if values and not isinstance(values[0], int):
            raise damaged(f"TIFF tag {tag} is no whole number")
        return int(values[0]) if values else default

    def ratio(self, tag: int) -> float:
        """A rational as a number; 0 where absent or over zero."""
        values = self.numbers(tag)
        return values[0] / values[1] if len(values) >= 2 and values[1] else 0.0

    def text(self, tag: int) -> str:
        """An ASCII tag, to its first NUL; empty if absent. UTF-8, else Latin-1."""
        field = self.fields.get(tag)
        if field is None or field.kind not in (1, 2, 7):
            return ""
        raw = self.data[field.start : field.start + field.count].split(b"\0", 1)[0]
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.decode("latin-1")


@dataclass(frozen=True, slots=True)
class _Form:
    """Classic TIFF has 4-byte offsets, BigTIFF 8-byte ones."""

    order: str
    offset: str
    offset_size: int
    tags: str
    tags_size: int


def directories(data: Data, *, most: int = _MOST_DIRECTORIES) -> Iterator[Directory]:
    """The chain of pages from the header on; `ImageError` where it leaves the file, loops or has more than `most`."""
    form, position = _header(data)
    seen: set[int] = set()
    while position:
        if position in seen or len(seen) == most:
            raise damaged("its list of pages never ends")
        seen.add(position)
        directory, position = _directory(data, form, position)
        yield directory


def directory_at(data: Data, position: int) -> Directory:
    """One page that a tag points to (SubIFDs), whatever follows it; `ImageError` where it leaves the file."""
    form, _ = _header(data)
    return _directory(data, form, position)[0]


def _header(data: Data) -> tuple[_Form, int]:
    start = data[:16]
    order = {b"II": "<", b"MM": ">"}.get(start[:2])
    if order is None:
        raise damaged("no TIFF header")
    (version,) = _unpack(order + "H", start, 2)
    form = _Form(order, "Q", 8, "Q", 8) if version == 43 else _Form(order, "I", 4, "H", 2)
    (position,) = _unpack(order + form.offset, start, 8 if version == 43 else 4)
    return form, position


def _directory(data: Data, form: _Form, position: int) -> tuple[Directory, int]:
    (count,) = _unpack(form.order + form.tags, data[position : position + form.tags_size], 0)
    if not 1 <= count <= _MOST_TAGS:
        raise damaged(f"a TIFF page with {count} tags")
    position += form.tags_size
    entry = 4 + 2 * form.offset_size
    table = data[position : position + count * entry + form.offset_size]
    fields: dict[int, Field] = {}
    for start in range(0, count * entry, entry):
        tag, kind, values = _unpack(f"{form.order}HH{form.offset}", table, start)
        if kind in _TYPES:
            inline = position + start + 4 + form.offset_size
            fields.setdefault(tag, _field(data, form, kind, values, inline))  # tifffile writes two descriptions
    (following,) = _unpack(form.order + form.offset, table, count * entry)
    return Directory(data, form.order, fields), following


def _field(data: Data, form: _Form, kind: int, count: int, inline: int) -> Field:
    size = count * _TYPES[kind][1]
    start = inline
    if size > form.offset_size:
        (start,) = _unpack(form.order + form.offset, data[inline : inline + form.offset_size], 0)
    if start + size > len(data):
        raise truncated()
    return Field(kind, count, start)


def _unpack(code: str, data: bytes, position: int) -> tuple[int, ...]:
    if position + struct.calcsize(code) > len(data):
        raise truncated()
    return struct.unpack_from(code, data, position)
