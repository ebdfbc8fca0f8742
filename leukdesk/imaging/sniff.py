"""Which format the first bytes of a file say it is; the name of the file says nothing."""

from __future__ import annotations

from leukdesk.domain.errors import ImageReason
from leukdesk.imaging.refusal import refusal, unsupported

_READ = {
    b"\xff\xd8": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"II+\x00": "TIFF",
    b"MM\x00+": "TIFF",
}
_NAMED_BY_START = {
    b"GIF8": "GIF",
    b"\x00\x00\x00\x0cjP  ": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\x00\x00\x00\x0cJXL ": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
    b"ZISRAWFILE": "Zeiss CZI",
    b"\xda\xce\xbe\x0a": "Nikon ND2",
    b"8BPS": "Photoshop",
    b"%PDF": "PDF",
    b"PK\x03\x04": "ZIP or Office",
    b"\x49\x49\xbc\x01": "JPEG XR",
}
_NAMED_BY_BRAND = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC", b"avif": "AVIF", b"jxl ": "JPEG XL"}


def sniff(data: bytes) -> str:
    """Return "JPEG", "PNG", "BMP" or "TIFF".

    Raises `ImageError`: unsupported for a format that is known but not read, else not an image.
    """
    for magic, name in _READ.items():
        if data.startswith(magic):
            return name
    other = _other_format(data)
    if other:
        raise unsupported(f"leukdesk does not read {other} files")
    raise refusal(ImageReason.NOT_AN_IMAGE, "this is not an image")


def _other_format(data: bytes) -> str:
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP"
    if data[128:132] == b"DICM":
        return "DICOM"
    if data[4:8] == b"ftyp":
        return _NAMED_BY_BRAND.get(data[8:12], "")
    return next((name for magic, name in _NAMED_BY_START.items() if data.startswith(magic)), "")
