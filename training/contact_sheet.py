"""A contact sheet: what an augmentation makes of real images, before hours are spent on training with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from leukdesk.domain.errors import DataError, OutputError
from training.augment import Image, Pipeline, named, rng_for

if TYPE_CHECKING:
    from training.datasets import DataSet, Sample

LIMIT_PX = 64_000_000
_GAP = 4
_STRIP = 16  # px above each row for its caption


def augmentation_of(source: str) -> Pipeline:
    """The pipeline of a named list, or of the recipe at that path. Raises `DataError`."""
    if not source.endswith(".toml"):
        return named(source)
    from training.recipe import load_recipe

    return load_recipe(Path(source)).augmented()


def write_contact_sheet(
    dataset: DataSet, pipeline: Pipeline, out: Path, *, images: int, epochs: int, size: int, seed: int
) -> None:
    """Write a PNG: one row per image (classes in turn), first unchanged, then as in the first `epochs` epochs.

    The tiles are exactly those of training with this seed. Raises `DataError`, `ImageError` and `OutputError`.
    """
    if not (1 <= images <= 100 and 1 <= epochs <= 100 and 16 <= size <= 1024):
        advice = "Use 1 to 100 images and epochs, and a size of 16 to 1024 px."
        raise DataError(f"{images} images, {epochs} epochs, size {size}", reason="preview", advice=advice)
    rows = [_row(sample, pipeline, epochs, size, seed) for sample in _chosen(dataset, images, seed)]
    coded = cv2.imencode(".png", cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))[1]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(coded.tobytes())
    except OSError as error:
        advice = "Check the free space and the permissions of the folder."
        raise OutputError(f"could not be written: {error.strerror}", subject=out, advice=advice) from error


def _chosen(dataset: DataSet, images: int, seed: int) -> list[Sample]:
    """Images of all classes in turn, each class in a random order."""
    rng = np.random.default_rng(seed)
    piles = [[one for one in dataset.samples if one.label == label] for label in dataset.classes]
    for pile in piles:
        rng.shuffle(pile)
    longest = max(map(len, piles))
    return [pile[place] for place in range(longest) for pile in piles if place < len(pile)][:images]


def _row(sample: Sample, pipeline: Pipeline, epochs: int, size: int, seed: int) -> Image:
    from leukdesk.imaging.preprocess import to_input
    from leukdesk.imaging.read import read_image

    plain = to_input(read_image(sample.path, limit_px=LIMIT_PX).pixels, size)
    tiles = [plain] + [pipeline(plain, rng_for(seed, epoch, sample.image_id)) for epoch in range(epochs)]
    sheet = np.full((size + _STRIP + _GAP, (size + _GAP) * len(tiles), 3), 255, np.uint8)
    for place, tile in enumerate(tiles):
        left = place * (size + _GAP)
        sheet[_STRIP : _STRIP + size, left : left + size] = tile
    caption = f"{sample.label}  {sample.image_id}".encode("ascii", "replace").decode()
    cv2.putText(sheet, caption, (2, _STRIP - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
    return sheet
