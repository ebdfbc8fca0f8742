"""Make a control set out of labelled images, and look whether its files are still what they were."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from leukdesk.analysis.walk import natural_key
from leukdesk.domain.control import ControlImage, ControlSet
from leukdesk.domain.errors import Cancelled, DataError
from leukdesk.domain.vocabulary import IMAGE_SUFFIXES

MANIFEST = "manifest.csv"
FEWEST, MOST = 10, 2000  # images
_PATHS, _LABELS = ("path", "file"), ("class", "label")

Told = Callable[[int, int], None]


def freeze(
    folder: Path,
    *,
    made: str,
    by: str,
    told: Told = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ControlSet:
    """Freeze a folder's images: those of its manifest (`path` and `class`), else those in a folder for each class.

    Raises `DataError` where there is none, or there are fewer than 10 or more than 2000; `Cancelled`.
    """
    named = labelled(folder)
    if not FEWEST <= len(named) <= MOST:
        what = f"a control set has {FEWEST} to {MOST} images; {len(named)} were found"
        raise DataError(what, reason="size", subject=folder, advice="Choose a folder with as many from each class.")
    images = []
    for done, (name, label) in enumerate(named, 1):
        if cancelled():
            raise Cancelled
        if not (sha256 := _sha256(folder / name)):
            what, advice = "this image cannot be read", "Take it out of the folder, or look at the disk."
            raise DataError(what, reason="unreadable", subject=folder / name, advice=advice)
        images.append(ControlImage(name, label, sha256))
        told(done, len(named))
    return ControlSet(folder.absolute(), made, by, tuple(images))


def labelled(folder: Path) -> list[tuple[str, str]]:
    """(name with /, label) of each image, in natural order. Raises `DataError` where nothing says what they are."""
    if not folder.is_dir():
        advice = "Connect its disk, or choose another folder."
        raise DataError("there is no such folder", reason="gone", subject=folder, advice=advice)
    try:
        manifest = folder / MANIFEST
        found = list(_of_manifest(manifest) if manifest.is_file() else _of_folders(folder))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError("it cannot be read", reason="unreadable", subject=folder, advice="Look at the disk.") from error
    if not found:
        what = "it has no images in a folder for each class, and no manifest"
        advice = f"Put the images into folders named as the classes, or list them in {MANIFEST} as path,class."
        raise DataError(what, reason="no_labels", subject=folder, advice=advice)
    return sorted(set(found), key=lambda one: (natural_key(one[0]), one[0]))


def files_now(
    control: ControlSet, cancelled: Callable[[], bool] = lambda: False
) -> tuple[list[tuple[int, Path]], list[str], list[str]]:
    """(place, file) of those as they were frozen, names of those with other content, and of those that are gone.

    Raises `DataError` where the whole folder is gone; `Cancelled`.
    """
    if not control.folder.is_dir():
        what, advice = "the folder of the control set is gone", "Connect its disk, or choose a control set anew."
        raise DataError(what, reason="gone", subject=control.folder, advice=advice)
    good = list[tuple[int, Path]]()
    changed, missing = list[str](), list[str]()
    for place, one in enumerate(control.images):
        if cancelled():
            raise Cancelled
        sha256 = _sha256(control.folder / one.name)
        if sha256 == one.sha256:
            good.append((place, control.folder / one.name))
        else:
            (changed if sha256 else missing).append(one.name)
    return good, changed, missing


def _of_manifest(manifest: Path) -> Iterator[tuple[str, str]]:
    with manifest.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            name = next((row[one] for one in _PATHS if row.get(one)), "")
            label = next((row[one] for one in _LABELS if row.get(one)), "")
            if name and label:
                yield Path(name).as_posix(), label


def _of_folders(folder: Path) -> Iterator[tuple[str, str]]:
    for one in folder.iterdir():
        if one.is_dir() and not one.name.startswith("."):
            for image in one.iterdir():
                if image.suffix.lower() in IMAGE_SUFFIXES and not image.name.startswith("."):
                    yield f"{one.name}/{image.name}", one.name


def _sha256(file: Path) -> str:
    """Of its content; empty where it cannot be read."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""
