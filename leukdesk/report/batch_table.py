"""The ledger of a batch: one line for each file and model, failures with their reasons; CSV, JSON and XLSX."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.domain.errors import OutputError
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.report.atomic import replacing, write_whole
from leukdesk.report.plain_cell import without_control
from leukdesk.report.table import DIGITS, Row, path_cell, write_csv_rows, write_json_rows

if TYPE_CHECKING:
    from leukdesk.domain.batch import BatchModel, BatchRow

FORMS = (".csv", ".json", ".xlsx")
# In memory: a temporary file would hold names.
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_NO_TIME = datetime(2000, 1, 1)  # so that equal rows give equal bytes
_LONGEST = 32_767  # characters that a cell may hold
_MOST_ROWS = 1_048_575
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
    write_rows(batch_rows(found, models), batch_columns(models), path)


def write_rows(rows: Iterable[Row], columns: Sequence[str], path: Path) -> None:
    """Write rows as CSV, JSON or XLSX, whole or not at all; equal rows give equal bytes. Raises `OutputError`."""
    suffix = path.suffix.lower()
    if suffix not in FORMS:
        what = "results are written as CSV, JSON or XLSX"
        raise OutputError(what, subject=path, advice="Let the name end in .csv, .json or .xlsx.")
    if suffix == ".xlsx":
        write_whole(path, _workbook(rows, columns, path))
        return
    with replacing(path) as stream:
        if suffix == ".json":
            write_json_rows(rows, stream)
        else:
            write_csv_rows(rows, columns, stream)


def _workbook(rows: Iterable[Row], columns: Sequence[str], path: Path) -> bytes:
    """One sheet, its header frozen. No cell is ever a formula."""
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    with Workbook(stream, _OPTIONS) as book:
        book.set_properties({"title": "leukdesk batch", "comments": RESEARCH_USE, "created": _NO_TIME})
        sheet, bold = book.add_worksheet("Results"), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 40)
        for across, name in enumerate(columns):
            sheet.write_string(0, across, name, bold)
        for down, row in enumerate(rows, 1):
            if down > _MOST_ROWS:
                raise OutputError(
                    "a spreadsheet holds a million rows, and these are more", subject=path, advice="Write CSV or JSON."
                )
            for across, name in enumerate(columns):
                value = row[name]
                if isinstance(value, str):
                    sheet.write_string(down, across, without_control(value)[:_LONGEST])
                elif value is not None:
                    sheet.write_number(down, across, value)
    return stream.getvalue()


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
