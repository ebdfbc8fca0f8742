"""Reviewed images as a folder that the training package reads: one folder a class, and a manifest."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from leukdesk.domain.reviewed import ReviewedImage, TrainingSet
from leukdesk.report.atomic import replacing, require_empty, unwritable, write_whole

MANIFEST = "manifest.csv"
_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "BMP": ".bmp", "TIFF": ".tif"}
_UNSAFE = re.compile(r"[^A-Za-z0-9_.+-]+")


def write_training_set(images: Iterable[ReviewedImage], folder: Path) -> TrainingSet:
    """Copy images into `folder`/<class>/<hash> and write a manifest of path, class, group and sha256.

    The folder must be new or empty. Left out are files that are gone or have other content than was reviewed, and
    content that was given two labels. Names tell nothing of the case. Raises `OutputError`.
    """
    require_empty(folder)
    labels: dict[str, set[str]] = defaultdict(set)
    once: dict[str, ReviewedImage] = {}
    for image in images:
        labels[image.sha256].add(image.label)
        once.setdefault(image.sha256, image)
    rows, left_out = [], []
    for sha256, image in once.items():
        two_labels = "it was given two labels" if len(labels[sha256]) > 1 else ""
        why = two_labels or _copy(image, folder / _name(image))
        if why:
            left_out.append((image.path, why))
        else:
            rows.append((_name(image).as_posix(), image.label, image.group, sha256))
    with replacing(folder / MANIFEST, make_folder=True) as stream:
        writer = csv.writer(stream)
        writer.writerow(("path", "class", "group", "sha256"))
        writer.writerows(sorted(rows))
    return TrainingSet(len(rows), tuple(left_out))


def class_folder(label: str) -> str:
    """The name of the folder of a class."""
    return _UNSAFE.sub("_", label).strip(".") or "_"


def _name(image: ReviewedImage) -> Path:
    return Path(class_folder(image.label), image.sha256[:24] + _SUFFIXES.get(image.format, ".img"))


def _copy(image: ReviewedImage, target: Path) -> str:
    """Copy one image; why not, if not."""
    try:
        data = image.path.read_bytes()
    except OSError:
        return "its file is gone or cannot be read"
    if hashlib.sha256(data).hexdigest() != image.sha256:
        return "its file has other content than was reviewed"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(target, error) from error
    write_whole(target, data)
    return ""
