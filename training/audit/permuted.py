"""Deal the labels anew, so that no image shows them: what is still predicted came through the split.

Within each group (patient, slide) the classes change names, by a lot of the group's own. A label of a test group can
then be known only from other images of the same group: on a clean split every model, however good, is right once in
as many times as there are classes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from training.audit.look import OWN, Look
from training.augment import rng_for
from training.baselines import Features, Labelled, linear_head, nearest_neighbours
from training.evaluate import Rows
from training.events import EventLog
from training.first_weights import FILE
from training.judge import judge
from training.run import Run, RunData
from training.train import Trainer

if TYPE_CHECKING:
    from training.evaluate import Evaluation

REPEATS = 10
Fit = Callable[[Features, Features, Sequence[str]], Rows]
FITTED: Mapping[str, tuple[Fit, str]] = {
    "linear head, own features": (linear_head, OWN),
    "k-NN, own features": (nearest_neighbours, OWN),
    "k-NN, colour only": (nearest_neighbours, "colour"),
}


def dealt(label: str, group: str, classes: Sequence[str], *, seed: int, repeat: int = 0) -> str:
    """The class that stands for `label` in this group: a permutation that depends on seed, repeat and group alone."""
    names = rng_for(seed, repeat, group).permutation(len(classes))
    return classes[int(names[classes.index(label)])]


def permuted_rows(
    train: Look, test: Look, classes: Sequence[str], *, seed: int, repeats: int = REPEATS
) -> dict[str, Rows]:
    """Cheap models on frozen features, fitted to dealt labels and judged by dealt labels, by name.

    The repeats stand in one table: an image's id and group begin with the number of the repeat.
    """
    found = {}
    for name, (fit, features) in FITTED.items():
        tables = []
        for repeat in range(repeats):
            fitted, asked = (_relabelled(one.features[features], classes, seed, repeat) for one in (train, test))
            # With very few groups a lot may leave one class only, of which nothing can be learnt.
            if len(set(fitted.part.labels)) > 1:
                tables.append(_tagged(repeat, fit(fitted, asked, classes)))
        if tables:
            found[name] = _joined(tables)
    return found


def train_permuted(run: Run, data: RunData, folder: Path, *, seed: int) -> Evaluation:
    """The real training on dealt labels, in a run of its own (`folder`), and its result on the test images.

    Goes on from its last epoch where it was interrupted. Raises as `Trainer.run` does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("recipe.toml", "run.json", FILE):
        if name != FILE or (run.folder / name).is_file():  # only what began with a bundle has its weights
            shutil.copyfile(run.folder / name, folder / name)
    copy, changed = Run(folder), _dealt_data(data, seed)
    log = EventLog(folder)
    Trainer(copy, changed, log).run()
    return judge(copy, changed, log)


def _dealt_data(data: RunData, seed: int) -> RunData:
    samples = tuple(
        replace(one, label=dealt(one.label, data.split.groups([one.image_id])[0], data.classes, seed=seed))
        if one.image_id in data.split.facts
        else one
        for one in data.dataset.samples
    )
    return replace(data, dataset=replace(data.dataset, samples=samples))


def _relabelled(features: Features, classes: Sequence[str], seed: int, repeat: int) -> Features:
    part = features.part
    labels = tuple(
        dealt(label, group, classes, seed=seed, repeat=repeat)
        for label, group in zip(part.labels, part.groups or part.image_ids, strict=True)
    )
    return Features(Labelled(part.image_ids, labels, part.groups), features.values)


def _tagged(repeat: int, rows: Rows) -> Rows:
    ids, groups = (
        None if names is None else tuple(f"{repeat:02d}/{one}" for one in names)
        for names in (rows.image_ids, rows.groups)
    )
    return replace(rows, image_ids=ids or (), groups=groups)


def _joined(tables: Sequence[Rows]) -> Rows:
    groups = [group for one in tables for group in one.groups or ()]
    return Rows(
        tuple(image_id for one in tables for image_id in one.image_ids),
        tuple(label for one in tables for label in one.labels),
        tables[0].classes,
        np.concatenate([one.scores for one in tables]),
        tuple(groups) or None,
    )
