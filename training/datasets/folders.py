"""Layouts told by names: one folder per class, the C-NMC 2019 challenge, ALL-IDB."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from leukdesk.domain.vocabulary import IMAGE_SUFFIXES
from training.datasets.dataset import DataSet, Sample, assemble

# UID_<subject>_<image>_<cell>_<class>.bmp: subjects "11" (ALL) and "H11" (healthy); the samples also write "h3".
C_NMC = re.compile(r"UID_(?P<subject>[A-Za-z0-9]+)_\d+_\d+_(?P<label>all|hem)$", re.IGNORECASE)
# Im001_1.jpg (ALL-IDB1, fields) and Im001_1.tif (ALL-IDB2, cells): 1 is a lymphoblast, 0 is none.
ALL_IDB = re.compile(r"Im\d{3}_(?P<answer>[01])$", re.IGNORECASE)
_ALL_IDB_LABELS = {"1": "blast", "0": "normal"}
_SPLIT_FOLDERS = frozenset({"train", "training", "val", "valid", "validation", "test", "testing"})


def image_files(root: Path) -> list[str]:
    """Ids of all files below `root` that are images by name, sorted; hidden folders and archives' debris left out."""
    found = []
    for path in root.rglob("*"):
        parts = path.relative_to(root).parts
        skipped = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        if path.suffix.lower() in IMAGE_SUFFIXES and not skipped and path.is_file():
            found.append("/".join(parts))
    return sorted(found)


def read_folders(root: Path, image_ids: Iterable[str]) -> DataSet:
    """One class per folder. Folders named train, test, ... hold class folders; deeper ones do not matter."""
    images = list(image_ids)
    samples = [_sample(root, one, label) for one in images if (label := _folder_label(one)) is not None]
    return assemble(root, samples, grouping="none", layout="folders", unlabelled=len(images) - len(samples))


def read_c_nmc(root: Path, image_ids: Iterable[str]) -> DataSet:
    """Class and subject from file names; images without them (the challenge's test sets) are unlabelled."""
    images = list(image_ids)
    samples = [
        _sample(root, one, match["label"].lower(), match["subject"].upper())
        for one in images
        if (match := C_NMC.match(Path(one).stem)) is not None
    ]
    return assemble(root, samples, grouping="subject", layout="c-nmc", unlabelled=len(images) - len(samples))


def read_all_idb(root: Path, image_ids: Iterable[str]) -> DataSet:
    """Class from file names; patients are not recorded."""
    images = list(image_ids)
    samples = [
        _sample(root, one, _ALL_IDB_LABELS[match["answer"]])
        for one in images
        if (match := ALL_IDB.match(Path(one).stem)) is not None
    ]
    return assemble(root, samples, grouping="none", layout="all-idb", unlabelled=len(images) - len(samples))


def guess(image_ids: Iterable[str]) -> str:
    """Layout that the names of at least half of the images fit: "c-nmc", "all-idb", else "folders"."""
    stems = [Path(one).stem for one in image_ids]
    for layout, pattern in (("c-nmc", C_NMC), ("all-idb", ALL_IDB)):
        if stems and 2 * sum(pattern.match(stem) is not None for stem in stems) >= len(stems):
            return layout
    return "folders"


def _folder_label(image_id: str) -> str | None:
    folders = image_id.split("/")[:-1]
    if folders and folders[0].lower() in _SPLIT_FOLDERS:
        folders = folders[1:]
    return folders[0] if folders else None


def _sample(root: Path, image_id: str, label: str, group: str | None = None) -> Sample:
    return Sample(root / image_id, image_id, label, group, None)
