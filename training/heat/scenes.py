"""Pictures whose nucleated cells are known: annotated fields, phantoms, and crops around one cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from leukdesk.domain.errors import DataError
from leukdesk.imaging.read import read_image
from training.phantom import FIELD_CLASSES, NUCLEATED
from training.phantom_set import fields
from training.pipeline import LIMIT_PX

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Box = tuple[int, int, int, int]  # x0, y0, x1, y1 in px; x1 and y1 excluded
NUCLEATED_NAMES = ("WBC",)  # as the annotations of BCCD call them
AROUND = 2.5  # side of a crop, in diameters of its cell: as the single cells of PBC are framed


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One picture, uint8 RGB (height, width, 3), the boxes of its nucleated cells, and what it is resampled with."""

    group: str
    pixels: NDArray[np.uint8]
    cells: tuple[Box, ...]


def annotated_fields(folder: Path) -> Iterator[Scene]:
    """The fields of a Pascal VOC folder (`Annotations`, `JPEGImages`) that show a nucleated cell, such as BCCD's.

    Raises `DataError` where there are no annotations or one cannot be read, and `ImageError`.
    """
    notes = sorted((folder / "Annotations").glob("*.xml"))
    if not notes:
        advice = "Give a folder with Annotations/*.xml and JPEGImages/, such as BCCD."
        raise DataError("there are no annotated fields", subject=folder, advice=advice)
    for note in notes:
        cells = boxes_of(note)
        if cells:
            file = folder / "JPEGImages" / f"{note.stem}.jpg"
            yield Scene(note.stem, read_image(file, limit_px=LIMIT_PX).pixels, cells)


def boxes_of(note: Path, names: Sequence[str] = NUCLEATED_NAMES) -> tuple[Box, ...]:
    """The boxes of one Pascal VOC file that have one of these names. Raises `DataError`."""
    try:
        objects = ElementTree.parse(note).getroot().findall("object")
        found = [[int(one.findtext(f"bndbox/{side}", "")) for side in ("xmin", "ymin", "xmax", "ymax")]
                 for one in objects if one.findtext("name") in names]  # fmt: skip
    except (ElementTree.ParseError, ValueError, OSError) as error:
        raise DataError("is no annotation that can be read", subject=note, advice="Fetch the data again.") from error
    return tuple((left, top, right, bottom) for left, top, right, bottom in found if left < right and top < bottom)


def phantom_fields(slides: int, *, size: int, seed: int) -> Iterator[Scene]:
    """Two phantom fields of each class from each of `slides` synthetic slides, with their nucleated cells."""
    for field in fields(classes=tuple(FIELD_CLASSES), slides=slides, per_slide=2, size=size, seed=seed):
        cells = tuple(cell.box for cell in field.phantom.truth.of(*NUCLEATED))
        if cells:
            yield Scene(field.phantom.truth.patient, field.phantom.pixels, cells)


def single_cells(scene: Scene) -> Iterator[Scene]:
    """A square crop around each nucleated cell of a scene, as large as the picture allows."""
    height, width = scene.pixels.shape[:2]
    for left, top, right, bottom in scene.cells:
        side = min(round(AROUND * max(right - left, bottom - top)), height, width)
        x = min(max((left + right - side) // 2, 0), width - side)
        y = min(max((top + bottom - side) // 2, 0), height - side)
        cell = (max(left - x, 0), max(top - y, 0), min(right - x, side), min(bottom - y, side))
        yield Scene(scene.group, scene.pixels[y : y + side, x : x + side], (cell,))
