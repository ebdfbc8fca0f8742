"""A frozen division of a data set into training, validation and test images that cannot overlap."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from leukdesk.domain.errors import DataError, OutputError
from training.datasets import DataSet, Sample

Level = Literal["grouped", "image-level, optimistic"]
GROUPED: Level = "grouped"
OPTIMISTIC: Level = "image-level, optimistic"
SIDES = ("train", "validation", "test")
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Facts:
    """What a split remembers of an image, to notice when the data set is no longer the same."""

    label: str
    group: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Split:
    """Image ids of the three sides. It cannot be built where an image, its content or (if grouped) its group is on two.

    `level` goes with every result: "grouped" where a patient, subject or recorded group stands on one side only;
    "image-level, optimistic" where other images of the same patient may be on both sides. Raises `DataError`.
    """

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    seed: int
    method: str
    level: Level
    grouping: str
    dataset_sha256: str
    facts: Mapping[str, Facts]

    def __post_init__(self) -> None:
        _require_disjoint(self)

    def sides(self) -> dict[str, tuple[str, ...]]:
        """Ids by the name of the side."""
        return {"train": self.train, "validation": self.validation, "test": self.test}

    def per_class(self) -> dict[str, dict[str, int]]:
        """Images of each class on each side: {side: {class: images}}, classes sorted."""
        labels = sorted({one.label for one in self.facts.values()})
        counts = {side: Counter(self.facts[one].label for one in ids) for side, ids in self.sides().items()}
        return {side: {label: counts[side][label] for label in labels} for side in SIDES}

    def groups(self, image_ids: Iterable[str]) -> list[str]:
        """The group of each image, or its own id where it has none: what intervals are resampled over."""
        return [self.facts[one].group or one for one in image_ids]

    @property
    def sha256(self) -> str:
        """Hash of everything the split says."""
        return hashlib.sha256(json.dumps(_payload(self), sort_keys=True).encode()).hexdigest()

    def verify(self, dataset: DataSet) -> None:
        """`DataError` unless the data set still has these images, labels, groups and (where hashed) contents."""
        known = {sample.image_id: _facts(sample) for sample in dataset.subset(self.facts)}
        recorded = self.grouping != "near-duplicate"  # those groups were found for the split, not read from the data
        changed = [one for one, facts in self.facts.items() if not _agree(facts, known[one], recorded)]
        if changed:
            raise DataError(
                f"{len(changed)} images have another label, group or content than when the split was made, "
                f"{changed[0]!r} first",
                reason="changed_data",
                subject=dataset.root,
                advice="Make a new split, or restore the data set.",
            )

    def write(self, path: Path) -> None:
        """Write as JSON with its own hash, all or nothing. Raises `OutputError`."""
        text = json.dumps({**_payload(self), "sha256": self.sha256}, indent=1, sort_keys=True)
        draft = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text + "\n", encoding="utf-8")
            draft.replace(path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            advice = "Check the free space and the permissions of the folder."
            raise OutputError(
                f"the split could not be written: {error.strerror}", subject=path, advice=advice
            ) from error


def freeze(dataset: DataSet, sides: Mapping[str, Iterable[str]], *, seed: int, method: str, level: Level) -> Split:
    """The split that puts these images of a (hashed) data set on these sides. Raises `DataError`."""
    ordered = {side: tuple(sorted(sides.get(side, ()))) for side in SIDES}
    for side in ("train", "test"):
        if not ordered[side]:
            raise _wrong(f"the {side} side is empty", dataset.root, "Give it a larger share, or add images.")
    used = dataset.subset(one for ids in ordered.values() for one in ids)
    facts = {sample.image_id: _facts(sample) for sample in used}
    return Split(
        **ordered,
        seed=seed,
        method=method,
        level=level,
        grouping=dataset.grouping,
        dataset_sha256=dataset.sha256,
        facts=facts,
    )


def read_split(path: Path) -> Split:
    """Read a frozen split. `DataError` where the file is damaged, was edited by hand, or overlaps."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        split = _from_document(document)
    except OSError as error:
        raise _wrong(f"the split cannot be read: {error.strerror}", path, "Check the path.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _wrong("this is no split file of leukdesk", path, "Make it with `leukdesk-train split`.") from error
    if document.get("sha256") != split.sha256:
        raise _wrong("the split was changed after it was frozen", path, "Restore the file or make a new split.")
    return split


def _payload(split: Split) -> dict[str, Any]:
    images = {
        side: [[one, (facts := split.facts[one]).label, facts.group, facts.sha256] for one in ids]
        for side, ids in split.sides().items()
    }
    return {
        "format": _FORMAT,
        "method": split.method,
        "level": split.level,
        "grouping": split.grouping,
        "seed": split.seed,
        "dataset_sha256": split.dataset_sha256,
        "columns": ["image_id", "label", "group", "sha256"],
        "images": images,
    }


def _from_document(document: Mapping[str, Any]) -> Split:
    if document["format"] != _FORMAT or document["level"] not in (GROUPED, OPTIMISTIC):
        raise ValueError("another format")
    rows = {side: document["images"][side] for side in SIDES}
    return Split(
        **{side: tuple(str(row[0]) for row in rows[side]) for side in SIDES},
        seed=int(document["seed"]),
        method=str(document["method"]),
        level=document["level"],
        grouping=str(document["grouping"]),
        dataset_sha256=str(document["dataset_sha256"]),
        facts={row[0]: Facts(row[1], row[2], row[3]) for side in SIDES for row in rows[side]},
    )


def _require_disjoint(split: Split) -> None:
    keys: dict[str, Callable[[str], str | None]] = {
        "image": lambda one: one,
        "content": lambda one: split.facts[one].sha256,
    }
    if split.level == GROUPED:
        keys["group"] = lambda one: split.facts[one].group
    for what, key in keys.items():
        values = {side: {value for one in ids if (value := key(one))} for side, ids in split.sides().items()}
        for first, second in combinations(SIDES, 2):
            shared = sorted(values[first] & values[second])
            if shared:
                raise _wrong(
                    f"{len(shared)} of the same {what} are in {first} and in {second}, {shared[0]!r} first",
                    f"split ({split.method})",
                    "Every score on such a split would be too good: put each on one side only.",
                    reason="overlap",
                )


def _facts(sample: Sample) -> Facts:
    return Facts(sample.label, sample.group, sample.sha256)


def _agree(then: Facts, now: Facts, groups: bool) -> bool:
    same_content = None in (then.sha256, now.sha256) or then.sha256 == now.sha256
    same_group = not groups or then.group == now.group
    return then.label == now.label and same_group and same_content


def _wrong(what: str, subject: object, advice: str, *, reason: str = "split") -> DataError:
    return DataError(what, reason=reason, subject=subject, advice=advice)
