"""Cells of other laboratories with the class a reader gave them: parts of whole fields, or pictures of one cell."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.domain.errors import DataError
from leukdesk.imaging.cells import find_cells
from leukdesk.imaging.preprocess import to_input
from leukdesk.imaging.read import read_image
from leukdesk.imaging.regions import ArrayRegions, crop_around
from training.datasets.load import load_dataset
from training.pipeline import LIMIT_PX

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leukdesk.domain.card import Card

COLUMNS = ("image", "x", "y", "class")


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """The model's input of one cell, uint8 RGB (size, size, 3), and the class a reader gave it."""

    pixels: NDArray[np.uint8]
    label: str


def cells_of_fields(fields: Path, readings: Path, card: Card) -> Iterator[Read]:
    """Each cell that the table names by its field and its middle (px), framed as the program frames it.

    The scale of a field is learned from its red cells. Raises `DataError`, `ImageError`.
    """
    rows = _rows(readings)
    for name in sorted({row["image"] for row in rows}):
        pixels = read_image(fields / name, limit_px=LIMIT_PX).pixels
        scale = find_cells(pixels, um_per_px=None).scale.um_per_px
        side = card.input_size * (card.um_per_px or scale) / scale
        for row in rows:
            if row["image"] == name:
                middle = (float(row["x"]), float(row["y"]))
                yield Read(crop_around(ArrayRegions(pixels), middle, side, card.input_size), row["class"])


def single_cells(folder: Path, card: Card) -> Iterator[Read]:
    """Pictures of one cell each from a folder whose class names `names.toml` translates; others are left out.

    Raises `DataError` where it translates none, `ImageError`.
    """
    names = tomllib.loads(resources.files(__package__).joinpath("names.toml").read_text("utf-8"))
    known = names.get(folder.resolve().name)
    if known is None:
        listed = ", ".join(names)
        raise DataError("has classes of other names", subject=folder, advice=f"names.toml translates those of {listed}")
    for sample in load_dataset(folder).samples:
        if sample.label in known:
            pixels = read_image(sample.path, limit_px=LIMIT_PX).pixels
            yield Read(to_input(pixels, card.input_size), known[sample.label])


def _rows(readings: Path) -> list[dict[str, str]]:
    try:
        with readings.open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream)
            rows = list(reader)
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            "is no table that can be read", subject=readings, advice="Give the file of readings."
        ) from error
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise DataError("has other columns", subject=readings, advice=f"Write {', '.join(COLUMNS)}.")
    return rows
