"""A few images to show that a recipe runs at all: phantoms under its own class names, or a slice of real ones."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.domain.errors import DataError, OutputError
from training.phantom import FIELD_CLASSES, random_slide, with_leak
from training.phantom.write import encode
from training.phantom_set import training_field

if TYPE_CHECKING:
    from training.datasets import DataSet, Sample

PX = 96
SLIDES = 6  # so that each side of a grouped split gets some
Line = tuple[str, str, str, str]  # path, class, group, sha256


def write_tiny_set(folder: Path, classes: Sequence[str], *, per_class: int, seed: int = 0) -> None:
    """Render `per_class` phantom fields of 96 px for each of these classes, spread over six slides, with a manifest.

    The classes are only names here: each stands for a kind of phantom cell and a tint of its own. `truth.json` says
    that the set is synthetic. Raises `OutputError`.
    """
    kinds, lines = tuple(FIELD_CLASSES), []
    for index, name in enumerate(classes):
        for number in range(per_class):
            slide = with_leak(random_slide(1000 * (seed + 1) + number % SLIDES), index)
            field = training_field((seed, index, number), kinds[index % len(kinds)], slide=slide, size=PX)
            lines.append(_written(folder, f"{name}/{number:03d}.png", name, slide.patient, encode(field, ".png")))
    _finish(folder, lines, synthetic=True)


def write_slice(folder: Path, dataset: DataSet, *, per_class: int) -> None:
    """Copy `per_class` images of each class of a real data set, from as many groups as can be, with a manifest.

    Raises `DataError` where a class has fewer than three images, and `OutputError`.
    """
    lines = []
    for label in dataset.classes:
        chosen = _spread([one for one in dataset.samples if one.label == label], per_class)
        if len(chosen) < 3:
            raise DataError(f"has {len(chosen)} images of {label}", subject=dataset.root, advice="Three are needed.")
        for number, sample in enumerate(chosen):
            name = f"{label}/{number:03d}{sample.path.suffix.lower()}"
            lines.append(_written(folder, name, label, sample.group or "", sample.path.read_bytes()))
    _finish(folder, lines, synthetic=False)


def _spread(samples: list[Sample], count: int) -> list[Sample]:
    """Samples of all groups in turn."""
    groups: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        groups[sample.group or ""].append(sample)
    longest = max(map(len, groups.values()), default=0)
    return [pile[place] for place in range(longest) for pile in groups.values() if place < len(pile)][:count]


def _written(folder: Path, name: str, label: str, group: str, data: bytes) -> Line:
    target = folder / name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise _unwritable(folder, error) from error
    return name, label, group, hashlib.sha256(data).hexdigest()


def _finish(folder: Path, lines: list[Line], *, synthetic: bool) -> None:
    grouped = all(group for _, _, group, _ in lines)
    columns = ("path", "class", "group", "sha256") if grouped else ("path", "class", "sha256")
    try:
        with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(line if grouped else (line[0], line[1], line[3]) for line in sorted(lines))
        (folder / "truth.json").write_text(json.dumps({"synthetic": synthetic}) + "\n", encoding="utf-8")
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> OutputError:
    advice = "Check the free space and the permissions of the folder."
    return OutputError(f"images could not be written: {error.strerror}", subject=folder, advice=advice)
