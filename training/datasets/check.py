"""Look at a data set before training: what is damaged, doubled, mislabelled, uneven, or gives the class away."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from leukdesk.domain.errors import ImageReason
from training.datasets.burnt_in import Mark, find_marks
from training.datasets.dataset import DataSet, Sample
from training.datasets.load import exact_duplicates
from training.datasets.measure import STATISTICS, Measured, Unopened, measure_all
from training.datasets.names import name_conflict, wrong_suffix
from training.datasets.near_duplicates import SIDE, alike
from training.datasets.presence import SMALLEST

_LOOKED_AT = 300  # images searched for burnt-in marks


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing about one file. `error`: training on it would fail or mislead; else worth a look."""

    kind: str
    image_id: str
    detail: str
    error: bool


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two images of the same view; `across` says whether their classes or groups differ."""

    first: str
    second: str
    likeness: float
    across: str  # "", "classes" or "groups"


@dataclass(frozen=True, slots=True)
class Colour:
    """One image's statistics, in the order of `measure.STATISTICS`."""

    image_id: str
    label: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DataReport:
    """Everything the check found; `separation` is the share of a statistic's variance between classes (0..1)."""

    root: str
    layout: str
    grouping: str
    sha256: str
    images: int
    unlabelled: int
    per_class: dict[str, int]
    groups_per_class: dict[str, int]
    sizes: dict[str, int]
    formats: dict[str, int]
    problems: tuple[Problem, ...]
    duplicates: tuple[tuple[str, ...], ...]
    near_duplicates: tuple[Likeness, ...]
    marks: tuple[Mark, ...]
    separation: dict[str, float]
    colours: tuple[Colour, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that must be settled before training."""
        return tuple(one for one in self.problems if one.error)

    def as_dict(self) -> dict[str, Any]:
        """For JSON; findings in words included."""
        return {**asdict(self), "findings": self.lines()}

    def lines(self) -> list[str]:
        """The findings in words, the most important first."""
        from training.datasets.findings import findings

        return findings(self)


def check_dataset(dataset: DataSet, *, progress: Callable[[], None] | None = None, threads: int = 2) -> DataReport:
    """Open every image and compare all with all. `progress` is called once per image. Changes no file."""
    opened, failed = measure_all(dataset.samples, viewed=_to_view(dataset), progress=progress, threads=threads)
    actual = _as_found(dataset, opened)
    return DataReport(
        root=str(dataset.root),
        layout=dataset.layout,
        grouping=dataset.grouping,
        sha256=actual.sha256,
        images=len(dataset.samples),
        unlabelled=dataset.unlabelled,
        per_class=dataset.per_class(),
        groups_per_class=_groups(dataset),
        sizes=_most_common(f"{one.width}x{one.height}" for one in opened),
        formats=_most_common(one.format for one in opened),
        problems=tuple(_problems(dataset, actual, opened, failed)),
        duplicates=tuple(tuple(one.image_id for one in twins) for twins in exact_duplicates(actual)),
        near_duplicates=tuple(_near(opened)),
        marks=tuple(_marks(opened)),
        separation=_separation(opened),
        colours=tuple(Colour(one.sample.image_id, one.sample.label, one.colour) for one in opened),
    )


def _to_view(dataset: DataSet) -> frozenset[str]:
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(dataset.samples))[:_LOOKED_AT]
    return frozenset(dataset.samples[int(index)].image_id for index in chosen)


def _as_found(dataset: DataSet, opened: Sequence[Measured]) -> DataSet:
    """The data set with the hashes its files have now."""
    found = {one.sample.image_id: one.sha256 for one in opened}
    return replace(dataset, samples=tuple(replace(one, sha256=found.get(one.image_id)) for one in dataset.samples))


def _groups(dataset: DataSet) -> dict[str, int]:
    groups: dict[str, set[str]] = defaultdict(set)
    for sample in dataset.samples:
        if sample.group is not None:
            groups[sample.label].add(sample.group)
    return {label: len(groups[label]) for label in dataset.classes} if groups else {}


def _most_common(values: Any) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _problems(
    dataset: DataSet, actual: DataSet, opened: Sequence[Measured], failed: Sequence[Unopened]
) -> list[Problem]:
    found = [_unopened(one) for one in failed]
    for one in opened:
        found += _of_image(one, dataset.classes)
    for twins in exact_duplicates(actual):
        labels = sorted({one.label for one in twins})
        if len(labels) > 1:
            detail = f"the same content is in {' and '.join(labels)}"
            found += [Problem("two_classes", one.image_id, detail, True) for one in twins]
    return sorted(found, key=lambda one: (not one.error, one.kind, one.image_id))


def _unopened(one: Unopened) -> Problem:
    kinds = {ImageReason.VANISHED.value: "missing", ImageReason.TRUNCATED.value: "truncated"}
    return Problem(kinds.get(one.reason, "unreadable"), one.sample.image_id, one.detail, True)


def _of_image(one: Measured, classes: Sequence[str]) -> list[Problem]:
    sample: Sample = one.sample
    found = []
    if min(one.width, one.height) < SMALLEST:
        detail = f"{one.width} x {one.height} px: too small to show a cell"
        found.append(Problem("too_small", sample.image_id, detail, True))
    if sample.sha256 not in (None, one.sha256):
        found.append(Problem("wrong_hash", sample.image_id, "not the file the manifest describes", True))
    if (suffix := wrong_suffix(Path(sample.image_id), one.format)) is not None:
        found.append(Problem("wrong_suffix", sample.image_id, suffix, False))
    if (named := name_conflict(sample.image_id, sample.label, classes)) is not None:
        found.append(Problem("mislabelled", sample.image_id, f"in class {sample.label}, but named {named}", True))
    return found


def _near(opened: Sequence[Measured]) -> list[Likeness]:
    """Pairs that are alike but not the same file."""
    prints = np.array([one.hash for one in opened], np.float32).reshape(-1, SIDE, SIDE)
    found = []
    for pair in alike(prints):
        first, second = opened[pair.first], opened[pair.second]
        if first.sha256 == second.sha256:
            continue
        across = "classes" if first.sample.label != second.sample.label else ""
        if not across and first.sample.group != second.sample.group:
            across = "groups"
        found.append(Likeness(first.sample.image_id, second.sample.image_id, round(pair.likeness, 4), across))
    return found


def _marks(opened: Sequence[Measured]) -> list[Mark]:
    seen = [one for one in opened if one.view is not None]
    return find_marks([one.view for one in seen if one.view is not None], [one.sample.label for one in seen])


def _separation(opened: Sequence[Measured]) -> dict[str, float]:
    """Eta squared of each colour statistic: variance between class means over all variance."""
    if not opened:
        return {}
    values = np.array([one.colour for one in opened])
    labels = np.array([one.sample.label for one in opened])
    total = ((values - values.mean(axis=0)) ** 2).sum(axis=0)
    between = np.zeros(values.shape[1])
    for label in np.unique(labels):
        part = values[labels == label]
        between += len(part) * (part.mean(axis=0) - values.mean(axis=0)) ** 2
    shares = np.divide(between, total, out=np.zeros_like(total), where=total > 1e-9)
    return {name: round(float(share), 4) for name, share in zip(STATISTICS, shares, strict=True)}
