"""Open a picture of any size to be looked at: slides and other large tiled files, never whole in memory."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.domain.image import UNTILED_PX, ImageSource, Region, SmearImage
from leukdesk.domain.vocabulary import SLIDE_SUFFIXES
from leukdesk.imaging.decoded import SYNTHETIC_MARK, stated_bits
from leukdesk.imaging.file_bytes import FileBytes, Reading, sha256_of
from leukdesk.imaging.pyramid import ArrayStore, Pyramid
from leukdesk.imaging.read import read_image
from leukdesk.imaging.refusal import refusal
from leukdesk.imaging.tiff_directory import directories
from leukdesk.imaging.tiff_layout import is_tiled, page_size
from leukdesk.imaging.tiff_store import TiffStore
from leukdesk.imaging.vendor_store import VendorStore, vendor_of

_MOST_PAGES = 1_000
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


@dataclass(frozen=True, slots=True, eq=False)
class Slide:
    """A slide to look at, and where it came from. Its hash is not known: that would mean to read the whole file."""

    source: ImageSource
    pyramid: Pyramid


def is_slide(path: Path, *, limit_px: int) -> bool:
    """Whether a file is a vendor's slide, or a tiled TIFF of more than `limit_px` pixels. Raises `ImageError`."""
    with FileBytes(path) as data:
        if path.suffix.lower() in SLIDE_SUFFIXES:
            return True
        if data[:4] not in _TIFF:
            return False
        pages = [(page_size(one), is_tiled(one)) for one in directories(data, most=_MOST_PAGES)]
    (width, height), tiled = max(pages, key=lambda page: page[0][0] * page[0][1])
    return width * height > limit_px and (tiled or bool(vendor_of(path)))


def open_slide(path: Path) -> Slide:
    """Open a file that `is_slide`. The caller closes the pyramid. Raises `ImageError`."""
    try:
        vendor = vendor_of(path)
        store = VendorStore(path) if vendor or not _is_tiff(path) else TiffStore(path)
    except ImageError as error:
        error.subject = str(path)
        raise
    pyramid = Pyramid(store)
    source = ImageSource(
        path=path,
        sha256="",
        format=vendor.capitalize() or "TIFF",
        width=pyramid.width,
        height=pyramid.height,
        bits=stated_bits(store.bits),
        pages=store.pages,
        um_per_px=store.um_per_px,
        synthetic=SYNTHETIC_MARK in store.description,
    )
    return Slide(source, pyramid)


def open_large(path: Path, *, limit_px: int, untiled_px: int) -> Slide | SmearImage:
    """A file of any size to be looked at: `is_slide` or decoded whole, which is refused above `untiled_px` pixels.

    Raises `ImageError`.
    """
    try:
        if is_slide(path, limit_px=limit_px):
            return open_slide(path)
        return read_image(path, limit_px=untiled_px)
    except ImageError as error:
        error.subject = str(path)
        if error.reason == ImageReason.TOO_LARGE:
            error.what += ", since it is not stored in tiles"
            error.advice = "Export it as a tiled pyramid (OME-TIFF), or as smaller fields."
        raise


def as_pyramid(opened: Slide | SmearImage) -> Pyramid:
    """The tiles of what `open_large` opened."""
    return opened.pyramid if isinstance(opened, Slide) else Pyramid(ArrayStore(opened.pixels))


def read_region(
    path: Path,
    region: Region,
    *,
    limit_px: int,
    untiled_px: int = UNTILED_PX,
    reading: Reading = lambda done, size: None,
) -> SmearImage:
    """A field of a slide in full size, as an image of its own: `source.region` says where it lay.

    At most `limit_px` pixels, the same limit as for any image; `untiled_px` as for `open_large`, `reading` as in
    `sha256_of`. Raises `ImageError`.
    """
    slide = open_large(path, limit_px=limit_px, untiled_px=untiled_px)
    with closing(as_pyramid(slide)) as pyramid:
        try:
            _check(region, pyramid, limit_px)
            pixels = pyramid.region(*region)
        except ImageError as error:
            error.subject = str(path)
            raise
    known = slide.source
    source = ImageSource(
        path=path,
        sha256=sha256_of(path, reading),
        format=known.format,
        width=region.width,
        height=region.height,
        bits=known.bits,
        pages=known.pages,
        um_per_px=known.um_per_px,
        synthetic=known.synthetic,
        region=region,
    )
    return SmearImage(source, pixels)


def whole_slide(limit_px: int) -> ImageError:
    """Why a slide gets no finding."""
    limit = f"{limit_px / 1e6:.3g} megapixels"
    what = f"this is a slide, which is too large to be classified as one image (the limit is {limit})"
    return refusal(ImageReason.WHOLE_SLIDE, what, "Zoom to a field in the window and choose “Analyse this view”.")


def _check(region: Region, pyramid: Pyramid, limit_px: int) -> None:
    left, top, width, height = region
    inside = min(left, top) >= 0 and left + width <= pyramid.width and top + height <= pyramid.height
    if not inside or width < 1 or height < 1:
        what = f"the field {width} x {height} px at {left}, {top} does not lie inside the slide"
        raise refusal(ImageReason.UNREADABLE, what, "Choose a field of the slide.")
    if width * height > limit_px:
        what = f"the field has {width * height / 1e6:.3g} megapixels; the limit is {limit_px / 1e6:.3g} megapixels"
        raise refusal(ImageReason.TOO_LARGE, what, "Zoom in further.")


def _is_tiff(path: Path) -> bool:
    with FileBytes(path) as data:
        return data[:4] in _TIFF
