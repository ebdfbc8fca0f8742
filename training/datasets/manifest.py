"""Data sets described by a table: one line per image with its path, class and, where known, patient and hash."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path, PurePosixPath

from leukdesk.domain.errors import DataError
from training.datasets.dataset import DataSet, Grouping, Sample, assemble

_PATH_COLUMNS = ("path", "file", "filename", "image")
_LABEL_COLUMNS = ("class", "label")
_GROUP_COLUMNS: dict[str, Grouping] = {
    "patient": "patient",
    "patient_id": "patient",
    "subject": "subject",
    "subject_id": "subject",
    "group": "group column",
}
_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_manifest(table: Path, *, label_column: str | None, group_column: str | None) -> DataSet:
    """Read a CSV (comma, semicolon or tab; UTF-8). The images themselves need not be there.

    Lines without a class are counted as unlabelled. `DataError` for unknown columns, paths that leave the table's
    folder, malformed hashes, and a patient column with gaps.
    """
    columns, rows = _rows(table)
    path_column = _column(table, columns, None, _PATH_COLUMNS, "path")
    label = _column(table, columns, label_column, _LABEL_COLUMNS, "class")
    group = _group_column(table, columns, group_column)
    samples = [
        Sample(table.parent / one, one, row[label].strip(), _group(table, line, row, group), _sha256(table, line, row))
        for line, row in rows
        if row[label].strip()
        for one in [_image_id(table, line, row[path_column])]
    ]
    grouping: Grouping = "none" if group is None else _GROUP_COLUMNS.get(group.lower(), "group column")
    return assemble(table.parent, samples, grouping=grouping, layout="manifest", unlabelled=len(rows) - len(samples))


def manifest_columns(table: Path) -> dict[str, list[str]]:
    """Every column of a manifest with its values, in the order of the table. Raises `DataError`."""
    columns, rows = _rows(table)
    return {name: [(row.get(name) or "").strip() for _, row in rows] for name in columns if name}


def _rows(table: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    try:
        text = table.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong(table, "the table is not UTF-8 text", "Save it as CSV in UTF-8.") from error
    except OSError as error:
        raise _wrong(
            table, f"the table cannot be read: {error.strerror}", "Check the path and its permissions."
        ) from error
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=delimiter, restval="")
    try:
        columns = [name.strip() for name in reader.fieldnames or []]
        reader.fieldnames = columns
        return columns, [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise _wrong(table, f"line {reader.line_num}: {error}", "Save the table as plain CSV.") from error


def _column(table: Path, columns: Sequence[str], wanted: str | None, usual: Sequence[str], what: str) -> str:
    if wanted is not None and wanted not in columns:
        raise _wrong(table, f"there is no column {wanted!r}", f"The columns are: {', '.join(columns)}.")
    by_name = {name.lower(): name for name in columns}
    found = wanted or next((by_name[name] for name in usual if name in by_name), None)
    if found is None:
        option = " or name it with --label-column" if what == "class" else ""
        advice = f"The columns are: {', '.join(columns) or 'none'}. Call the {what} column {usual[0]!r}{option}."
        raise _wrong(table, f"there is no {what} column", advice)
    return found


def _group_column(table: Path, columns: Sequence[str], wanted: str | None) -> str | None:
    if wanted is None and not {name.lower() for name in columns} & _GROUP_COLUMNS.keys():
        return None
    return _column(table, columns, wanted, tuple(_GROUP_COLUMNS), "group")


def _image_id(table: Path, line: int, written: str) -> str:
    path = PurePosixPath(written.strip().replace("\\", "/"))
    if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        advice = "Write paths relative to the folder of the table, without '..'."
        raise _wrong(table, f"line {line}: {written!r} is no path below the table's folder", advice)
    return path.as_posix()


def _group(table: Path, line: int, row: Mapping[str, str], column: str | None) -> str | None:
    if column is None:
        return None
    if not row[column].strip():
        advice = "Fill in the column for every labelled image, or remove it and accept an image-level split."
        raise _wrong(table, f"line {line}: the column {column!r} is empty", advice)
    return row[column].strip()


def _sha256(table: Path, line: int, row: Mapping[str, str]) -> str | None:
    value = (row.get("sha256") or "").strip().lower()
    if value and not _SHA256.fullmatch(value):
        raise _wrong(table, f"line {line}: sha256 must be 64 hexadecimal digits", "Correct or empty the cell.")
    return value or None


def _wrong(table: Path, what: str, advice: str) -> DataError:
    return DataError(what, reason="manifest", subject=table, advice=advice)
