"""A run: one folder that holds a recipe, a frozen split, the events, the checkpoints and the rows it was judged by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from leukdesk.architectures import resolve
from leukdesk.domain.errors import DataError
from training.augment import Pipeline
from training.checkpoint import write_atomically
from training.failing import may_begin_in
from training.recipe import Recipe, changed, fingerprint, load_recipe, read_document, recipe_of
from training.replay import replayed
from training.toml_text import to_toml

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.datasets import DataSet, Sample
    from training.first_weights import FirstWeights
    from training.splits import Split

PARTS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One side of the split. `labels` int64 (n,) index the classes; `groups` are image ids where none are known."""

    image_ids: tuple[str, ...]
    files: tuple[Path, ...]
    labels: NDArray[np.int64]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RunData:
    """A data set seen through a split, with labels in the recipe's class order."""

    dataset: DataSet
    split: Split
    classes: tuple[str, ...]
    replayed: Mapping[str, tuple[Sample, ...]] = field(default_factory=dict)  # of the data a bundle was made with

    def part(self, name: str) -> Part:
        """`train`, `validation` or `test`; the first two end with the images replayed in them."""
        by_id = {sample.image_id: sample for sample in self.dataset.samples}
        again = self.replayed.get(name, ())
        samples = [*(by_id[one] for one in getattr(self.split, name)), *again]
        return Part(
            image_ids=tuple(sample.image_id for sample in samples),
            files=tuple(sample.path for sample in samples),
            labels=np.array([self.classes.index(sample.label) for sample in samples], np.int64),
            groups=(*self.split.groups(getattr(self.split, name)), *(one.group or one.image_id for one in again)),
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
        return Path(self.facts["data"])

    @property
    def facts(self) -> dict[str, Any]:
        """What was written when the run began.

        `data`, `label_column`, `group_column`, `recipe_sha256`, `start_from`, `augmentation`; `replay` where images of
        the data that the bundle was made with are shown again (training/replay.py).
        """
        facts: dict[str, Any] = json.loads((self.folder / "run.json").read_text("utf-8"))
        return facts

    @property
    def augmentation(self) -> Pipeline:
        """Every step with its values as they were when the run began, also where the recipe names a list."""
        return Pipeline.from_spec(self.facts["augmentation"])

    @property
    def start_from(self) -> Path | None:
        """The weights this run began with, where another run or a bundle had them."""
        first = self.facts.get("start_from")
        return self.folder / first["weights"] if first else None  # that of another run is absolute

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


def begin_run(
    folder: Path,
    recipe_file: Path,
    data: Path,
    *,
    changes: Mapping[str, Any] | None = None,
    start_from: Path | None = None,
    bundle: Path | None = None,
    label_column: str = "",
    group_column: str = "",
    also: Mapping[str, Any] | None = None,
) -> Run:
    """Check the recipe and the data, freeze the split, and only then make the run's folder.

    `changes` sets other values for keys of the recipe (`phases.0.epochs`), written into the run's copy; `start_from`
    is the run whose features this one begins with, `bundle` one whose weights it begins with instead; the columns are
    the manifest's, where named otherwise; `also` stands in `run.json`. Raises `DataError` (or `BundleError`) with
    nothing left on disk.
    """
    document = read_document(recipe_file)
    adapted = changed(document, changes or {})
    recipe = recipe_of(adapted, recipe_file)
    resolve(recipe.architecture.name, recipe.architecture.parameters)
    columns = {"label_column": label_column, "group_column": group_column}
    weights = _of_bundle(recipe, bundle, start_from)
    facts = {"format": 1, "data": str(data.resolve()), **columns, "recipe_sha256": fingerprint(document)}
    facts |= also or {}
    facts["start_from"] = weights.facts() if weights else _first_stage(recipe, start_from)
    facts["augmentation"] = recipe.augmented().to_spec()
    if not may_begin_in(folder):
        raise DataError("there is a run already", subject=folder, advice="Choose another --out, or resume this one.")
    split = split_of(recipe, data, **columns)
    folder.mkdir(parents=True, exist_ok=True)
    if weights:
        weights.copy_to(folder)
    split.write(folder / "split.json")
    write_atomically(folder / "recipe.toml", _copied(recipe_file, adapted, changes or {}))
    write_atomically(folder / "run.json", json.dumps(facts, indent=1).encode())
    return Run(folder)


def _copied(recipe_file: Path, document: Mapping[str, Any], changes: Mapping[str, Any]) -> bytes:
    """The recipe as its author wrote it, or as it was changed."""
    if not changes:
        return recipe_file.read_bytes()
    return to_toml(document, comment=f"{recipe_file.name}, changed: {', '.join(changes)}").encode()


def _of_bundle(recipe: Recipe, bundle: Path | None, start_from: Path | None) -> FirstWeights | None:
    """The weights of the bundle to begin with, after checking that they fit."""
    from training.first_weights import first_weights

    if bundle is None:
        return None
    if start_from is not None:
        advice = "Give --bundle or --start-from, not both."
        raise DataError("cannot begin with a bundle and with a run at once", subject=recipe.name, advice=advice)
    return first_weights(recipe, bundle)


def _first_stage(recipe: Recipe, start_from: Path | None) -> dict[str, str] | None:
    """Which weights the features begin with, after checking that they can."""
    if start_from is None and recipe.start_from:
        raise DataError(
            f"begins with the features of {recipe.start_from}",
            subject=recipe.name,
            advice="Train that recipe first, then name its folder with --start-from RUN.",
        )
    if start_from is None:
        return None
    first = open_run(start_from)
    before = first.recipe
    if before.architecture.name != recipe.architecture.name or recipe.start_from not in ("", before.name):
        raise DataError(
            f"is a run of {before.name} ({before.architecture.name})",
            subject=start_from,
            advice=f"{recipe.name} begins with {recipe.start_from or 'a run'} of {recipe.architecture.name}.",
        )
    digest = hashlib.sha256(first.best.read_bytes()).hexdigest()
    return {"recipe": before.name, "weights": str(first.best.resolve()), "sha256": digest}


def split_of(recipe: Recipe, data: Path, *, label_column: str = "", group_column: str = "") -> Split:
    """The split a run of this recipe freezes, the same each time. Raises `DataError` where the data does not fit."""
    return split_dataset(recipe, labelled(recipe, data, label_column=label_column, group_column=group_column))


def split_dataset(recipe: Recipe, dataset: DataSet) -> Split:
    """As `split_of`, of a data set that `labelled` read."""
    from training.datasets import require_images, require_learnable
    from training.splits import holdout, system_split

    if set(dataset.classes) != set(recipe.class_ids):
        raise DataError(
            f"has the classes {', '.join(dataset.classes)}; the recipe has {', '.join(recipe.class_ids)}",
            subject=dataset.root,
            advice="Name the same classes in both, or say which is which in the recipe's class_map.",
        )
    require_learnable(dataset)
    require_images(dataset)
    plan = recipe.split
    if plan.method == "system":
        return system_split(dataset, recipe.system, seed=plan.seed)
    return holdout(dataset, method=plan.method, validation=plan.validation, test=plan.test, seed=plan.seed)


def labelled(recipe: Recipe, data: Path, *, label_column: str = "", group_column: str = "") -> DataSet:
    """The data set with its classes named as in the recipe, without those that its class map leaves out."""
    from training.datasets import load_dataset

    dataset = load_dataset(data, label_column=label_column or None, group_column=group_column or None)
    names = recipe.class_map
    renamed = (replace(one, label=names.get(one.label, one.label)) for one in dataset.samples)
    samples = tuple(one for one in renamed if one.label)
    return replace(dataset, samples=samples, classes=tuple(sorted({one.label for one in samples})))


def open_run(folder: Path) -> Run:
    """A run that was begun; `DataError` where the folder is none."""
    if not (folder / "run.json").is_file():
        raise DataError("is not the folder of a run", subject=folder, advice="Give the --out folder of `train`.")
    return Run(folder)


def run_data(run: Run) -> RunData:
    """The run's images through its frozen split; `DataError` where they are no longer those it was made for."""
    from training.splits import read_split

    recipe, facts = run.recipe, run.facts
    split = read_split(run.folder / "split.json")
    columns = {name: facts.get(name, "") for name in ("label_column", "group_column")}
    dataset = labelled(recipe, run.data_root, **columns)
    split.verify(dataset)
    return RunData(dataset, split, recipe.class_ids, replayed(facts.get("replay")))
