"""How the images of a case look: read again, known by their hash, under a heatmap that is computed again.

No pixels and no heatmaps are kept in the history: image, bundle and calibration are, and the same answer follows from
them. Where one of them is gone, the picture says which.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from leukdesk.domain.errors import ImageError, ImageReason, KnownError
from leukdesk.domain.recorded import WHOLE_IMAGE
from leukdesk.domain.review import NOT_CLASSED
from leukdesk.domain.summary import shown_name
from leukdesk.domain.vocabulary import OKABE_ITO
from leukdesk.imaging.read import read_image
from leukdesk.report.case_report import Picture
from leukdesk.report.overlays import blend
from leukdesk.report.slide_picture import part_around

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leukdesk.domain.case import CaseRecord
    from leukdesk.domain.finding import BundleRef
    from leukdesk.domain.heatmap import Heatmap
    from leukdesk.domain.image import SmearImage
    from leukdesk.domain.recorded import CellBox, RecordedFinding, RecordedImage
    from leukdesk.domain.review import Answer

Locate = Callable[["RecordedImage"], Path]
_LINE = 1 / 220  # of the longer side
_LETTERS = cv2.FONT_HERSHEY_SIMPLEX
_FEW = 12  # cells that are named one by one
_CHANGED = "its file has other content than was recorded"


class Explain(Protocol):
    """Heatmaps of an image by a certain bundle."""

    def __call__(self, image: SmearImage, bundle: BundleRef) -> Heatmap:
        """All classes' maps. Raises `KnownError` where this bundle is not installed or has none."""


class CasePictures:
    """Pictures of one case's images."""

    def __init__(
        self, record: CaseRecord, locate: Locate, explain: Explain, names: Mapping[str, str], *, limit_px: int
    ) -> None:
        """`locate` says where an image's file is, `names` what classes are called.

        Images of more than `limit_px` pixels are not read.
        """
        self._locate, self._explain, self._limit_px, self._names = locate, explain, limit_px, names
        self._findings = {(one.image_id, one.cell): one for one in record.findings}
        self._cells: dict[int, list[Answer]] = defaultdict(list)
        for one in record.answers:
            if one.cell != WHOLE_IMAGE:
                self._cells[one.image_id].append(one)
        colours = sorted({one.label for cells in self._cells.values() for one in cells})
        self._colours = {label: _rgb(OKABE_ITO[at % len(OKABE_ITO)]) for at, label in enumerate(colours)}

    def __call__(self, image: RecordedImage) -> Picture:
        """How this image looks; a file that is gone, or a model, is said in words."""
        try:
            read = read_image(self._locate(image), limit_px=self._limit_px)
        except ImageError as error:
            boxes = self._boxes(image.id)
            if error.reason == ImageReason.WHOLE_SLIDE and boxes:
                return self._of_slide(image, list(boxes.values()))
            return Picture(None, missing=f"{error.what}.")
        if read.source.sha256 != image.sha256:
            return Picture(None, missing=f"{_CHANGED}.")
        cells = self._cells.get(image.id)
        if cells:
            drawn = self._outlined(read.pixels, cells, self._boxes(image.id))
            return Picture(read.pixels, drawn, self._cell_words(cells))
        return self._under_heatmap(read, self._findings.get((image.id, WHOLE_IMAGE)))

    def _of_slide(self, image: RecordedImage, boxes: list[CellBox]) -> Picture:
        """The part of a slide that was looked at; a slide is never read whole."""
        try:
            part = part_around(self._locate(image), boxes, limit_px=self._limit_px)
        except ImageError as error:
            return Picture(None, missing=f"{error.what}.")
        if part.sha256 != image.sha256:
            return Picture(None, missing=f"{_CHANGED}.")
        cells = self._cells[image.id]
        drawn = self._outlined(
            part.pixels, cells, {number: part.placed(box) for number, box in self._boxes(image.id).items()}
        )
        return Picture(part.pixels, drawn, f"Of the slide, the part with these cells. {self._cell_words(cells)}")

    def _boxes(self, image_id: int) -> dict[int, CellBox]:
        """Where the cells of an image are, by their numbers."""
        found = {one.cell: self._findings[image_id, one.cell].box for one in self._cells.get(image_id, ())}
        return {number: box for number, box in found.items() if box is not None}

    def _under_heatmap(self, read: SmearImage, finding: RecordedFinding | None) -> Picture:
        if finding is None:
            return Picture(read.pixels, words="No model has seen it.")
        bundle = finding.bundle
        try:
            heatmap = self._explain(read, bundle)
        except KnownError as error:
            return Picture(read.pixels, words=f"No heatmap: {error.what} ({bundle.name} {bundle.version}).")
        words = f"Heatmap of {shown_name(finding.label, self._names)}, by {bundle.name} {bundle.version}."
        return Picture(read.pixels, blend(read, heatmap, finding.label), words)

    def _cell_words(self, cells: list[Answer]) -> str:
        """What each cell is called, or of many how many have each name."""
        named = sorted((one.cell, self._name(one)) for one in cells)
        if len(named) <= _FEW:
            return "Cells: " + ", ".join(f"{number} {name}" for number, name in named) + "."
        counted = Counter(name for _, name in named)
        return f"{len(named)} cells: " + ", ".join(f"{name} {count}" for name, count in counted.most_common()) + "."

    def _name(self, answer: Answer) -> str:
        if not answer.resolved:
            return "unidentified"
        return "not classed" if answer.label == NOT_CLASSED else shown_name(answer.label, self._names)

    def _outlined(
        self, pixels: NDArray[np.uint8], cells: list[Answer], boxes: Mapping[int, CellBox]
    ) -> NDArray[np.uint8]:
        drawn = np.ascontiguousarray(pixels).copy()
        width = max(1, round(max(drawn.shape[:2]) * _LINE))
        for one in cells:
            box = boxes.get(one.cell)
            if box is not None:
                corner = (round(box.left), round(box.top))
                opposite = (round(box.left + box.width), round(box.top + box.height))
                colour = self._colours[one.label]
                cv2.rectangle(drawn, corner, opposite, colour, width)
                place = (corner[0], max(8 * width, corner[1] - 2 * width))
                cv2.putText(
                    drawn, str(one.cell), place, cv2.FONT_HERSHEY_SIMPLEX, width / 3.5, colour, width, cv2.LINE_AA
                )
        return drawn


def _rgb(code: str) -> tuple[int, int, int]:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)
