"""The public data sets leukdesk knows: source, licence, expected layout, and whether a download is complete."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from leukdesk.domain.errors import DataError
from training.datasets.load import load_dataset


@dataclass(frozen=True, slots=True)
class PublicSet:
    """One published set of images, as its authors describe it."""

    name: str
    title: str
    source: str
    cite: str
    licence: str
    images: str
    layout: str
    expected: str
    groups: str
    per_class: Mapping[str, int]
    unlabelled: int = 0
    md5: Mapping[str, str] = field(default_factory=dict)  # of the files as downloaded, where images are packed

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DownloadCheck:
    """Whether a folder holds a published set: one line for each thing compared."""

    complete: bool
    findings: tuple[str, ...]


@cache
def public_sets() -> tuple[PublicSet, ...]:
    """All known sets."""
    table = tomllib.loads(files("training.datasets").joinpath("public.toml").read_text(encoding="utf-8"))
    return tuple(PublicSet(name=name, **entry) for name, entry in table.items())


def public_set(name: str) -> PublicSet:
    """The set of that name; `DataError` where there is none."""
    for one in public_sets():
        if one.name == name:
            return one
    names = ", ".join(one.name for one in public_sets())
    raise DataError("no public data set of that name is known", subject=name, advice=f"Known are {names}.")


def check_download(public: PublicSet, folder: Path) -> DownloadCheck:
    """Compare a folder with what the set's authors published. Raises `DataError` where nothing can be opened."""
    if public.layout == "hdf5":
        from training.datasets.pcam import check_files

        findings = check_files(folder, public.md5)
        return DownloadCheck(all(one.endswith("ok") for one in findings), findings)
    dataset = load_dataset(folder, layout="auto" if public.layout == "folders" else public.layout)
    _require_classes(public, folder, dataset.classes)
    found = dataset.per_class()
    findings = tuple(_compare(label, found.get(label, 0), expected) for label, expected in public.per_class.items())
    if public.unlabelled:
        findings += (_compare("without label", dataset.unlabelled, public.unlabelled),)
    return DownloadCheck(all(one.endswith("ok") for one in findings), findings)


def _require_classes(public: PublicSet, folder: Path, classes: tuple[str, ...]) -> None:
    foreign = sorted(set(classes) - set(public.per_class))
    if not foreign:
        return
    below = sorted({path.parent.name for path in folder.glob("*/*/") if path.name in public.per_class})
    advice = f"Expected: {public.expected}." + (f" Try {folder / below[0]}." if below else "")
    raise DataError(f"the classes {', '.join(foreign)} are not of {public.name}", subject=folder, advice=advice)


def _compare(label: str, found: int, expected: int) -> str:
    if found == expected:
        return f"{label}: {found}, ok"
    if found < expected:
        return f"{label}: {found} of {expected}, {expected - found} missing"
    return f"{label}: {found} instead of {expected}, {found - expected} too many (augmented copies?)"
