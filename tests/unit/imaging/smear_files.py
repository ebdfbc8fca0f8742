"""Small image files with known pixels, written by libraries that leukdesk does not read with."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.domain.image import ImageSource, SmearImage
from leukdesk.imaging.read import read_image

LIMIT_PX = 1_000_000
HEIGHT, WIDTH = 37, 53


def smear(height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.uint8]:
    """A pale field with purple and pink discs, uint8 RGB; no symmetry, so that every flip and swap shows."""
    field = np.full((height, width, 3), (244, 236, 240), np.uint8)
    unit = min(height, width)
    cv2.circle(field, (width // 4, height // 3), unit // 5, (96, 58, 150), -1, cv2.LINE_AA)
    cv2.circle(field, (int(width * 0.75), int(height * 0.7)), unit // 6, (222, 168, 176), -1, cv2.LINE_AA)
    return field


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of a Pillow image in a format."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(pixels: NDArray[np.generic], **options: object) -> bytes:
    """One TIFF page (or several, for a stack) written by tifffile."""
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, **options)
    return buffer.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(chunks: bytes, pixels: NDArray[np.uint8] | None = None) -> bytes:
    """A sound PNG with more chunks behind its header."""
    plain = saved(Image.fromarray(smear() if pixels is None else pixels), "PNG")
    return plain[:33] + chunks + plain[33:]


def jpeg_with(segment: bytes) -> bytes:
    """A sound JPEG with one more segment (marker and body) at its start."""
    plain = saved(Image.fromarray(smear()), "JPEG", quality=95)
    return plain[:2] + segment[:2] + struct.pack(">H", len(segment)) + segment[2:] + plain[2:]


def read(folder: Path, data: bytes, name: str = "field.bin", *, limit_px: int = LIMIT_PX, page: int = 0) -> SmearImage:
    """Write bytes to a file and read it as leukdesk does."""
    path = folder / name
    path.write_bytes(data)
    return read_image(path, limit_px=limit_px, page=page)


def refused(folder: Path, data: bytes, *, limit_px: int = LIMIT_PX, page: int = 0) -> ImageError:
    """The error that reading these bytes ends with, complete with subject, advice and reason."""
    path = folder / "field.bin"
    path.write_bytes(data)
    with pytest.raises(ImageError) as caught:
        read_image(path, limit_px=limit_px, page=page)
    error = caught.value
    assert error.subject == str(path)
    assert error.what
    assert error.advice
    assert error.reason in set(ImageReason)
    return error


def as_image(pixels: NDArray[np.uint8], um_per_px: float | None = None) -> SmearImage:
    """Pixels as if read from a file."""
    height, width = pixels.shape[:2]
    source = ImageSource(Path("field.png"), "0" * 64, "PNG", width, height, 8, 1, um_per_px, synthetic=False)
    return SmearImage(source, pixels)


def one_of_each() -> Iterator[tuple[str, bytes]]:
    """A sound file of every kind that is decoded by a path of its own."""
    rgb = smear()
    image = Image.fromarray(rgb)
    deep = rgb.astype(np.uint16) * 257
    yield "jpeg", saved(image, "JPEG", quality=90)
    yield "jpeg-progressive", saved(image, "JPEG", quality=90, progressive=True)
    yield "jpeg-cmyk", saved(image.convert("CMYK"), "JPEG")
    yield "png", saved(image, "PNG")
    yield "png-palette", saved(image.quantize(8), "PNG")
    yield "png-alpha", saved(image.convert("RGBA"), "PNG")
    yield "png-deep", cv2.imencode(".png", deep)[1].tobytes()
    yield "bmp", saved(image, "BMP")
    yield "bmp-palette", saved(image.quantize(8), "BMP")
    yield "tiff", tiff(rgb, photometric="rgb")
    yield "tiff-lzw", tiff(rgb, photometric="rgb", compression="lzw", predictor=True, rowsperstrip=8)
    yield "tiff-deflate-deep", tiff(deep, photometric="rgb", compression="deflate", tile=(16, 16))
    yield "tiff-jpeg", tiff(rgb, photometric="rgb", compression="jpeg", tile=(16, 16))
    yield "tiff-pages", tiff(np.stack([rgb, rgb[::-1]]), photometric="rgb")
