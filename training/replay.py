"""Images that a bundle was trained on, shown again beside a laboratory's own, so that they are not forgotten.

Only its training and validation images: its test images stay unseen, to tell what was forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from leukdesk.domain.errors import DataError

if TYPE_CHECKING:
    from training.datasets import DataSet, Sample
    from training.splits import Split

PREFIX = "original:"  # of ids and groups, so that they are nobody else's
PARTS = ("train", "validation")
GUARD = "guard"  # in `run.json`: ids of the images by which the change is bounded
GUARDED = 1000  # of them: more cost minutes and say little more, since images of one group go wrong together


@dataclass(frozen=True, slots=True)
class Guarded:
    """Original images about which the adapted network must stay right. Classes and groups as named there."""

    files: tuple[Path, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Original:
    """The data set a bundle was made with, seen through its own split. Raises `DataError` where the two do not fit."""

    dataset: DataSet
    split: Split

    @classmethod
    def opened(cls, data: Path, split_file: Path) -> Original:
        """From a folder and the `split.json` of the bundle's run."""
        from training.datasets import load_dataset
        from training.splits import read_split

        dataset, split = load_dataset(data), read_split(split_file)
        split.verify(dataset)
        return cls(dataset, split)

    def chosen(self, wanted: Mapping[str, Mapping[str, int]], *, seed: int) -> dict[str, list[str]]:
        """Ids to replay: for each part as many of each class as `wanted` says, drawn evenly; fewer where there are."""
        return {part: self._drawn(part, wanted[part], seed) for part in PARTS}

    def guard(self, classes: Sequence[str], learned: Sequence[str], *, seed: int) -> list[str]:
        """Ids of images to stay right about: all of validation, and training images that are not learned from again.

        At most `GUARDED` in all where there are more of the latter, as many of each class.
        """
        apart = set(learned)
        each = max(0, GUARDED - len(self.split.validation)) // len(classes)
        rest = {label: [one for one in self._of("train", label) if one not in apart] for label in classes}
        rng = np.random.default_rng([seed, len(PARTS)])
        drawn = (one for ids in rest.values() for one in rng.permutation(ids)[:each].tolist())
        return [*self.split.validation, *sorted(drawn)]

    def _of(self, part: str, label: str) -> list[str]:
        return sorted(one for one in getattr(self.split, part) if self.split.facts[one].label == label)

    def _drawn(self, part: str, wanted: Mapping[str, int], seed: int) -> list[str]:
        rng = np.random.default_rng([seed, PARTS.index(part)])
        drawn = [rng.permutation(self._of(part, label))[:count].tolist() for label, count in wanted.items()]
        return sorted(one for ids in drawn for one in ids)


def facts_of(data: Path, chosen: Mapping[str, Sequence[str]], guard: Sequence[str] = ()) -> dict[str, Any]:
    """What `run.json` says under `replay`."""
    return {"data": str(data.resolve()), **{part: list(chosen[part]) for part in PARTS}, GUARD: list(guard)}


def replayed(facts: Mapping[str, Any] | None) -> dict[str, tuple[Sample, ...]]:
    """The images that a run replays in each part; none where its `run.json` names none. Raises `DataError`."""
    from training.datasets import load_dataset

    if not facts:
        return {}
    dataset = load_dataset(Path(facts["data"]))
    return {part: tuple(_marked(one) for one in dataset.subset(facts[part])) for part in PARTS}


def guarded(facts: Mapping[str, Any] | None) -> Guarded | None:
    """The images that bound a run's change; `None` where its `run.json` names none. Raises `DataError`."""
    from training.datasets import load_dataset

    if not facts or not facts.get(GUARD):
        return None
    samples = load_dataset(Path(facts["data"])).subset(facts[GUARD])
    groups = tuple(one.group or one.image_id for one in samples)
    return Guarded(tuple(one.path for one in samples), tuple(one.label for one in samples), groups)


def _marked(sample: Sample) -> Sample:
    group = PREFIX + sample.group if sample.group else None
    return replace(sample, image_id=PREFIX + sample.image_id, group=group)


def check_classes(original: Original, classes: Sequence[str]) -> None:
    """`DataError` where the original images have a class that the bundle does not know."""
    if other := sorted(set(original.dataset.classes) - set(classes)):
        advice = f"Give the images that the bundle was trained on; its classes are {', '.join(classes)}."
        raise DataError(f"has classes the bundle does not know: {', '.join(other)}", reason="classes",
                        subject=original.dataset.root, advice=advice)  # fmt: skip
