"""What a file stores is what is read, whatever the format and however it stores it."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from smear_files import HEIGHT, WIDTH, chunk, png_with, read, saved, smear, tiff

RGB = smear()
IMAGE = Image.fromarray(RGB)
GREY = IMAGE.convert("L")
DEEP = RGB.astype(np.uint16) * 257
RAMP = np.arange(0, 65536, 17, dtype=np.uint16)[: HEIGHT * WIDTH].reshape(HEIGHT, WIDTH)


def grey(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(values[:, :, np.newaxis], 3, axis=2)


def expanded(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.convert("RGB"))


PALETTE = IMAGE.quantize(8)
BLACK_AND_WHITE = GREY.convert("1")

LOSSLESS = {
    "png rgb": (saved(IMAGE, "PNG"), RGB, 8),
    "png grey": (saved(GREY, "PNG"), expanded(GREY), 8),
    "png 1 bit": (saved(BLACK_AND_WHITE, "PNG"), expanded(BLACK_AND_WHITE), 1),
    "png palette": (saved(PALETTE, "PNG"), expanded(PALETTE), 8),
    "png palette of 4 bits": (saved(PALETTE, "PNG", bits=4), expanded(PALETTE), 8),
    "png 16 bit": (cv2.imencode(".png", DEEP[:, :, ::-1])[1].tobytes(), RGB, 16),
    "png 16 bit grey": (cv2.imencode(".png", RAMP)[1].tobytes(), grey(np.rint(RAMP / 257).astype(np.uint8)), 16),
    "bmp 24": (saved(IMAGE, "BMP"), RGB, 8),
    "bmp grey": (saved(GREY, "BMP"), expanded(GREY), 8),
    "bmp 1 bit": (saved(BLACK_AND_WHITE, "BMP"), expanded(BLACK_AND_WHITE), 1),
    "bmp palette": (saved(PALETTE, "BMP"), expanded(PALETTE), 8),
    "tiff rgb": (tiff(RGB, photometric="rgb"), RGB, 8),
    "tiff big-endian": (tiff(DEEP, photometric="rgb", byteorder=">"), RGB, 16),
    "tiff BigTIFF": (tiff(RGB, photometric="rgb", bigtiff=True), RGB, 8),
    "tiff strips, LZW": (tiff(RGB, photometric="rgb", compression="lzw", rowsperstrip=5), RGB, 8),
    "tiff LZW, predictor": (tiff(DEEP, photometric="rgb", compression="lzw", predictor=True), RGB, 16),
    "tiff tiles, deflate": (tiff(RGB, photometric="rgb", compression="deflate", tile=(16, 32)), RGB, 8),
    "tiff PackBits": (tiff(RGB, photometric="rgb", compression="packbits"), RGB, 8),
    "tiff planes": (tiff(np.moveaxis(RGB, 2, 0), photometric="rgb", planarconfig="separate"), RGB, 8),
    "tiff planes in tiles": (
        tiff(np.moveaxis(RGB, 2, 0), photometric="rgb", planarconfig="separate", tile=(16, 16)), RGB, 8,
    ),
    "tiff grey": (tiff(RGB[:, :, 0], photometric="minisblack"), grey(RGB[:, :, 0]), 8),
    "tiff grey from white": (tiff(RGB[:, :, 0], photometric="miniswhite"), grey(255 - RGB[:, :, 0]), 8),
    "tiff 16 bit grey": (tiff(RAMP, photometric="minisblack"), grey(np.rint(RAMP / 257).astype(np.uint8)), 16),
    "tiff 1 bit": (saved(BLACK_AND_WHITE, "TIFF"), expanded(BLACK_AND_WHITE), 1),
    "tiff palette": (saved(PALETTE, "TIFF"), expanded(PALETTE), 8),
    "tiff by libtiff": (saved(IMAGE, "TIFF", compression="tiff_lzw"), RGB, 8),
    "tiff by libtiff, deflate": (saved(IMAGE, "TIFF", compression="tiff_adobe_deflate"), RGB, 8),
}  # fmt: skip


@pytest.mark.parametrize("kind", LOSSLESS)
def test_lossless_files_give_their_pixels(kind: str, tmp_path: Path) -> None:
    data, expected, bits = LOSSLESS[kind]
    image = read(tmp_path, data)
    assert image.pixels.dtype == np.uint8
    assert image.pixels.flags.c_contiguous
    np.testing.assert_array_equal(image.pixels, expected)
    assert (image.source.width, image.source.height, image.source.bits) == (WIDTH, HEIGHT, bits)
    assert image.source.format == kind.split()[0].upper()
    assert image.source.sha256 == hashlib.sha256(data).hexdigest()


LOSSY = {
    "jpeg": saved(IMAGE, "JPEG", quality=95),
    "jpeg progressive": saved(IMAGE, "JPEG", quality=95, progressive=True),
    "jpeg with restarts": saved(IMAGE, "JPEG", quality=95, restart_marker_rows=1),
    "jpeg without subsampling": saved(IMAGE, "JPEG", quality=95, subsampling=0),
    "jpeg stored as RGB": imagecodecs.jpeg8_encode(RGB, level=95, colorspace="rgb", outcolorspace="rgb"),
    "jpeg inside tiff": tiff(RGB, photometric="rgb", compression="jpeg", compressionargs={"level": 95}),
    "jpeg inside tiff tiles": tiff(RGB, photometric="rgb", compression="jpeg", tile=(16, 16)),
    "jpeg inside tiff by libtiff": saved(IMAGE, "TIFF", compression="jpeg", quality=95),
}


@pytest.mark.parametrize("kind", LOSSY)
def test_jpeg_is_close_to_what_was_stored(kind: str, tmp_path: Path) -> None:
    pixels = read(tmp_path, LOSSY[kind]).pixels
    assert pixels.shape == RGB.shape
    assert np.abs(pixels.astype(int) - RGB).mean() < 4


def test_jpeg_equals_libjpeg_turbo_elsewhere(tmp_path: Path) -> None:
    pixels = read(tmp_path, LOSSY["jpeg"]).pixels
    elsewhere = cv2.imdecode(np.frombuffer(LOSSY["jpeg"], np.uint8), cv2.IMREAD_COLOR_RGB)
    np.testing.assert_array_equal(pixels, elsewhere)


def test_grey_jpeg(tmp_path: Path) -> None:
    pixels = read(tmp_path, saved(GREY, "JPEG", quality=95)).pixels
    assert (pixels == pixels[:, :, :1]).all()
    assert np.abs(pixels.astype(int) - expanded(GREY)).mean() < 4


@pytest.mark.parametrize("stored", ["cmyk", "ycck"])
def test_cmyk_jpeg_shows_its_colours(stored: str, tmp_path: Path) -> None:
    ink = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    ink[:, :20] = (0, 200, 0, 0)  # magenta
    ink[:, 20:] = (0, 0, 200, 100)  # dark yellow
    if stored == "cmyk":
        data = saved(Image.fromarray(ink, "CMYK"), "JPEG", quality=98, subsampling=0)  # inverted, with Adobe's marker
    else:
        data = imagecodecs.jpeg8_encode(255 - ink, level=98, colorspace="cmyk", outcolorspace="ycck", subsampling="444")
    pixels = read(tmp_path, data).pixels
    assert np.abs(pixels[5, 5].astype(int) - (255, 55, 255)).max() < 8
    assert np.abs(pixels[5, 40].astype(int) - (155, 155, 33)).max() < 8


def test_cmyk_jpeg_without_adobe_marker_is_not_inverted(tmp_path: Path) -> None:
    ink = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    data = imagecodecs.jpeg8_encode(ink, level=98, colorspace="cmyk", outcolorspace="cmyk")
    start = data.index(b"\xff\xee")
    bare = data[:start] + data[start + 2 + int.from_bytes(data[start + 2 : start + 4], "big") :]
    assert read(tmp_path, bare).pixels.min() > 250


def test_jpeg_with_colour_sampling_that_turbojpeg_has_no_name_for(tmp_path: Path) -> None:
    """One of the two colour channels at half width: one MCU of 2 + 1 + 2 blocks without any content, so mid-grey."""
    plain = saved(Image.new("RGB", (16, 8)), "JPEG", subsampling=0)
    frame, scan = plain.index(b"\xff\xc0"), plain.index(b"\xff\xda")
    odd = bytearray(plain[: scan + 14])
    odd[frame + 11], odd[frame + 14], odd[frame + 17] = 0x21, 0x11, 0x21
    no_content = b"\x28\xa0\x00"  # 2 x "00 1010" and 3 x "00 00" in the standard Huffman tables
    pixels = read(tmp_path, bytes(odd) + no_content + b"\xff\xd9").pixels
    np.testing.assert_array_equal(pixels, np.full((8, 16, 3), 128, np.uint8))


@pytest.mark.parametrize("kind", ["png", "png palette", "png grey", "tiff", "tiff premultiplied", "bmp"])
def test_alpha_is_laid_on_white(kind: str, tmp_path: Path) -> None:
    half, clear = (100, 0, 200, 128), (100, 0, 200, 0)
    rgba = np.full((HEIGHT, WIDTH, 4), half, np.uint8)
    rgba[:, 20:] = clear
    expected = {(0, 0): (177, 127, 227), (0, 30): (255, 255, 255)}
    if kind == "png":
        data = saved(Image.fromarray(rgba), "PNG")
    elif kind == "png palette":
        palette = Image.fromarray((np.arange(WIDTH) >= 20).astype(np.uint8)[np.newaxis].repeat(HEIGHT, 0), "P")
        palette.putpalette([100, 0, 200] * 2)
        data = saved(palette, "PNG", transparency=bytes([128, 0]))
    elif kind == "png grey":
        data = saved(Image.fromarray(np.ascontiguousarray(rgba[:, :, 2:]), "LA"), "PNG")
        expected = {(0, 0): (227,) * 3, (0, 30): (255,) * 3}
    elif kind == "tiff":
        data = tiff(rgba, photometric="rgb", extrasamples=["unassalpha"])
    elif kind == "tiff premultiplied":
        premultiplied = (rgba * (rgba[:, :, 3:] / 255)).round().astype(np.uint8)
        premultiplied[:, :, 3] = rgba[:, :, 3]
        data = tiff(premultiplied, photometric="rgb", extrasamples=["assocalpha"])
    else:
        data = bmp_32(rgba, alpha=True)
    pixels = read(tmp_path, data).pixels
    for place, colour in expected.items():
        assert np.abs(pixels[place].astype(int) - colour).max() <= 1


def bmp_32(rgba: NDArray[np.uint8], *, alpha: bool) -> bytes:
    """A top-down BMP of 32 bits; with the masks of header version 4 if it has alpha."""
    height, width = rgba.shape[:2]
    body = rgba[:, :, [2, 1, 0, 3]].tobytes()
    size = 108 if alpha else 40
    header = struct.pack("<IiiHHIIiiII", size, width, -height, 1, 32, 3 if alpha else 0, len(body), 0, 0, 0, 0)
    if alpha:
        header += struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + bytes(52)
    return b"BM" + struct.pack("<IHHI", 14 + size + len(body), 0, 0, 14 + size) + header + body


def test_bmp_of_32_bits_ignores_its_unused_byte(tmp_path: Path) -> None:
    rgba = np.dstack([RGB, np.zeros((HEIGHT, WIDTH), np.uint8)])
    np.testing.assert_array_equal(read(tmp_path, bmp_32(rgba, alpha=False)).pixels, RGB)


def test_bmp_of_16_bits(tmp_path: Path) -> None:
    words = np.array([[0x7C00, 0x03E0, 0x001F, 0x7FFF]], "<u2")
    header = struct.pack("<IiiHHIIiiII", 40, 4, 1, 1, 16, 0, 8, 0, 0, 0, 0)
    data = b"BM" + struct.pack("<IHHI", 62, 0, 0, 54) + header + words.tobytes()
    expected = [[(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]]
    np.testing.assert_array_equal(read(tmp_path, data).pixels, expected)


def test_bmp_of_os2(tmp_path: Path) -> None:
    data = b"BM" + struct.pack("<IHHI", 30, 0, 0, 26) + struct.pack("<IHHHH", 12, 1, 1, 1, 24) + b"\x03\x02\x01\0"
    np.testing.assert_array_equal(read(tmp_path, data).pixels, [[(1, 2, 3)]])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_orientation_is_undone(kind: str, orientation: int, tmp_path: Path) -> None:
    """Pillow's own undoing (`ImageOps.exif_transpose`) turns the stored picture in the same way."""
    turns = {
        1: RGB, 2: RGB[:, ::-1], 3: RGB[::-1, ::-1], 4: RGB[::-1], 5: RGB.transpose(1, 0, 2),
        6: RGB.transpose(1, 0, 2)[:, ::-1], 7: RGB[::-1, ::-1].transpose(1, 0, 2), 8: RGB.transpose(1, 0, 2)[::-1],
    }  # fmt: skip
    exif = Image.Exif()
    exif[274] = orientation
    if kind == "TIFF":
        data = tiff(RGB, photometric="rgb", extratags=[(274, "H", 1, orientation, True)])
    else:
        data = saved(IMAGE, kind, exif=exif, **({"quality": 100, "subsampling": 0} if kind == "JPEG" else {}))
    image = read(tmp_path, data)
    expected = turns[orientation]
    assert image.pixels.shape == expected.shape
    assert np.abs(image.pixels.astype(int) - expected).mean() < 2
    assert (image.source.height, image.source.width) == expected.shape[:2]


