"""A data set as training sees it: labelled files, the patients or groups they come from, and their hashes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

from leukdesk.domain.errors import DataError

Grouping = Literal["patient", "subject", "group column", "near-duplicate", "none"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled image. `image_id` is its path below the data set's root, with forward slashes."""

    path: Path
    image_id: str
    label: str
    group: str | None  # patient, subject or whatever must stay on one side of a split
    sha256: str | None  # of the file's bytes, lower-case hex; None: not computed and not in the manifest


@dataclass(frozen=True, slots=True)
class DataSet:
    """Samples sorted by id, classes sorted by name; `grouping` says what `Sample.group` is."""

    root: Path
    samples: tuple[Sample, ...]
    classes: tuple[str, ...]
    grouping: Grouping
    layout: str = "folders"
    unlabelled: int = 0  # images that are there but have no class, and were left out

    def per_class(self) -> dict[str, int]:
        """Images of each class, in class order."""
        counts = Counter(sample.label for sample in self.samples)
        return {label: counts[label] for label in self.classes}

    def by_id(self) -> dict[str, Sample]:
        """Samples by image id."""
        return {sample.image_id: sample for sample in self.samples}

    def subset(self, image_ids: Iterable[str]) -> tuple[Sample, ...]:
        """The samples with these ids, in the order given; `DataError` for an id the data set does not have."""
        known = self.by_id()
        wanted = list(image_ids)
        absent = [one for one in wanted if one not in known]
        if absent:
            raise DataError(
                f"{len(absent)} images of the split are not in the data set, {absent[0]!r} first",
                reason="missing_images",
                subject=self.root,
                advice="Point --data at the folder the split was made from, or make a new split.",
            )
        return tuple(known[one] for one in wanted)

    @property
    def sha256(self) -> str:
        """One hash over ids, labels, groups and content hashes: changes whenever any of them does."""
        lines = (f"{one.image_id}\t{one.label}\t{one.group or ''}\t{one.sha256 or ''}\n" for one in self.samples)
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def hashed(dataset: DataSet) -> DataSet:
    """The data set with the SHA-256 of every file that had none; absent files keep None."""
    return replace(dataset, samples=tuple(_hashed(sample) for sample in dataset.samples))


def _hashed(sample: Sample) -> Sample:
    if sample.sha256 is not None or not sample.path.is_file():
        return sample
    with sample.path.open("rb") as stream:
        return replace(sample, sha256=hashlib.file_digest(stream, "sha256").hexdigest())


def assemble(root: Path, samples: Iterable[Sample], *, grouping: Grouping, layout: str, unlabelled: int = 0) -> DataSet:
    """Sort samples and collect classes; `DataError` where there are none, or one file stands in the set twice."""
    ordered = tuple(sorted(samples, key=lambda sample: sample.image_id))
    if not ordered:
        raise DataError(
            "there are no labelled images here",
            reason="empty",
            subject=root,
            advice="Expected is one folder of images per class, a manifest.csv (path,class,...), "
            "or the layout of a public set: `leukdesk-train datasets` shows them.",
        )
    _once(root, ordered)
    classes = tuple(sorted({sample.label for sample in ordered}))
    return DataSet(root, ordered, classes, grouping, layout, unlabelled)


def _once(root: Path, ordered: tuple[Sample, ...]) -> None:
    for first, second in pairwise(ordered):
        if first.image_id != second.image_id:
            continue
        differ = first.label != second.label
        what = f"given to two classes, {first.label} and {second.label}" if differ else "listed twice"
        raise DataError(
            f"the file {first.image_id} is {what}",
            reason="shared_file" if differ else "listed_twice",
            subject=root,
            advice="Keep one line of the manifest for each file, with the class it truly has.",
        )
