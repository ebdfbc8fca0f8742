"""How a data set would be divided, and what of it may mislead: in words, before anything is trained."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leukdesk.domain.errors import DataError
from leukdesk.domain.proportions import wilson
from training.planning.told import Notice

if TYPE_CHECKING:
    from training.datasets import DataSet
    from training.planning.told import Told
    from training.splits import Split

FEW = {"train": 50, "validation": 10, "test": 25}  # images of a class below which a figure says little
_FEW_GROUPS = 3  # of a class in the test part
_UNEVEN = 3.0  # times the smallest class
_PARTS = {"train": "training", "validation": "validation", "test": "test"}
Pairs = Sequence[tuple[str, str]]


def divided(split: Split) -> dict[str, Any]:
    """The division as JSON values: images of each class and groups, for each part."""
    groups = {side: len({split.facts[one].group or one for one in ids}) for side, ids in split.sides().items()}
    return {
        "method": split.method,
        "level": split.level,
        "grouping": split.grouping,
        "seed": split.seed,
        "parts": split.per_class(),
        "images": {side: len(ids) for side, ids in split.sides().items()},
        "groups": groups,
    }


def notices(dataset: DataSet, split: Split, *, scope: str, pairs: Pairs = ()) -> list[Notice]:
    """What to know of a division; `pairs` are ids of images that show nearly the same view."""
    found = [*_of_groups(dataset, split, scope), *_few(split), *_few_groups(split), *_uneven(dataset)]
    return found + _across(split, pairs)


def near_pairs(dataset: DataSet, told: Told, checked: Path | None = None) -> Pairs:
    """Pairs of images of nearly the same view: out of the report of an earlier check, or found now.

    Raises `DataError` where the report cannot be read.
    """
    if checked is not None:
        return _reported(checked)
    import numpy as np

    from training.datasets.near_duplicates import SIDE, alike, hash_file

    step, prints, ids = told.step("comparing", len(dataset.samples)), [], []
    for sample in dataset.samples:
        if (one := hash_file(sample.path)) is not None:
            prints.append(one)
            ids.append(sample.image_id)
        step()
    stack = np.array(prints, np.float32).reshape(-1, SIDE, SIDE)
    return [(ids[pair.first], ids[pair.second]) for pair in alike(stack)]


def _reported(file: Path) -> Pairs:
    try:
        report = json.loads(file.read_text("utf-8"))
        return [(one["first"], one["second"]) for one in report["near_duplicates"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError("is no report of a data check", subject=file, advice="Check the data again.") from error


def _of_groups(dataset: DataSet, split: Split, scope: str) -> Iterable[Notice]:
    if dataset.grouping == "none":
        yield Notice(
            "no_groups",
            "warning",
            "It is not known which images belong to one patient. Images of one may be in training and in test, so the "
            "figures will be better than on new patients.",
            "Give a column with the patient or case, if there is any.",
        )
    elif not split.method.startswith("grouped"):
        yield from _leak(dataset, split)
    if dataset.grouping != "none" and (mixed := _of_two_classes(dataset)):
        yield _mixed(mixed, scope)


def _leak(dataset: DataSet, split: Split) -> Iterable[Notice]:
    group = {one.image_id: one.group for one in dataset.samples}
    sides: dict[str, set[str]] = defaultdict(set)
    for side, ids in split.sides().items():
        for one in ids:
            sides[group[one] or one].add(side)
    torn = sum(len(one) > 1 for one in sides.values())
    if torn:
        yield Notice(
            "random_split",
            "warning",
            f"The division is random over images: {torn} of {len(sides)} patients or groups are in more than one part, "
            "so the figures will be better than on new patients.",
            "Divide by group instead.",
        )


def _of_two_classes(dataset: DataSet) -> list[str]:
    labels: dict[str, set[str]] = defaultdict(set)
    for one in dataset.samples:
        if one.group:
            labels[one.group].add(one.label)
    return sorted(group for group, classes in labels.items() if len(classes) > 1)


def _mixed(groups: Sequence[str], scope: str) -> Notice:
    words = f"{_counted(len(groups), 'patient or group has', 'patients or groups have')} images of more than one class."
    if scope == "cell":
        return Notice("group_in_classes", "note", words, "That is usual for single cells.")
    advice = "Right for single cells. If a class is a diagnosis, a patient should have one: look at these images again."
    return Notice("group_in_classes", "warning", words, advice)


def _few(split: Split) -> Iterable[Notice]:
    counts = split.per_class()
    for side, least in FEW.items():
        few = {label: count for label, count in counts[side].items() if count < least}
        if not few:
            continue
        listed = ", ".join(f"{label} {count}" for label, count in few.items())
        words = f"Few images in the {_PARTS[side]} part: {listed}."
        if side == "test":
            label, count = min(few.items(), key=lambda one: one[1])
            limits = wilson(round(0.9 * count), count)
            words += f" With {count} test images of {label}, a true 90 % may be measured anywhere from "
            words += f"{limits.low:.0%} to {limits.high:.0%}.".replace("%", " %")
        advice = f"At least {least} of each class make the figures useful: add images, or leave the class out."
        yield Notice(f"few_{side}", "warning", words, advice)


def _few_groups(split: Split) -> Iterable[Notice]:
    if split.level != "grouped":
        return
    groups: dict[str, set[str]] = defaultdict(set)
    for one in split.test:
        groups[split.facts[one].label].add(split.facts[one].group or one)
    few = {label: len(those) for label, those in sorted(groups.items()) if len(those) < _FEW_GROUPS}
    if few:
        listed = ", ".join(f"{label} {count}" for label, count in few.items())
        yield Notice(
            "few_groups",
            "warning",
            f"Few patients or groups in the test part: {listed}. One unusual patient then decides the figures.",
            "Add patients, or another seed may divide better.",
        )


def _uneven(dataset: DataSet) -> Iterable[Notice]:
    counts = dataset.per_class()
    largest, smallest = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
    if counts[smallest] and counts[largest] > _UNEVEN * counts[smallest]:
        times = f"{counts[largest] / counts[smallest]:.0f}"
        words = f"There are {times} times as many images of {largest} as of {smallest}."
        yield Notice("uneven", "note", words, 'Add balance = "class_weights" to the recipe, or images to the class.')


def _across(split: Split, pairs: Pairs) -> list[Notice]:
    side = {one: name for name, ids in split.sides().items() for one in ids}
    torn = [pair for pair in pairs if all(one in side for one in pair) and side[pair[0]] != side[pair[1]]]
    if not torn:
        return []
    first, second = torn[0]
    words = f"{_counted(len(torn), 'pair', 'pairs')} of nearly the same view in two parts, such as {first} "
    words += (
        f"({_PARTS[side[first]]}) and {second} ({_PARTS[side[second]]}): figures will be better than on new images."
    )
    return [Notice("near_across", "warning", words, "Take one of each pair out, or correct the group they belong to.")]


def _counted(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"
