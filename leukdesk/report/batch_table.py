"""The ledger of a batch: one line for each file and model, failures with their reasons; CSV, JSON and XLSX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.domain.errors import OutputError
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.report.atomic import replacing
from leukdesk.report.table import DIGITS, Row, path_cell, write_csv_rows, write_json_rows

if TYPE_CHECKING:
    from leukdesk.domain.batch import BatchModel, BatchRow

_BEFORE = ("path", "sha256", "model", "model_version", "label", "probability")
_AFTER = ("decision", "reason", "quality", "engine", "error", "use")


def batch_columns(models: Sequence[BatchModel]) -> list[str]:
    """The columns in order; `p_<class>` of all models in class order, those of one name once."""
    classes = dict.fromkeys(name for model in models for name in model.classes)
    return [*_BEFORE, *(f"p_{name}" for name in classes), *_AFTER]


def batch_rows(found: Iterable[BatchRow], models: Sequence[BatchModel]) -> Iterator[Row]:
    """One row for each item, with all columns; None where there is nothing to say."""
    columns = batch_columns(models)
    for one in found:
        row: Row = dict.fromkeys(columns)
        row |= {"path": path_cell(one.path), "model": one.model.ref.name, "model_version": one.model.ref.version}
        row |= _said(one) if one.label else {"error": _error(one)}
        row["use"] = RESEARCH_USE
        yield row


def write_batch(found: Iterable[BatchRow], models: Sequence[BatchModel], path: Path) -> None:
    """Write a file of the kind its name ends in. Raises `OutputError`."""
    rows, columns = batch_rows(found, models), batch_columns(models)
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".json"):
        raise OutputError(
            "results are written as CSV, JSON or XLSX", subject=path, advice="Let the name end in .csv, .json or .xlsx."
        )
    with replacing(path) as stream:
        if suffix == ".json":
            write_json_rows(rows, stream)
        else:
            write_csv_rows(rows, columns, stream)


def _said(one: BatchRow) -> Row:
    row: Row = {"sha256": one.sha256, "label": one.label, "probability": round(one.probability, DIGITS)}
    for class_id, probability in one.probabilities.items():
        row[f"p_{class_id}"] = round(probability, DIGITS)
    return row | {
        "decision": str(one.decision),
        "reason": str(one.reason) or None,
        "quality": one.quality,
        "engine": one.engine,
    }


def _error(one: BatchRow) -> str:
    return f"{one.error}: {one.what}" if one.error else f"{one.state}: not classified yet"
