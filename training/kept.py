"""What the repository keeps of a full run: events, calibration, figures and rows, in `docs/results/logs/<name>/`.

Checkpoints are not kept. Beside the model's rows stand those of the colour-only baseline on the same split, so that the
two can be compared image by image long after the images are gone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leukdesk.domain.errors import DataError
from training.evaluate.rows import Rows, load_rows, save_rows, write_text
from training.systems.catalogue import OWN

if TYPE_CHECKING:
    from training.record import Record
    from training.run import Run, RunData

FILES = ("events.jsonl", "calibration.json", "evaluation.json", "validation.csv", "test.csv")
COLOUR_FILE = "colour-only.csv"


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What is there of one run; None for what was not kept."""

    name: str
    rows: Rows | None
    colour: Rows | None
    evaluation: dict[str, Any] | None
    calibration: dict[str, Any] | None


def kept_name(record: Record) -> str:
    """The folder of a run: as its record, or as its bundle for a model of our own."""
    if record.system == OWN and record.bundle is not None:
        return record.bundle["name"]
    return record.file_name.removesuffix(".json")


def keep(run: Run, data: RunData, record: Record, logs: Path) -> Path:
    """Copy a full run's files below `logs` and add the colour-only rows; gives the folder. Raises `OutputError`."""
    folder = logs / kept_name(record)
    for name in FILES:
        if (run.folder / name).is_file():
            write_text(folder / name, (run.folder / name).read_bytes().decode("utf-8", "surrogateescape"))
    keep_colour(data, folder, seed=run.recipe.seed)
    return folder


def keep_colour(data: RunData, folder: Path, *, seed: int) -> Path:
    """Write the colour-only baseline's rows beside the model's. Raises `DataError` where those are of other images."""
    from training.beside import colour_rows

    ours = folder / "test.csv"
    part = data.part("test")
    if ours.is_file() and set(load_rows(ours).image_ids) != set(part.image_ids):
        advice = "Give the recipe, the split and the images of that run."
        raise DataError("holds rows of other test images", subject=folder, advice=advice)
    save_rows(colour_rows(data, seed=seed), folder / COLOUR_FILE)
    return folder / COLOUR_FILE


def read_kept(logs: Path) -> dict[str, Kept]:
    """Everything kept, by name; nothing where there is no such folder. Raises `DataError` for damaged rows."""
    return {one.name: _read(one) for one in sorted(logs.glob("*")) if one.is_dir()}


def _read(folder: Path) -> Kept:
    return Kept(
        folder.name,
        rows=_rows(folder / "test.csv"),
        colour=_rows(folder / COLOUR_FILE),
        evaluation=_json(folder / "evaluation.json"),
        calibration=_json(folder / "calibration.json"),
    )


def _rows(file: Path) -> Rows | None:
    return load_rows(file) if file.is_file() else None


def _json(file: Path) -> dict[str, Any] | None:
    if not file.is_file():
        return None
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found
