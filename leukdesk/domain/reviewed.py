"""Reviewed images and cells on their way to training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.domain.cell import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ReviewedImage:
    """An image that a person labelled, without the patient's pseudonym."""

    path: Path
    sha256: str
    format: str  # "JPEG", "PNG", "BMP" or "TIFF"
    label: str
    group: str  # the same for all images of one patient, and says nothing else of him


@dataclass(frozen=True, slots=True)
class ReviewedCell:
    """A cell that a person labelled in a signed case, without the patient's pseudonym."""

    path: Path  # of its image
    sha256: str  # of its image
    um_per_px: float | None  # as file or user stated it when the image was recorded
    number: int  # in its image
    box: Box
    label: str
    group: str  # as `ReviewedImage.group`, and the same for all cells of one image


@dataclass(frozen=True, slots=True, eq=False)
class CellCrop:
    """A reviewed cell with its surroundings, as a model sees it."""

    cell: ReviewedCell
    pixels: NDArray[np.uint8]  # uint8 RGB, square
    um_per_px: float  # of these pixels
    crop_um: float | None  # side, where it is the same for all cells; None where it follows the size of the cell


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """What an export for training wrote: images, or crops of cells."""

    written: int
    left_out: tuple[tuple[Path, str], ...]  # file, and why in words
