"""What cannot be opened is refused with the right reason, at once, and never half-read."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
from other_user import reachable, without_rights
from PIL import Image
from smear_files import LIMIT_PX, chunk, png_with, read, refused, saved, smear, tiff

from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.imaging.read import read_image

RGB = smear()
IMAGE = Image.fromarray(RGB)


def reason_for(path: Path) -> str:
    with pytest.raises(ImageError) as caught:
        read_image(path, limit_px=LIMIT_PX)
    assert caught.value.subject == str(path)
    assert caught.value.advice
    return caught.value.reason


def test_empty_file(tmp_path: Path) -> None:
    assert refused(tmp_path, b"").reason == ImageReason.EMPTY


@pytest.mark.parametrize("data", [b"\0", b"hello, world", b"<html>", bytes(1000), b"MZ" + bytes(200), b"II", b"B"])
def test_what_is_no_image(data: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path, data).reason == ImageReason.NOT_AN_IMAGE


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "JPEG2000", "AVIF"])
def test_other_image_formats_are_named(kind: str, tmp_path: Path) -> None:
    error = refused(tmp_path, saved(IMAGE, kind))
    assert error.reason == ImageReason.UNSUPPORTED
    assert {"GIF": "GIF", "WEBP": "WebP", "JPEG2000": "JPEG 2000", "AVIF": "AVIF"}[kind] in error.what


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF"])
@pytest.mark.parametrize("suffix", ["", "\xff\xd9", "PK\x03\x04"])
def test_content_decides_and_what_follows_the_image_does_not_matter(kind: str, suffix: str, tmp_path: Path) -> None:
    data = saved(IMAGE, kind) + suffix.encode("latin-1")
    assert read(tmp_path, data, "really.txt").source.format == kind
    assert read(tmp_path, data, "renamed.png").source.format == kind


def test_missing_file(tmp_path: Path) -> None:
    assert reason_for(tmp_path / "gone.png") == ImageReason.VANISHED
    (tmp_path / "file").touch()
    assert reason_for(tmp_path / "file" / "inside.png") == ImageReason.VANISHED


def test_folder(tmp_path: Path) -> None:
    assert reason_for(tmp_path) == ImageReason.UNREADABLE


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
@pytest.mark.timeout(10)
@pytest.mark.parametrize("kind", ["fifo", "device", "zero", "loop", "link to fifo"])
def test_what_is_no_regular_file_is_never_opened(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.png"
    if kind == "device":
        path = Path("/dev/null")
    elif kind == "zero":
        path = Path("/dev/zero")
    elif kind == "loop":
        path.symlink_to(path)
    else:
        os.mkfifo(tmp_path / "pipe")
        path.symlink_to(tmp_path / "pipe") if kind == "link to fifo" else os.mkfifo(path)
    assert reason_for(path) == ImageReason.UNREADABLE


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")
def test_file_that_may_not_be_read() -> None:
    with reachable() as folder:
        path = folder / "secret.png"
        path.write_bytes(saved(IMAGE, "PNG"))
        path.chmod(0o000)
        with without_rights():
            assert reason_for(path) == ImageReason.PERMISSION


def test_names_that_are_hard_to_pass_on(tmp_path: Path) -> None:
    for name in (
        "Mędrzec Żółć.png",
        "血液塗抹標本.png",
        "smear #1 %20 & 'a' (2).png",
        "😀.png",
        "a\nb.png",
        "x" * 200 + ".png",
    ):
        if sys.platform == "win32" and "\n" in name:
            continue
        assert read(tmp_path, saved(IMAGE, "PNG"), name).source.path.name == name


def test_path_as_long_as_the_system_allows(tmp_path: Path) -> None:
    folder = tmp_path
    while len(os.fsencode(folder)) < 3_700:
        folder = folder / ("d" * 200)
    folder.mkdir(parents=True)
    assert read(folder, saved(IMAGE, "PNG")).pixels.shape == RGB.shape


def test_path_that_is_no_path(tmp_path: Path) -> None:
    assert reason_for(tmp_path / ("x" * 5_000)) == ImageReason.UNREADABLE
    assert reason_for(Path("a\0b.png")) == ImageReason.UNREADABLE


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF"])
def test_image_above_the_limit(kind: str, tmp_path: Path) -> None:
    data = saved(IMAGE, kind)
    assert read(tmp_path, data, limit_px=RGB.shape[0] * RGB.shape[1]).pixels.shape == RGB.shape
    error = refused(tmp_path, data, limit_px=RGB.shape[0] * RGB.shape[1] - 1)
    assert error.reason == ImageReason.TOO_LARGE
    assert "53 x 37" in error.what


def lying(kind: str, width: int, height: int) -> bytes:
    """A small file whose header promises another size."""
    if kind == "png":
        sound = saved(IMAGE, "PNG")
        return sound[:8] + chunk(b"IHDR", struct.pack(">II", width, height) + sound[24:29]) + sound[33:]
    if kind == "jpeg":
        sound = saved(IMAGE, "JPEG")
        frame = sound.index(b"\xff\xc0")
        return sound[: frame + 5] + struct.pack(">HH", height % 65536, width % 65536) + sound[frame + 9 :]
    if kind == "bmp":
        sound = saved(IMAGE, "BMP")
        return sound[:18] + struct.pack("<ii", width, height) + sound[26:]
    sound = bytearray(tiff(RGB, photometric="rgb", compression="deflate"))
    with tifffile.TiffFile(__import__("io").BytesIO(bytes(sound))) as file:
        places = [file.pages[0].tags[tag].valueoffset for tag in (256, 257)]
    for place, value in zip(places, (width, height), strict=True):
        sound[place : place + 4] = struct.pack("<I", value)
    return bytes(sound)


@pytest.mark.parametrize("kind", ["png", "jpeg", "bmp", "tiff"])
def test_header_that_promises_too_much_is_refused_before_decoding(kind: str, tmp_path: Path) -> None:
    assert refused(tmp_path, lying(kind, 60_000, 60_000)).reason == ImageReason.TOO_LARGE


@pytest.mark.parametrize("kind", ["png", "jpeg", "bmp", "tiff"])
def test_header_that_promises_more_than_there_is(kind: str, tmp_path: Path) -> None:
    error = refused(tmp_path, lying(kind, 800, 1_000))
    assert error.reason in (ImageReason.TRUNCATED, ImageReason.DAMAGED)


@pytest.mark.parametrize("kind", ["png", "jpeg", "bmp", "tiff"])
@pytest.mark.parametrize("size", [(0, 37), (53, 0), (0, 0)])
def test_image_without_pixels(kind: str, size: tuple[int, int], tmp_path: Path) -> None:
    assert refused(tmp_path, lying(kind, *size)).reason == ImageReason.DAMAGED


def test_file_too_big_for_any_image_within_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.write(saved(IMAGE, "PNG"))
        file.truncate(1 << 40)  # sparse: it takes no room
    assert reason_for(path) == ImageReason.TOO_LARGE


@pytest.mark.parametrize("page", [3, 1_000_000])
def test_page_that_does_not_exist(page: int, tmp_path: Path) -> None:
    stack = tiff(np.stack([RGB] * 3), photometric="rgb")
    assert refused(tmp_path, stack, page=page).reason == ImageReason.UNREADABLE
    assert refused(tmp_path, saved(IMAGE, "PNG"), page=page).reason == ImageReason.UNREADABLE


UNSUPPORTED = {
    "tiff float": tiff(RGB[:, :, 0].astype(np.float32), photometric="minisblack"),
    "tiff signed": tiff(RGB[:, :, 0].astype(np.int16), photometric="minisblack"),
    "tiff 32 bit": tiff(RGB[:, :, 0].astype(np.uint32), photometric="minisblack"),
    "tiff zstd": tiff(RGB, photometric="rgb", compression="zstd"),
    "tiff channels": tiff(np.zeros((5, 9, 4), np.uint8), photometric="minisblack", planarconfig="contig"),
    "tiff CMYK": tiff(np.zeros((5, 9, 4), np.uint8), photometric="separated"),
    "tiff CIELAB": tiff(RGB, photometric="cielab"),
    "tiff volume": tiff(np.zeros((3, 16, 16), np.uint8), photometric="minisblack", volumetric=True, tile=(16, 16, 16)),
    "bmp run lengths": saved(IMAGE.quantize(8), "BMP")[:30] + b"\x01" + saved(IMAGE.quantize(8), "BMP")[31:],
    "jpeg 12 bit": saved(IMAGE, "JPEG").replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc1\x00\x11\x0c"),
    "jpeg lossless": saved(IMAGE, "JPEG").replace(b"\xff\xc0", b"\xff\xc3"),
    "png of an unknown kind": png_with(chunk(b"CgBI", bytes(4))),
}


@pytest.mark.parametrize("kind", UNSUPPORTED)
def test_kinds_that_are_not_read_are_named_as_such(kind: str, tmp_path: Path) -> None:
    assert refused(tmp_path, UNSUPPORTED[kind]).reason == ImageReason.UNSUPPORTED
