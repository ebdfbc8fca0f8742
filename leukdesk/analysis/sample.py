"""The sample case: phantoms with known truth, some easy, one missed, one unidentified, one rejected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leukdesk.domain.errors import DataError


@dataclass(frozen=True, slots=True)
class TrueCell:
    """A cell that was drawn into a phantom."""

    kind: str
    box: tuple[float, float, float, float]  # px: left, top, right, bottom


@dataclass(frozen=True, slots=True)
class SampleImage:
    """One phantom and what is true of it."""

    path: Path
    role: str  # what it shows: "hit", "miss", "unidentified" or "rejected"
    truth: str  # class id; empty where no class of the model is right
    cells: tuple[TrueCell, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SampleCase:
    """Images that belong together and the model meant for them."""

    title: str
    model: str
    images: tuple[SampleImage, ...]

    def of(self, path: Path) -> SampleImage | None:
        """The sample image that lies at `path`."""
        return next((one for one in self.images if one.path == path), None)


def read_sample(folder: Path) -> SampleCase:
    """Read `case.json` and name the images beside it. Raises `DataError` where the installation is damaged."""
    try:
        data = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        images = tuple(_image(folder, one) for one in data["images"])
        return SampleCase(str(data["title"]), str(data["model"]), images)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError("the sample case is missing or damaged", advice="Install leukdesk again.") from error


def _image(folder: Path, data: Mapping[str, Any]) -> SampleImage:
    truth = data["truth"]
    cells = tuple(TrueCell(one["kind"], _box(one["box"])) for one in truth.get("cells", ()))
    return SampleImage(folder / data["file"], data["role"], truth.get("class") or "", cells, truth.get("counts", {}))


def _box(numbers: list[float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = numbers
    return left, top, right, bottom
