"""A run: one folder that holds a recipe, a frozen split, the events, the checkpoints and the rows it was judged by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from leukdesk.domain.errors import DataError
from training.checkpoint import write_atomically
from training.recipe import Recipe, load_recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.datasets import DataSet, Sample
    from training.splits import Split

PARTS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One side of the split. `labels` int64 (n,) index the recipe's classes; `groups` None where none are known."""

    image_ids: tuple[str, ...]
    files: tuple[Path, ...]
    labels: NDArray[np.int64]
    groups: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class RunData:
    """A data set seen through a split, with labels in the recipe's class order."""

    dataset: DataSet
    split: Split
    classes: tuple[str, ...]

    def part(self, name: str) -> Part:
        """`train`, `validation` or `test`."""
        by_id = {sample.image_id: sample for sample in self.dataset.samples}
        samples = [by_id[one] for one in getattr(self.split, name)]
        groups = tuple(sample.group or "" for sample in samples)
        return Part(
            image_ids=tuple(sample.image_id for sample in samples),
            files=tuple(sample.path for sample in samples),
            labels=np.array([self._index(sample) for sample in samples], np.int64),
            groups=groups if all(groups) else None,
        )

    def _index(self, sample: Sample) -> int:
        if sample.label not in self.classes:
            raise DataError(
                f'has the class "{sample.label}", which the recipe does not name',
                subject=sample.path,
                advice=f"The recipe's classes are {', '.join(self.classes)}.",
            )
        return self.classes.index(sample.label)


@dataclass(frozen=True, slots=True)
class Run:
    """Where a run keeps its things."""

    folder: Path

    @property
    def recipe(self) -> Recipe:
        """As it was when the run began."""
        return load_recipe(self.folder / "recipe.toml")

    @property
    def data_root(self) -> Path:
        """The folder the run was trained on."""
        return Path(json.loads((self.folder / "run.json").read_text("utf-8"))["data"])

    def rows(self, part: str) -> Path:
        """Where the rows of `validation` or `test` are saved."""
        return self.folder / f"{part}.csv"

    @property
    def best(self) -> Path:
        """The best weights; `DataError` where the run has none yet."""
        file = self.folder / "best.safetensors"
        if not file.is_file():
            raise DataError("has no trained weights yet", subject=self.folder, advice="Train it first.")
        return file


def begin_run(folder: Path, recipe_file: Path, data: Path) -> Run:
    """Make a run's folder; `DataError` where one stands there already or nothing can be written."""
    recipe = recipe_file.read_bytes()
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise DataError(
            "there is a run already", subject=folder, advice="Choose another --out, or go on with `resume`."
        ) from error
    write_atomically(folder / "recipe.toml", recipe)
    write_atomically(folder / "run.json", json.dumps({"format": 1, "data": str(data.resolve())}).encode())
    return Run(folder)


def open_run(folder: Path) -> Run:
    """A run that was begun; `DataError` where the folder is none."""
    if not (folder / "run.json").is_file():
        raise DataError("is not the folder of a run", subject=folder, advice="Give the --out folder of `train`.")
    return Run(folder)


def run_data(run: Run) -> RunData:
    """The run's images through its frozen split, which is made and written on first use.

    Raises `DataError` where the images, labels or groups are no longer those the split was made for.
    """
    from training.datasets import load_dataset, require_learnable
    from training.splits import holdout, read_split

    recipe, file = run.recipe, run.folder / "split.json"
    dataset = load_dataset(run.data_root)
    if file.is_file():
        split = read_split(file)
        split.verify(dataset)
    else:
        require_learnable(dataset)
        plan = recipe.split
        split = holdout(dataset, method=plan.method, validation=plan.validation, test=plan.test, seed=plan.seed)
        split.write(file)
    return RunData(dataset, split, recipe.class_ids)
