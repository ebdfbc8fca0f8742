"""Results as rows: CSV and JSON with the same columns, written as the outcomes arrive."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from leukdesk.domain.finding import Finding, Outcome, outcome_path
from leukdesk.domain.vocabulary import RESEARCH_USE

if TYPE_CHECKING:
    from leukdesk.domain.card import Card
    from leukdesk.domain.errors import KnownError

Row = dict[str, str | float | None]
DIGITS = 7  # of a probability

# A cell that begins so is a formula to a spreadsheet program (OWASP, "CSV injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def columns(card: Card) -> list[str]:
    """The columns in order; `p_<class>` in class order."""
    return [
        *("path", "sha256", "model", "model_version", "label", "probability"),
        *(f"p_{class_id}" for class_id in card.class_ids),
        *("decision", "reason", "quality", "engine", "error", "use"),
    ]


def rows(outcomes: Iterable[Outcome], card: Card) -> Iterator[Row]:
    """One row for each outcome, with all columns; None where there is nothing to say."""
    for outcome in outcomes:
        row: Row = dict.fromkeys(columns(card))
        row |= {"path": path_cell(outcome_path(outcome)), "model": card.name, "model_version": card.version}
        row |= _found(outcome) if isinstance(outcome, Finding) else {"error": error_words(outcome.error)}
        row["use"] = RESEARCH_USE
        yield row


def write_csv(outcomes: Iterable[Outcome], card: Card, stream: TextIO) -> None:
    """Write a header and one line for each outcome; probabilities with seven digits, nothing as an empty cell."""
    write_csv_rows(rows(outcomes, card), columns(card), stream)


def write_json(outcomes: Iterable[Outcome], card: Card, stream: TextIO) -> None:
    """Write a list of objects, one a line, with the columns of the CSV as keys; nothing is null."""
    write_json_rows(rows(outcomes, card), stream)


def write_csv_rows(found: Iterable[Row], header: Sequence[str], stream: TextIO) -> None:
    """Write rows as they come, floats with seven digits."""
    writer = csv.DictWriter(stream, header)
    writer.writeheader()
    for row in found:
        writer.writerow({key: f"{cell:.{DIGITS}f}" if isinstance(cell, float) else cell for key, cell in row.items()})


def write_json_rows(found: Iterable[Row], stream: TextIO) -> None:
    """Write rows as a list of objects as they come, one a line."""
    before = "[\n"
    for row in found:
        stream.write(before + json.dumps(row))
        before = ",\n"
    stream.write("[]\n" if before == "[\n" else "\n]\n")


def _found(finding: Finding) -> Row:
    prediction = finding.prediction
    row: Row = {"sha256": finding.source.sha256, "label": prediction.label}
    row["probability"] = round(prediction.probability, DIGITS)
    for class_id, probability in zip(prediction.classes, prediction.probabilities, strict=True):
        row[f"p_{class_id}"] = round(probability, DIGITS)
    return row | {
        "decision": str(finding.decision),
        "reason": str(finding.reason) or None,
        "quality": str(finding.quality),
        "engine": finding.engine,
    }


def error_words(error: KnownError) -> str:
    """An error as one cell of a table: its reason and what happened."""
    return f"{error.reason}: {error.what}"


def path_cell(path: Path) -> str:
    """The path as given, except that `=1.jpg` becomes `./=1.jpg`: the same file to every program, a formula to none."""
    text = str(path)
    return f"./{text}" if text.startswith(FORMULA_STARTS) else text
