"""A first look at a data set: its layout, the columns of its manifest, its classes. No image is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leukdesk.domain.errors import DataError
from training.datasets.load import MANIFEST, load_dataset
from training.datasets.manifest import manifest_columns

_EXAMPLES = 3


def glance(data: Path, *, label_column: str = "", group_column: str = "") -> dict[str, Any]:
    """What is there, as JSON values. `problem` says why it cannot be read with these columns; `columns` are all others.

    Raises `DataError` where there is no data set at all.
    """
    table = data if data.is_file() else data / MANIFEST
    columns = manifest_columns(table) if table.is_file() else {}
    found: dict[str, Any] = {"columns": [_column(name, values) for name, values in columns.items()], "problem": ""}
    try:
        dataset = load_dataset(data, label_column=label_column or None, group_column=group_column or None)
    except DataError as error:
        if not columns:
            raise
        advice = error.advice.replace(" or name it with --label-column", ", or choose it here")
        problem = f"{error.what[:1].upper()}{error.what[1:]}. {advice}"
        return found | {"problem": problem.strip(), "images": 0, "classes": {}, "grouping": "none", "groups": 0}
    groups = {one.group for one in dataset.samples if one.group}
    return found | {
        "layout": dataset.layout,
        "images": len(dataset.samples),
        "unlabelled": dataset.unlabelled,
        "classes": dataset.per_class(),
        "grouping": dataset.grouping,
        "groups": len(groups),
    }


def _column(name: str, values: list[str]) -> dict[str, Any]:
    distinct = dict.fromkeys(one for one in values if one)
    return {"name": name, "values": len(distinct), "filled": sum(map(bool, values)), "rows": len(values)} | {
        "examples": list(distinct)[:_EXAMPLES]
    }