@pytest.mark.parametrize("exif", [b"", b"Exif\0\0", b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0II*\0\x08\0\0\0\x01\0"])
def test_broken_exif_costs_nothing(exif: bytes, tmp_path: Path) -> None:
    np.testing.assert_array_equal(read(tmp_path, png_with(chunk(b"eXIf", exif))).pixels, RGB)


def test_pages_of_a_tiff(tmp_path: Path) -> None:
    data = tiff(np.stack([RGB, RGB[::-1], RGB[:, ::-1]]), photometric="rgb")
    assert read(tmp_path, data).source.pages == 3
    np.testing.assert_array_equal(read(tmp_path, data).pixels, RGB)
    np.testing.assert_array_equal(read(tmp_path, data, page=1).pixels, RGB[::-1])
    np.testing.assert_array_equal(read(tmp_path, data, page=2).pixels, RGB[:, ::-1])


@pytest.mark.parametrize(
    ("description", "white"), [('<OME><Pixels SignificantBits="12" Type="uint16"/></OME>', 4095), ("", 65535)]
)
def test_deep_samples_are_scaled_by_the_bits_the_file_states(description: str, white: int, tmp_path: Path) -> None:
    values = np.full((HEIGHT, WIDTH), 2000, np.uint16)
    data = tiff(values, photometric="minisblack", description=description, metadata=None)
    assert (read(tmp_path, data).pixels == round(2000 * 255 / white)).all()


@given(st.integers(1, 40), st.integers(1, 40), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_any_small_picture_comes_back_from_every_lossless_format(
    tmp_path_factory: pytest.TempPathFactory, height: int, width: int, random: object
) -> None:
    folder = tmp_path_factory.mktemp("any")
    seed = random.randrange(1 << 30)  # type: ignore[attr-defined]
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    for data in (saved(image, "PNG"), saved(image, "BMP"), tiff(pixels, photometric="rgb", compression="lzw")):
        np.testing.assert_array_equal(read(folder, data).pixels, pixels)


@pytest.mark.parametrize(
    "mark",
    [
        png_with(chunk(b"tEXt", b"leukdesk-synthetic\x001")),
        saved(IMAGE, "JPEG", comment=b"leukdesk-synthetic"),
        tiff(RGB, photometric="rgb", description="phantom leukdesk-synthetic"),
    ],
    ids=["png", "jpeg", "tiff"],
)
def test_phantoms_are_known_by_their_mark(mark: bytes, tmp_path: Path) -> None:
    assert read(tmp_path, mark).source.synthetic


@pytest.mark.parametrize("kind", ["png rgb", "bmp 24", "tiff rgb"])
def test_other_images_are_no_phantoms(kind: str, tmp_path: Path) -> None:
    assert not read(tmp_path, LOSSLESS[kind][0]).source.synthetic
