"""Open a data set in any layout leukdesk knows, and refuse one that nothing can be learned from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from leukdesk.domain.errors import DataError
from training.datasets.dataset import DataSet, Sample
from training.datasets.folders import guess, image_files, read_all_idb, read_c_nmc, read_folders
from training.datasets.manifest import read_manifest

LAYOUTS = ("auto", "folders", "manifest", "c-nmc", "all-idb")
MANIFEST = "manifest.csv"
_READERS: dict[str, Callable[[Path, Iterable[str]], DataSet]] = {
    "folders": read_folders,
    "c-nmc": read_c_nmc,
    "all-idb": read_all_idb,
}


def load_dataset(
    root: Path, *, layout: str = "auto", label_column: str | None = None, group_column: str | None = None
) -> DataSet:
    """Open a folder, or a manifest (a .csv file; its folder becomes the root).

    "auto" takes `manifest.csv` if the folder has one, else goes by the file names, else one folder per class. No image
    is opened. Raises `DataError` where there is nothing to load or a manifest is wrong.
    """
    if layout not in LAYOUTS:
        raise DataError("unknown layout", reason="layout", subject=layout, advice=f"Known are {', '.join(LAYOUTS)}.")
    table = root if root.is_file() else root / MANIFEST
    if layout in ("auto", "manifest") and table.is_file() and table.suffix.lower() in (".csv", ".tsv"):
        return read_manifest(table, label_column=label_column, group_column=group_column)
    if layout == "manifest" or not root.is_dir():
        advice = "Give the folder of a data set or a manifest (.csv) that exists."
        raise DataError("there is no data set here", reason="not_found", subject=root, advice=advice)
    images = image_files(root)
    return _READERS[guess(images) if layout == "auto" else layout](root, images)


def require_learnable(dataset: DataSet, *, smallest_class: int = 3) -> None:
    """Refuse a data set of one class, of classes too small to divide, or with the same content under two labels.

    Content is compared by `Sample.sha256` (`hashed` fills it in). Raises `DataError`.
    """
    counts = dataset.per_class()
    if len(counts) < 2:
        _refuse(
            dataset,
            "one_class",
            f"there is only one class, {dataset.classes[0]} ({len(dataset.samples)} images)",
            "Training needs at least two: one folder of images for each class.",
        )
    small = [f"{label} ({count})" for label, count in counts.items() if count < smallest_class]
    if small:
        _refuse(
            dataset,
            "small_class",
            f"too few images to train, validate and test with: {', '.join(small)}",
            f"Add images, at least {smallest_class} for each class, or leave the class out.",
        )
    for twins in conflicts(dataset):
        _refuse(
            dataset,
            "shared_file",
            f"the same file stands in two classes: {twins[0].image_id} and {twins[1].image_id}",
            "Keep it in the class it truly has; `leukdesk-train check` lists all such files.",
        )


def conflicts(dataset: DataSet) -> list[tuple[Sample, ...]]:
    """Files of identical content that carry different labels."""
    return [twins for twins in exact_duplicates(dataset) if len({one.label for one in twins}) > 1]


def exact_duplicates(dataset: DataSet) -> list[tuple[Sample, ...]]:
    """Files of identical content, by SHA-256, in order of their first id."""
    same: dict[str, list[Sample]] = defaultdict(list)
    for sample in dataset.samples:
        if sample.sha256 is not None:
            same[sample.sha256].append(sample)
    return [tuple(twins) for twins in same.values() if len(twins) > 1]


def _refuse(dataset: DataSet, reason: str, what: str, advice: str) -> None:
    raise DataError(what, reason=reason, subject=dataset.root, advice=advice)
