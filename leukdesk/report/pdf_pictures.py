"""The images of a report: each as it is, beside itself under its heatmap or with its cells outlined."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image as Photo
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

from leukdesk.report.case_report import CaseReport, Picture
from leukdesk.report.pdf_page import NOTE, SECTION, SMALL, WIDTH, paragraph
from leukdesk.report.pdf_results import image_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from reportlab.pdfgen.canvas import Canvas

    from leukdesk.domain.recorded import RecordedImage

LONGEST_PX = 900  # of a picture that is printed 85 mm wide: 270 dots an inch
_GAP = 4 * mm
_WIDEST, _HIGHEST = (WIDTH - _GAP) / 2, 56 * mm  # three images on a page
_QUALITY = 90
_SIDE_BY_SIDE: list[tuple[object, ...]] = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0)]
_SIDE_BY_SIDE += [("VALIGN", (0, 0), (-1, -1), "TOP")]
_FACTS = ParagraphStyle("facts", NOTE, spaceBefore=0)


class Photograph(Flowable):  # type: ignore[misc]  # the library has no types
    """Pixels, fitted into half a page's width; kept as a JPEG without any metadata."""

    def __init__(self, pixels: NDArray[np.uint8], words: str) -> None:
        super().__init__()
        fitted = _fitted(pixels)
        stream = io.BytesIO()
        Photo.fromarray(fitted).save(stream, "JPEG", quality=_QUALITY, subsampling=0)
        self._jpeg, self._words = stream.getvalue(), words
        scale = min(_WIDEST / fitted.shape[1], _HIGHEST / fitted.shape[0])
        self.width, self.height = fitted.shape[1] * scale, fitted.shape[0] * scale

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """The size it takes, pt."""
        return self.width, self.height

    def draw(self) -> None:
        """Put it on the page."""
        canvas: Canvas = self.canv
        canvas.drawImage(ImageReader(io.BytesIO(self._jpeg)), 0, 0, self.width, self.height)


def pictures(report: CaseReport) -> Iterator[Flowable]:
    """Two pictures of each image with what they are; of the first `most_pictures` images."""
    if report.picture is None or not report.record.images:
        return
    shown, numbers = report.record.images[: report.most_pictures], image_numbers(report)
    heading = [paragraph("Images", SECTION)]
    for image in shown:
        yield KeepTogether([*heading, *_block(report.picture(image), image, numbers[image.id])])
        heading = []
    if len(shown) < len(report.record.images):
        words = f"Pictures of the first {len(shown)} of {len(report.record.images)} images; all are listed above."
        yield paragraph(words, NOTE)


def _block(picture: Picture, image: RecordedImage, number: str) -> list[Flowable]:
    marked = " (synthetic)" if image.synthetic else ""
    caption = f"Image {number}: {image.path.name}{marked}"
    facts = f"{image.width} x {image.height} px, {image.format}, SHA-256 {image.sha256 or 'not taken'}"
    words = [paragraph(caption, SMALL), paragraph(facts, _FACTS)]
    if picture.pixels is None:
        return [*words, paragraph(f"Not shown: {picture.missing}", SMALL), Spacer(1, 4 * mm)]
    left = Photograph(picture.pixels, caption)
    right = Photograph(picture.overlay, picture.words) if picture.overlay is not None else ""
    below = paragraph(picture.words, NOTE)
    table = Table([[left, "", right], ["", "", below]], [_WIDEST, _GAP, _WIDEST], style=_SIDE_BY_SIDE, hAlign="LEFT")
    return [*words, Spacer(1, 1.5 * mm), table, Spacer(1, 4 * mm)]


def _fitted(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    scale = LONGEST_PX / max(height, width)
    if scale >= 1:
        return np.ascontiguousarray(pixels)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
