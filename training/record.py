"""A run's record: what was trained on what, how it was split, what came of it; the source of every table of results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leukdesk.domain.errors import DataError
from training.evaluate.rows import write_text

STEPS = ("trained", "evaluated", "published", "classified")
TOLERANCE = 1e-4  # of a probability, as for the golden samples of a bundle
YesNo = Literal["yes", "no"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Classified(_Strict):
    """How far the program's answers are from the run's: largest differences of a probability, over so many images.

    `golden_spread` is the largest difference between two golden samples in one class's logit: near 0, the network says
    the same of everything, and agreement means little.
    """

    engine: str
    images: int
    worst: float
    golden: int
    golden_worst: float
    golden_spread: float | None = None
    heatmaps: bool

    @property
    def agrees(self) -> bool:
        """Whether the program answers as the run did, with a heatmap for every image."""
        return self.images > 0 and self.heatmaps and max(self.worst, self.golden_worst) <= TOLERANCE


class Figure(_Strict):
    """A number with its 95 % interval over `n` images; null where it is not defined on the test set."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    note: str = ""


class RecordedData(_Strict):
    """The images: the folder's name only, since paths are of one machine."""

    name: str
    folder: str
    images: int
    per_class: dict[str, int]
    sha256: str
    synthetic: bool


class RecordedSplit(_Strict):
    """How they were divided, and what the result may claim."""

    kind: str
    method: str
    level: str
    grouping: str
    sha256: str
    images: dict[str, int]


class RecordedTraining(_Strict):
    """How long it was trained, from what, for how many epochs of those planned."""

    epochs_planned: int
    epochs: int
    best_epoch: int | None
    seconds: float
    backbone: str
    devices: str


class Record(_Strict):
    """`docs/results/runs/<recipe>-<split>.json`."""

    format: Literal[1] = 1
    recipe: str
    recipe_sha256: str
    system: str
    model: str
    architecture: str
    full_run: YesNo
    shortened: tuple[str, ...]
    data: RecordedData
    split: RecordedSplit
    training: RecordedTraining
    steps: dict[str, YesNo]
    bootstrap: dict[str, Any] = Field(default_factory=dict)
    metrics: dict[str, Figure] = Field(default_factory=dict)
    per_class: dict[str, dict[str, Figure]] = Field(default_factory=dict)
    confusion: dict[str, Any] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    beside: dict[str, dict[str, Figure]] = Field(default_factory=dict)
    classified: Classified | None = None
    bundle: dict[str, str] | None = None
    seeds: dict[str, int]
    library_versions: dict[str, str]
    hashes: dict[str, str]

    @property
    def works(self) -> bool:
        """Whether every step was done."""
        return all(self.steps.get(one) == "yes" for one in STEPS)

    @property
    def file_name(self) -> str:
        """`<recipe>-<split>.json`, or `<recipe>-short.json` for a short run."""
        return f"{self.recipe}-{self.split.kind if self.full_run == 'yes' else 'short'}.json"


def write_record(record: Record, folder: Path) -> Path:
    """Write the record under its name, replacing an earlier one. Raises `OutputError`."""
    path = folder / record.file_name
    text = json.dumps(record.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"
    write_text(path, text)
    return path


def read_records(folder: Path) -> dict[str, Record]:
    """All records of a folder by file name, sorted; none where there is no such folder. Raises `DataError`."""
    return {path.name: _read(path) for path in sorted(folder.glob("*.json"))}


def _read(path: Path) -> Record:
    try:
        return Record.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise DataError(
            "is not the record of a run", subject=path, advice="Delete it, or record the run again."
        ) from error
