"""Crops of reviewed cells as a folder that the training package reads: one folder a class, and a manifest."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from leukdesk.domain.reviewed import CellCrop, TrainingSet
from leukdesk.report.atomic import replacing, require_empty, write_whole
from leukdesk.report.training_set import MANIFEST, class_folder

COLUMNS = (
    *("path", "class", "group", "sha256"),
    *("image_sha256", "cell", "left", "top", "width", "height"),  # where it was cut out; px of the image
    *("um_per_px", "crop_um"),  # of the crop; its side where all have the same
)


def write_cell_training_set(crops: Iterable[CellCrop | tuple[Path, str]], folder: Path) -> TrainingSet:
    """Write crops as `folder`/<class>/<hash>.png and a manifest of `COLUMNS`; what is a path and a reason is left out.

    The folder must be new or empty. Names tell nothing of the case. Raises `OutputError`.
    """
    require_empty(folder)
    rows, left_out = [], []
    for crop in crops:
        if isinstance(crop, CellCrop):
            rows.append(_write(crop, folder))
        else:
            left_out.append(crop)
    with replacing(folder / MANIFEST, make_folder=True) as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(sorted(rows))
    return TrainingSet(len(rows), tuple(left_out))


def _write(crop: CellCrop, folder: Path) -> tuple[object, ...]:
    cell, box = crop.cell, crop.cell.box
    data = cv2.imencode(".png", np.ascontiguousarray(crop.pixels[:, :, ::-1]))[1].tobytes()
    sha256 = hashlib.sha256(data).hexdigest()
    name = Path(class_folder(cell.label), f"{sha256[:24]}.png")
    write_whole(folder / name, data, make_folder=True)
    side = "" if crop.crop_um is None else f"{crop.crop_um:.4f}"
    where = (f"{box.left:.1f}", f"{box.top:.1f}", f"{box.width:.1f}", f"{box.height:.1f}")
    provenance = (cell.sha256, cell.number, *where, f"{crop.um_per_px:.5f}", side)
    return (name.as_posix(), cell.label, cell.group, sha256, *provenance)
