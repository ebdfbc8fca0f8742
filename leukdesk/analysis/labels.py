"""What images are known to show: a table `manifest.csv` beside them, or folders that are named after classes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path, PurePosixPath

from leukdesk.domain.errors import DataError

MANIFEST = "manifest.csv"
_PATHS = ("path", "file", "filename", "image")
_LABELS = ("class", "label")
_GROUPS = ("patient", "patient_id", "subject", "subject_id", "group")


@dataclass(frozen=True, slots=True)
class Known:
    """The class of an image, by its id in a model, and its patient or slide where that is known."""

    label: str
    group: str = ""


def read_labels(folder: Path, images: Iterable[Path], classes: Sequence[tuple[str, str]]) -> dict[Path, Known]:
    """What is known of these images in `folder`; nothing for those of no class of a model.

    `classes` are ids with the names they have on the screen; either may name a folder, in any case of letters. A table
    counts before folders. Raises `DataError` for a table that cannot be read.
    """
    ids = {name.casefold(): one for one, display in classes for name in (display, one)}
    table = folder / MANIFEST
    if table.is_file():
        known = _of_table(table)
        found = {path: known.get(_below(path, folder)) for path in images}
    else:
        found = {path: Known(_below(path, folder).partition("/")[0]) for path in images}
    return {
        path: Known(ids[one.label.casefold()], one.group)
        for path, one in found.items()
        if one is not None and one.label.casefold() in ids
    }


def _below(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def _of_table(table: Path) -> dict[str, Known]:
    try:
        text = table.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        advice = "Save it as CSV in UTF-8, and check who may read it."
        raise DataError("the table of classes cannot be read", subject=table, advice=advice) from error
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    lines = csv.DictReader(StringIO(text, newline=""), delimiter=delimiter, restval="")
    columns = {(name or "").strip().casefold(): name for name in lines.fieldnames or ()}
    path, label, group = (next((columns[one] for one in usual if one in columns), None)
                          for usual in (_PATHS, _LABELS, _GROUPS))  # fmt: skip
    if path is None or label is None:
        advice = f"Name one column {_PATHS[0]!r} and one {_LABELS[0]!r}."
        raise DataError("the table of classes lacks a column", subject=table, advice=advice)
    return {
        PurePosixPath(row[path].strip().replace("\\", "/")).as_posix(): Known(
            row[label].strip(), row[group].strip() if group is not None else ""
        )
        for row in lines
    }


def class_folders(folder: Path, classes: Sequence[tuple[str, str]]) -> list[Path]:
    """Folders in `folder` that are named after a class, by its id or by its name on the screen."""
    names = {name.casefold() for pair in classes for name in pair}
    try:
        return [one for one in folder.iterdir() if one.name.casefold() in names and one.is_dir()]
    except OSError:
        return []
