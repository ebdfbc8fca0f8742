"""A short run: a recipe trained for an epoch on a few images, judged, published and classified with, as a whole one is.

It shows that every step of the recipe works, and nothing of how good its model would be.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leukdesk.architectures.registry import ARCHITECTURES
from leukdesk.domain.errors import DataError, KnownError
from training.backbone_files import IMAGENET, local_file, pretrained
from training.events import EventLog
from training.publish import publish
from training.recording import record_run
from training.run import Run, begin_run, labelled, run_data
from training.systems.catalogue import listed
from training.systems.tiny_data import write_slice, write_tiny_set
from training.train import Trainer

if TYPE_CHECKING:
    from training.recipe import Recipe
    from training.record import Record

BATCH = 4  # more steps an epoch, so that statistics of batch normalisation leave their initial values
RELEASE = "0.1"
RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Shortening:
    """How short: epochs of each phase, images of each class, input size in px (None: the least the network takes).

    `data` is a folder of real images to take a slice of; None renders phantoms.
    """

    epochs: int = 1
    images: int = 12
    input_size: int | None = None
    data: Path | None = None


def short_run(recipe_file: Path, out: Path, how: Shortening) -> Record:
    """Train, judge, publish and classify below `out` (`data`, `run`, `models`; `first` where there is a first stage).

    Raises `DataError` where `out` is there already, or what the steps raise.
    """
    if out.exists():
        raise DataError("is there already", subject=out, advice="Choose another --out.")
    try:
        return _short_run(recipe_file, out, how)
    except KnownError:  # with data or a recipe that cannot be used; a bug leaves what it needs to be found
        shutil.rmtree(out, ignore_errors=True)
        raise


def _short_run(recipe_file: Path, out: Path, how: Shortening) -> Record:
    one = listed(recipe_file)
    first = None
    if one.recipe.start_from:
        first = _trained(recipe_file.with_name(f"{one.recipe.start_from}.toml"), out / "first", how, None)
    run = _trained(recipe_file, out, how, first)
    data, models = run_data(run), out / "models"
    publish(run, data, name=one.recipe.name, release=RELEASE, models=models, log=EventLog(run.folder))
    return record_run(run, data, models=models, resamples=RESAMPLES)


def _trained(recipe_file: Path, out: Path, how: Shortening, first: Run | None) -> Run:
    recipe = listed(recipe_file).recipe
    images = out / "data"
    if how.data is None or recipe.preparation:  # a first stage is of other images than those at hand
        write_tiny_set(images, recipe.class_ids, per_class=how.images, seed=recipe.seed)
    else:
        _write_slice(images, recipe, how)
    changes = shortened(recipe, how)
    start_from = None if first is None else first.folder
    run = begin_run(out / "run", recipe_file, images, changes=changes, start_from=start_from)
    Trainer(run, run_data(run), EventLog(run.folder)).run()
    return run


def _write_slice(images: Path, recipe: Recipe, how: Shortening) -> None:
    if how.data is not None:
        write_slice(images, labelled(recipe, how.data), per_class=how.images)


def shortened(recipe: Recipe, how: Shortening) -> dict[str, Any]:
    """What a short run changes in the recipe, for `begin_run`: sizes, and every word about the data."""
    size = how.input_size or ARCHITECTURES[recipe.architecture.name].smallest
    phases = {f"phases.{index}.epochs": min(one.epochs, how.epochs) for index, one in enumerate(recipe.phases)}
    said = [f"{how.epochs} epoch a phase", f"input {size} px", f"{how.images} images a class", "grouped split"]
    backbone = recipe.backbone
    if backbone == IMAGENET and local_file(pretrained(recipe)) is None:
        backbone = ""
        said.append("no ImageNet weights, which are not on this machine")
    synthetic = how.data is None
    source = "phantoms rendered for the run" if synthetic else f"a slice of {recipe.data_name}"
    words: dict[str, Any] = {
        "title": f"Short run of {recipe.name}",
        "data_name": f"A few images ({source})",
        "intended_use": "Shows that the recipe runs. Its answers mean nothing.",
        "limits": [f"Trained on {how.images} images a class for {recipe.name}: its answers mean nothing."],
        "groups": "one synthetic slide each" if synthetic else recipe.groups,
    }
    if synthetic:
        words |= {"synthetic": True, "data_source": "rendered by leukdesk-train", "data_licence": "Apache-2.0"}
    return {
        **phases,
        **words,
        "shortened": [*said, source],
        "input_size": size,
        "backbone": backbone,
        "batch": min(recipe.batch, BATCH),
        "split": {"method": "grouped", "validation": 0.25, "test": 0.25, "seed": recipe.seed},
    }
