"""Open a smear image: JPEG, PNG, BMP or TIFF, whatever the file is called."""

from __future__ import annotations

import hashlib
from pathlib import Path

from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.domain.image import ImageSource, SmearImage
from leukdesk.domain.vocabulary import SLIDE_SUFFIXES
from leukdesk.imaging import bmp, jpeg, png
from leukdesk.imaging.colour import upright
from leukdesk.imaging.decoded import Decoded
from leukdesk.imaging.file_bytes import read_file
from leukdesk.imaging.refusal import refusal
from leukdesk.imaging.sniff import sniff


def read_image(path: Path, *, limit_px: int, page: int = 0) -> SmearImage:
    """Read an image as upright uint8 RGB of shape (height, width, 3); `page` counts from 0.

    The content decides the format. The file is read once, and its size judged before anything is decoded: more than
    `limit_px` pixels are refused. Alpha is laid on white; more than 8 bits are scaled by the bits the file states.
    Raises `ImageError` with an `ImageReason` for everything that cannot be opened as a whole, sound image.
    """
    try:
        if path.suffix.lower() in SLIDE_SUFFIXES:
            _refuse_slide(path, limit_px)
        data = read_file(path, limit_px)
        kind = sniff(data)
        decoded = decode(data, kind, limit_px, page)
        return _as_image(path, data, kind, decoded)
    except ImageError as error:
        error.subject = str(path)
        if error.reason == ImageReason.TOO_LARGE:
            _refuse_slide(path, limit_px)
        raise
    except MemoryError as error:
        raise refusal_for_memory(path) from error


def sha256_to_know(path: Path, limit_px: int) -> str:
    """SHA-256 of a file by which it may be known from before; empty where it cannot be read (reading it says why)."""
    try:
        return hashlib.sha256(read_file(path, limit_px)).hexdigest()
    except (ImageError, MemoryError):
        return ""


def _refuse_slide(path: Path, limit_px: int) -> None:
    """Say of a slide that it is one, rather than that it is too large."""
    from leukdesk.imaging.slides import is_slide, whole_slide

    try:
        slide = is_slide(path, limit_px=limit_px)
    except ImageError:  # reading it as an image says why better
        return
    if slide:
        error = whole_slide(limit_px)
        error.subject = str(path)
        raise error


def decode(data: bytes, kind: str, limit_px: int, page: int = 0, *, at_least: int = 0) -> Decoded:
    """Decode the bytes of a file of a sniffed kind; `at_least` allows a JPEG to be decoded at reduced size."""
    if kind == "TIFF":
        from leukdesk.imaging import tiff

        return tiff.decode(data, limit_px, page)
    if page != 0:
        what = f"a {kind} file has one page; page {page + 1} was asked for"
        raise refusal(ImageReason.UNREADABLE, what, "Choose the first page.")
    if kind == "JPEG":
        return jpeg.decode(data, limit_px, at_least=at_least)
    return png.decode(data, limit_px) if kind == "PNG" else bmp.decode(data, limit_px)


def refusal_for_memory(path: Path) -> ImageError:
    """The error for a sound image that this computer has no memory for."""
    error = refusal(ImageReason.TOO_LARGE, "there is not enough memory to open the image", "Close other programs.")
    error.subject = str(path)
    return error


def _as_image(path: Path, data: bytes, kind: str, decoded: Decoded) -> SmearImage:
    pixels = upright(decoded.pixels, decoded.orientation)
    source = ImageSource(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        format=kind,
        width=pixels.shape[1],
        height=pixels.shape[0],
        bits=decoded.bits,
        pages=decoded.pages,
        um_per_px=decoded.um_per_px,
        synthetic=decoded.synthetic,
    )
    return SmearImage(source, pixels)
