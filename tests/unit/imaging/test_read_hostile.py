"""Damaged and hostile files: refused or read, never anything else, and never at the cost of the computer."""

from __future__ import annotations

import gc
import io
import random
import struct
import sys
import tracemalloc
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from smear_files import (
    HEIGHT,
    LIMIT_PX,
    WIDTH,
    chunk,
    jpeg_with,
    one_of_each,
    png_with,
    read,
    refused,
    saved,
    smear,
    tiff,
)

from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.imaging.read import read_image

RGB = smear()
IMAGE = Image.fromarray(RGB)
SOUND = dict(one_of_each())
CHECKED = [kind for kind in SOUND if kind.startswith(("jpeg", "png"))]
DAMAGE = (ImageReason.TRUNCATED, ImageReason.DAMAGED)


def outcome(folder: Path, data: bytes) -> str:
    """ "read" or the reason; any other exception fails the test."""
    path = folder / "field.bin"
    path.write_bytes(data)
    try:
        image = read_image(path, limit_px=LIMIT_PX)
    except ImageError as error:
        return error.reason
    assert image.pixels.dtype == np.uint8
    assert image.pixels.shape == (image.source.height, image.source.width, 3)
    assert image.pixels.size <= 3 * LIMIT_PX
    return "read"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.mark.parametrize("kind", SOUND)
def test_sound_files_are_read(kind: str, folder: Path) -> None:
    assert outcome(folder, SOUND[kind]) == "read"


@given(st.sampled_from(sorted(CHECKED)), st.floats(0, 1, exclude_max=True))
@example("jpeg", 0.9999)
@settings(max_examples=300, deadline=None)
def test_jpeg_and_png_cut_off_anywhere_are_refused(folder: Path, kind: str, share: float) -> None:
    data = SOUND[kind]
    assert outcome(folder, data[: int(len(data) * share)]) != "read"


@pytest.mark.parametrize("kind", ["jpeg", "jpeg-progressive", "jpeg-cmyk", "png", "png-deep"])
@pytest.mark.parametrize("missing", [1, 2, 3, 12, 13, 40])
def test_the_last_bytes_of_jpeg_and_png_matter(kind: str, missing: int, folder: Path) -> None:
    assert refused(folder, SOUND[kind][:-missing]).reason == ImageReason.TRUNCATED


@pytest.mark.parametrize("kind", ["jpeg", "jpeg-progressive", "jpeg-cmyk"])
@pytest.mark.parametrize("share", [0.7, 0.9, 0.97])
def test_jpeg_cut_off_and_closed_again_is_refused(kind: str, share: float, folder: Path) -> None:
    """Decoders fill the missing part with grey and say nothing; here a model would read it."""
    data = SOUND[kind]
    assert refused(folder, data[: int(len(data) * share)] + b"\xff\xd9").reason in DAMAGE


@pytest.mark.parametrize(
    "kind", ["bmp", "bmp-palette", "tiff", "tiff-lzw", "tiff-deflate-deep", "tiff-jpeg", "tiff-pages"]
)
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_bmp_and_tiff_that_lose_pixels_are_refused(kind: str, share: float, folder: Path) -> None:
    data = SOUND[kind]
    assert refused(folder, data[: int(len(data) * share)]).reason in DAMAGE


@given(st.sampled_from(sorted(SOUND)), st.integers(0, 2**32 - 1), st.integers(1, 20))
@settings(max_examples=600, deadline=None)
def test_flipped_bits_end_in_an_image_or_a_refusal(folder: Path, kind: str, seed: int, flips: int) -> None:
    chance = random.Random(seed)
    data = bytearray(SOUND[kind])
    for _ in range(flips):
        # Headers are where damage hurts most.
        place = chance.randrange(min(len(data), 300) if chance.random() < 0.6 else len(data))
        data[place] ^= 1 << chance.randrange(8)
    outcome(folder, bytes(data))


