"""Damaged and hostile slides: a picture or a `KnownError`; never a crash, a hang, or the computer's memory."""

from __future__ import annotations

import random
import struct
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.imaging.file_bytes import FileBytes
from leukdesk.imaging.pyramid import TILE
from leukdesk.imaging.slides import is_slide, open_slide
from training.phantom.whole_slide import write_whole_slide

WIDTH, TILE_WIDTH, OFFSETS, BYTES, SUB_IFDS = 256, 322, 324, 325, 330
REFUSED = {ImageReason.DAMAGED, ImageReason.TRUNCATED, ImageReason.UNSUPPORTED}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile slides")


@pytest.fixture(scope="module")
def sound(folder: Path) -> dict[str, bytes]:
    """Small slides, one for each decoder."""
    made = {}
    for compression in ("jpeg", "lzw", "deflate", None):
        path = folder / "sound.tif"
        write_whole_slide(path, 1_100, levels=2, compression=compression)  # type: ignore[arg-type]
        made[str(compression)] = path.read_bytes()
    return made


def looked_at(folder: Path, data: bytes) -> str:
    """ "seen" or the reason; any other exception fails the test."""
    path = folder / "slide.tif"
    path.write_bytes(data)
    try:
        is_slide(path, limit_px=10_000)
        with closing(open_slide(path).pyramid) as pyramid:
            assert pyramid.width * pyramid.height <= 1 << 40
            pyramid.base()
            for level in range(pyramid.levels):
                width, height = pyramid.size(level)
                assert pyramid.tile(level, 0, 0).shape == (min(TILE, height), min(TILE, width), 3)
                if (width, height) == (1_100, 1_100):
                    pyramid.tile(level, (width - 1) // TILE, (height - 1) // TILE)
    except ImageError as error:
        return error.reason
    return "seen"


def tag_place(data: bytes, tag: int, directory: int | None = None) -> int:
    """Where the entry of a tag lies in a BigTIFF, of its first page unless a directory is named."""
    start = directory or struct.unpack_from("<Q", data, 8)[0]
    count = struct.unpack_from("<Q", data, start)[0]
    for number in range(count):
        at = start + 8 + 20 * number
        if struct.unpack_from("<H", data, at)[0] == tag:
            return at
    raise LookupError(tag)


def changed(data: bytes, place: int, code: str, *values: int) -> bytes:
    made = bytearray(data)
    struct.pack_into("<" + code, made, place, *values)
    return bytes(made)


def offsets_of(data: bytes, tag: int) -> int:
    """Where the values of a tag of several values begin."""
    return int(struct.unpack_from("<Q", data, tag_place(data, tag) + 12)[0])


def test_sound_slides_are_seen(folder: Path, sound: dict[str, bytes]) -> None:
    assert {looked_at(folder, data) for data in sound.values()} == {"seen"}


LIES: dict[str, Callable[[bytes], bytes]] = {
    "a tile beyond the end": lambda data: changed(data, offsets_of(data, OFFSETS), "Q", len(data) + 5),
    "a tile at the end of numbers": lambda data: changed(data, offsets_of(data, OFFSETS), "Q", 2**64 - 1),
    "tiles beyond the end": lambda data: changed(data, tag_place(data, OFFSETS) + 12, "Q", len(data) + 1),
    "a tile of 4 GB": lambda data: changed(data, offsets_of(data, BYTES), "I", 2**32 - 1),
    "fewer tiles than needed": lambda data: changed(data, tag_place(data, OFFSETS) + 4, "Q", 3),
    "more tiles than there are bytes": lambda data: changed(data, tag_place(data, OFFSETS) + 4, "Q", 2**61),
    "tiles of no width": lambda data: changed(data, tag_place(data, TILE_WIDTH) + 12, "I", 0),
    "tiles of half the width": lambda data: changed(data, tag_place(data, TILE_WIDTH) + 12, "H", 128),
    "tiles of 65535 px": lambda data: changed(data, tag_place(data, TILE_WIDTH) + 12, "H", 65_535),
    "a width of four milliards": lambda data: changed(data, tag_place(data, WIDTH) + 4, "QI", 1, 2**32 - 1),
    "a width of a million": lambda data: changed(data, tag_place(data, WIDTH) + 12, "I", 1_000_000),
    "a width of nothing": lambda data: changed(data, tag_place(data, WIDTH) + 12, "I", 0),
    "a level beyond the end": lambda data: changed(data, offsets_of(data, SUB_IFDS), "Q", len(data) - 4),
    "a milliard levels": lambda data: changed(data, tag_place(data, SUB_IFDS) + 4, "Q", 2**30),
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("kind", ["jpeg", "deflate"])
def test_lies_are_refused_without_much_memory(folder: Path, sound: dict[str, bytes], kind: str, lie: str) -> None:
    tracemalloc.start()
    try:
        reason = looked_at(folder, LIES[lie](sound[kind]))
        assert tracemalloc.get_traced_memory()[1] < 80 << 20
    finally:
        tracemalloc.stop()
    assert reason in REFUSED


def test_pages_and_levels_in_a_circle_end(folder: Path, sound: dict[str, bytes]) -> None:
    data = sound["deflate"]
    (first,) = struct.unpack_from("<Q", data, 8)
    (count,) = struct.unpack_from("<Q", data, first)
    assert looked_at(folder, changed(data, first + 8 + 20 * count, "Q", first)) == ImageReason.DAMAGED
    start = offsets_of(data, SUB_IFDS)
    to_itself = changed(data, start, "QQ", first, first)
    assert looked_at(folder, to_itself) == "seen"  # as a slide without levels
    (level,) = struct.unpack_from("<Q", data, start)
    nested = changed(data, tag_place(data, 254, level), "HHQQ", SUB_IFDS, 16, 1, level)
    assert looked_at(folder, nested) == "seen"  # levels of levels are not looked for


@given(kind=st.sampled_from(["jpeg", "lzw", "deflate", "None"]), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_flipped_and_overwritten_bytes_end_in_a_picture_or_a_refusal(
    folder: Path, sound: dict[str, bytes], kind: str, seed: int
) -> None:
    chance = random.Random(seed)
    data = bytearray(sound[kind])
    heads = [place for place in (struct.unpack_from("<Q", data, 8)[0], *range(16)) if place < len(data)]
    for _ in range(chance.randrange(1, 20)):
        near_head = chance.random() < 0.6
        place = chance.choice(heads) + chance.randrange(400) if near_head else chance.randrange(len(data))
        data[place % len(data)] ^= 1 << chance.randrange(8)
    if chance.random() < 0.3:
        start = chance.randrange(len(data))
        data[start : start + 64] = chance.choice([bytes(64), b"\xff" * 64, chance.randbytes(64)])
    looked_at(folder, bytes(data))


@given(kind=st.sampled_from(["jpeg", "lzw"]), share=st.floats(0.01, 0.99))
@settings(max_examples=20, deadline=None)
def test_a_slide_cut_off_anywhere_is_refused(folder: Path, sound: dict[str, bytes], kind: str, share: float) -> None:
    data = sound[kind]
    assert looked_at(folder, data[: int(len(data) * share)]) in REFUSED


def test_untiled_pages_are_no_slide(folder: Path) -> None:
    path = folder / "strips.tif"
    tifffile.imwrite(path, np.zeros((200, 300, 3), np.uint8), photometric="rgb")
    with pytest.raises(ImageError) as caught:
        open_slide(path)
    assert caught.value.reason == ImageReason.UNSUPPORTED


def test_a_file_that_shrinks_while_it_is_looked_at_is_refused(folder: Path, sound: dict[str, bytes]) -> None:
    path = folder / "shrinking.tif"
    path.write_bytes(sound["deflate"])
    with closing(open_slide(path).pyramid) as pyramid:
        path.write_bytes(sound["deflate"][:4_000])
        with pytest.raises(ImageError):
            pyramid.region(0, 0, 1_100, 1_100)


def test_bytes_of_a_closed_file_are_refused(folder: Path) -> None:
    path = folder / "bytes"
    path.write_bytes(b"0123456789")
    with FileBytes(path) as data:
        assert (len(data), data[2:5], data[8:99]) == (10, b"234", b"89")
    with pytest.raises(ImageError):
        data[0:1]
