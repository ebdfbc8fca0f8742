"""A run: one folder that holds a recipe, a frozen split, the events, the checkpoints and the rows it was judged by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from leukdesk.architectures import resolve
from leukdesk.domain.errors import DataError
from training.checkpoint import write_atomically
from training.recipe import Recipe, load_recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.datasets import DataSet
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
            labels=np.array([self.classes.index(sample.label) for sample in samples], np.int64),
            groups=groups if all(groups) else None,
        )


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
    """Check the recipe and the data, freeze the split, and only then make the run's folder.

    Raises `DataError` (or `BundleError` for the architecture) with nothing left on disk.
    """
    recipe = load_recipe(recipe_file)
    resolve(recipe.architecture.name, recipe.architecture.parameters)
    recipe.augmented()
    if folder.exists():
        raise DataError(
            "there is a run already", subject=folder, advice="Choose another --out, or go on with `resume`."
        )
    split = _split(recipe, data)
    folder.mkdir(parents=True)
    split.write(folder / "split.json")
    write_atomically(folder / "recipe.toml", recipe_file.read_bytes())
    write_atomically(folder / "run.json", json.dumps({"format": 1, "data": str(data.resolve())}).encode())
    return Run(folder)


def _split(recipe: Recipe, data: Path) -> Split:
    from training.datasets import load_dataset, require_learnable
    from training.splits import holdout

    dataset = load_dataset(data)
    if set(dataset.classes) != set(recipe.class_ids):
        raise DataError(
            f"has the classes {', '.join(dataset.classes)}; the recipe has {', '.join(recipe.class_ids)}",
            subject=data,
            advice="Name the same classes in both.",
        )
    require_learnable(dataset)
    plan = recipe.split
    return holdout(dataset, method=plan.method, validation=plan.validation, test=plan.test, seed=plan.seed)


def open_run(folder: Path) -> Run:
    """A run that was begun; `DataError` where the folder is none."""
    if not (folder / "run.json").is_file():
        raise DataError("is not the folder of a run", subject=folder, advice="Give the --out folder of `train`.")
    return Run(folder)


def run_data(run: Run) -> RunData:
    """The run's images through its frozen split; `DataError` where they are no longer those it was made for."""
    from training.datasets import load_dataset
    from training.splits import read_split

    split = read_split(run.folder / "split.json")
    dataset = load_dataset(run.data_root)
    split.verify(dataset)
    return RunData(dataset, split, run.recipe.class_ids)