@given(st.sampled_from(sorted(SOUND)), st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_overwritten_stretches_end_in_an_image_or_a_refusal(folder: Path, kind: str, seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(SOUND[kind])
    start = chance.randrange(len(data))
    length = chance.randrange(1, 64)
    data[start : start + length] = chance.choice([bytes(length), b"\xff" * length, chance.randbytes(length)])
    outcome(folder, bytes(data))


@given(
    st.sampled_from([b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\0", b"MM\0*", b"II+\0"]), st.binary(max_size=400)
)
@settings(max_examples=300, deadline=None)
def test_noise_behind_a_magic_number_is_refused(folder: Path, magic: bytes, noise: bytes) -> None:
    assert outcome(folder, magic + noise) != "read"


@given(st.integers(33, len(SOUND["png"]) - 1), st.integers(0, 7))
@settings(max_examples=100, deadline=None)
def test_every_flipped_bit_of_a_png_is_noticed(folder: Path, place: int, bit: int) -> None:
    data = bytearray(SOUND["png"])
    data[place] ^= 1 << bit
    assert outcome(folder, bytes(data)) != "read"


def compressed_text(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


BOMBS = {
    "png text": png_with(chunk(b"zTXt", b"comment\0\0" + compressed_text(200_000_000))),
    "png profile": png_with(chunk(b"iCCP", b"profile\0\0" + compressed_text(200_000_000))),
    "png international text": png_with(chunk(b"iTXt", b"comment\0\x01\0\0\0" + compressed_text(200_000_000))),
    "png pixels": saved(Image.fromarray(np.zeros((4, 4), np.uint8)), "PNG")[:33]
    + chunk(b"IDAT", compressed_text(200_000_000))
    + chunk(b"IEND", b""),
    "png size": saved(Image.new("1", (20_000, 20_000)), "PNG"),
    "tiff size": saved(Image.new("1", (20_000, 20_000)), "TIFF", compression="tiff_lzw"),
}


def peak_bytes(folder: Path, data: bytes) -> int:
    outcome(folder, SOUND["tiff"])  # so that imports do not count
    tracemalloc.start()
    try:
        outcome(folder, data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", BOMBS)
def test_decompression_bombs_are_not_unpacked(kind: str, folder: Path) -> None:
    assert peak_bytes(folder, BOMBS[kind]) < 20_000_000


@pytest.mark.parametrize("kind", ["jpeg", "png", "png-palette", "tiff", "tiff-lzw", "tiff-deflate-deep", "tiff-jpeg"])
def test_damaged_files_cost_no_reference_to_none(kind: str, folder: Path) -> None:
    """A decoder that loses one with every bad file ends the process in the middle of a long batch (Python 3.11)."""
    data = bytearray(SOUND[kind])
    if kind.startswith("png"):
        start = data.index(b"IDAT")
        body = bytes(len(data[start + 4 : -16]))
        data[start - 4 :] = chunk(b"IDAT", body) + chunk(b"IEND", b"")
    else:
        data[-200:-100] = b"\xff\x01" * 50
    outcome(folder, bytes(data))
    gc.collect()
    before = sys.getrefcount(None)
    for _ in range(300):
        outcome(folder, bytes(data))
    gc.collect()
    assert sys.getrefcount(None) > before - 150


def test_bombs_in_png_text_do_not_cost_the_picture(folder: Path) -> None:
    np.testing.assert_array_equal(read(folder, BOMBS["png text"]).pixels, RGB)


def swapped_strip(data: bytes, strip: bytes) -> bytes:
    """A TIFF of one strip, with other compressed bytes in its place."""
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        tags = file.pages[0].tags
        offset, size = tags[273], tags[279]
    changed = bytearray(data)
    changed[offset.valueoffset : offset.valueoffset + 4] = struct.pack("<I", len(data))
    kind = {3: "<H", 4: "<I"}[int(size.dtype)]
    changed[size.valueoffset : size.valueoffset + struct.calcsize(kind)] = struct.pack(kind, len(strip))
    return bytes(changed) + strip


@pytest.mark.parametrize(
    ("compression", "strip"),
    [
        ("jpeg", imagecodecs.jpeg8_encode(np.zeros((8_000, 8_000, 3), np.uint8))[:60_000]),
        ("jpeg", saved(Image.new("RGB", (4_000, 4_000)), "JPEG", quality=1, progressive=True)[:60_000]),
    ],
    ids=["jpeg", "progressive jpeg"],
)
def test_bombs_inside_tiff_strips_are_refused(compression: str, strip: bytes, folder: Path) -> None:
    sound = tiff(RGB, photometric="rgb", compression=compression)
    data = swapped_strip(sound, strip[:65_000])
    assert refused(folder, data).reason in DAMAGE
    assert peak_bytes(folder, data) < 20_000_000


def test_deflate_inside_tiff_is_unpacked_no_further_than_its_strip(folder: Path) -> None:
    data = swapped_strip(tiff(RGB, photometric="rgb", compression="deflate"), compressed_text(60_000_000))
    assert not read(folder, data).pixels[0].any()
    assert peak_bytes(folder, data) < 20_000_000


def test_jpeg_inside_tiff_must_fit_its_place(folder: Path) -> None:
    other = saved(Image.new("RGB", (400, 400)), "JPEG", quality=20)
    assert refused(folder, swapped_strip(tiff(RGB, photometric="rgb", compression="jpeg"), other)).reason in DAMAGE


def test_pages_that_run_in_a_circle(folder: Path) -> None:
    data = bytearray(tiff(RGB, photometric="rgb"))
    (first,) = struct.unpack_from("<I", data, 4)
    (tags,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + 12 * tags, first)
    assert refused(folder, bytes(data)).reason == ImageReason.DAMAGED


def test_tiff_with_an_empty_strip_is_not_filled_with_black(folder: Path) -> None:
    data = tiff(RGB, photometric="rgb", compression="deflate")
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        size = file.pages[0].tags[279]
    changed = bytearray(data)
    changed[size.valueoffset : size.valueoffset + 2] = bytes(2)
    assert refused(folder, bytes(changed)).reason == ImageReason.DAMAGED


def test_jpeg_with_endless_scans(folder: Path) -> None:
    data = SOUND["jpeg-progressive"]
    scan = data.index(b"\xff\xda")
    following = data.index(b"\xff\xc4", scan)
    assert refused(folder, data[:scan] + data[scan:following] * 500 + data[following:]).reason == ImageReason.DAMAGED


def test_jpeg_header_remarks_of_libjpeg_cost_nothing(folder: Path) -> None:
    """An unknown JFIF revision or Adobe colour transform is a remark about the header, not damage."""
    future = bytearray(SOUND["jpeg"])
    future[future.index(b"JFIF\0") + 5] = 9
    np.testing.assert_array_equal(read(folder, bytes(future)).pixels, read(folder, SOUND["jpeg"]).pixels)


def test_image_inside_metadata_is_not_the_image(folder: Path) -> None:
    """A thumbnail's end marker inside EXIF must not count as the end of a JPEG that was cut off."""
    thumbnail = saved(Image.new("RGB", (8, 8)), "JPEG")
    data = jpeg_with(b"\xff\xe1" + b"Exif\0\0" + thumbnail)
    assert read(folder, data).pixels.shape == (HEIGHT, WIDTH, 3)
    assert refused(folder, data[:-200]).reason == ImageReason.TRUNCATED
