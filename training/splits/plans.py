"""Ways to divide a data set: by group or at random, once or in folds, as told, or as a published system did."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from leukdesk.domain.errors import DataError
from training.datasets import DataSet, hashed, require_learnable
from training.datasets.near_duplicates import grouped_by_likeness
from training.splits.assign import distribute, units
from training.splits.split import GROUPED, OPTIMISTIC, SIDES, Level, Split, freeze

METHODS = ("grouped", "random")


def holdout(
    dataset: DataSet, *, method: str = "grouped", validation: float = 0.15, test: float = 0.2, seed: int = 0
) -> Split:
    """One division with these shares, stratified by class.

    "grouped" keeps every patient, subject or group on one side; where none is recorded, near-duplicates, and the level
    says "image-level, optimistic". "random" ignores groups. Raises `DataError`.
    """
    if not (0 <= validation < 1 and 0 < test < 1 and validation + test < 1):
        raise _wrong(f"shares of {validation:g} and {test:g} leave nothing to train on", "Use 0.15 and 0.2, say.")
    ready, level = _prepared(dataset, method)
    members = units(ready, grouped=method == "grouped")
    shares = (1 - validation - test, validation, test)
    sides = distribute(ready, members, shares, seed=seed)
    return _freeze(ready, sides, seed=seed, method=f"{method} holdout", level=level)


def k_fold(
    dataset: DataSet, *, folds: int, method: str = "grouped", validation: float = 0.15, seed: int = 0
) -> tuple[Split, ...]:
    """`folds` divisions, each image in the test side of exactly one; validation is a share of the rest.

    Groups and classes are treated as in `holdout`. Raises `DataError`.
    """
    if folds < 2 or not 0 <= validation < 1:
        raise _wrong(f"{folds} folds with {validation:g} for validation", "Use at least 2 folds and a share below 1.")
    ready, level = _prepared(dataset, method)
    members = units(ready, grouped=method == "grouped")
    parts = distribute(ready, members, [1 / folds] * folds, seed=seed)
    names = [f"{method} {folds}-fold, fold {number + 1}" for number in range(folds)]
    return tuple(
        _fold(ready, members, set(part), validation, seed=seed, method=name, level=level)
        for part, name in zip(parts, names, strict=True)
    )


def explicit(
    dataset: DataSet, *, train: Iterable[str], validation: Iterable[str], test: Iterable[str], method: str = "explicit"
) -> Split:
    """The division given by image ids. Its level is "grouped" if groups are known and no group is on two sides."""
    ready = hashed(dataset)
    sides = dict(zip(SIDES, (tuple(train), tuple(validation), tuple(test)), strict=True))
    groups = [{one.group for one in ready.subset(ids)} for ids in sides.values()]
    apart = sum(map(len, groups)) == len(set().union(*groups))
    known = ready.grouping in ("patient", "subject", "group column")
    return freeze(ready, sides, seed=0, method=method, level=GROUPED if apart and known else OPTIMISTIC)


def system_split(dataset: DataSet, system: str, *, seed: int = 0) -> Split:
    """The published system's own division: random, with its shares, for like-for-like tables. Raises `DataError`."""
    shares = _systems().get(system)
    if shares is None:
        raise _wrong(f"no split of {system!r} is known", f"Known are {', '.join(_systems())}.")
    split = holdout(dataset, method="random", validation=shares["validation"], test=shares["test"], seed=seed)
    return replace(split, method=f"as {system}: {split.method}")


def system_names() -> tuple[str, ...]:
    """Systems whose own split is known."""
    return tuple(_systems())


@cache
def _systems() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("training.splits").joinpath("systems.toml").read_text(encoding="utf-8"))


def _prepared(dataset: DataSet, method: str) -> tuple[DataSet, Level]:
    if method not in METHODS:
        raise _wrong(f"there is no method {method!r}", f"Known are {', '.join(METHODS)}.")
    ready = hashed(dataset)
    require_learnable(ready)
    if method == "random":
        return ready, OPTIMISTIC
    if ready.grouping == "none":
        ready = grouped_by_likeness(ready)
    return ready, OPTIMISTIC if ready.grouping == "near-duplicate" else GROUPED


def _fold(
    dataset: DataSet,
    members: list[list[int]],
    test: set[int],
    validation: float,
    *,
    seed: int,
    method: str,
    level: Level,
) -> Split:
    rest = [unit for unit in members if unit[0] not in test]
    train, tune = distribute(dataset, rest, (1 - validation, validation), seed=seed)
    return _freeze(dataset, [train, tune, sorted(test)], seed=seed, method=method, level=level)


def _freeze(dataset: DataSet, sides: Iterable[Iterable[int]], *, seed: int, method: str, level: Level) -> Split:
    ids = [[dataset.samples[index].image_id for index in side] for side in sides]
    return freeze(dataset, dict(zip(SIDES, ids, strict=True)), seed=seed, method=method, level=level)


def _wrong(what: str, advice: str) -> DataError:
    return DataError(what, reason="split", advice=advice)
