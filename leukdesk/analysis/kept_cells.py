"""Cells of an image as the case history keeps them: the way back of `keep_cells`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from leukdesk.domain.cell import Box
from leukdesk.domain.recorded import WHOLE_IMAGE, RecordedFinding, RecordedImage
from leukdesk.domain.remembered_cells import RememberedCell
from leukdesk.domain.review import Answer


class KeptFindings(Protocol):
    """`history.findings.Findings` is one."""

    def images(self, case_id: int | None) -> Sequence[RecordedImage]: ...

    def of_image(self, image_id: int) -> Sequence[RecordedFinding]: ...


class KeptLabels(Protocol):
    """`history.reviews.Reviews` is one."""

    def answers(self, case_id: int) -> Sequence[Answer]: ...


def kept_cells(sha256: str, case_id: int, findings: KeptFindings, labels: KeptLabels) -> tuple[RememberedCell, ...]:
    """The cells that a case keeps of the image with this content, by their numbers; none where it has none."""
    image = next((one for one in findings.images(case_id) if one.sha256 == sha256), None)
    if image is None:
        return ()
    boxes = {one.cell: one.box for one in findings.of_image(image.id) if one.cell != WHOLE_IMAGE}  # the newest last
    said = {one.cell: one.human_label for one in labels.answers(case_id) if one.image_id == image.id}
    return tuple(
        RememberedCell(number, Box(box.left, box.top, box.left + box.width, box.top + box.height), said.get(number, ""))
        for number, box in sorted(boxes.items())
        if box is not None
    )
