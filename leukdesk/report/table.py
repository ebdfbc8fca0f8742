"""Results as rows: CSV and JSON with the same columns, written as the outcomes arrive."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
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
        row |= {"path": _plain(outcome_path(outcome)), "model": card.name, "model_version": card.version}
        row |= _found(outcome) if isinstance(outcome, Finding) else {"error": _error(outcome.error)}
        row["use"] = RESEARCH_USE
        yield row


def write_csv(outcomes: Iterable[Outcome], card: Card, stream: TextIO) -> None:
    """Write a header and one line for each outcome; probabilities with seven digits, nothing as an empty cell."""
    writer = csv.DictWriter(stream, columns(card))
    writer.writeheader()
    for row in rows(outcomes, card):
        writer.writerow({key: f"{cell:.{DIGITS}f}" if isinstance(cell, float) else cell for key, cell in row.items()})


def write_json(outcomes: Iterable[Outcome], card: Card, stream: TextIO) -> None:
    """Write a list of objects, one a line, with the columns of the CSV as keys; nothing is null."""
    before = "[\n"
    for row in rows(outcomes, card):
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


def _error(error: KnownError) -> str:
    return f"{error.reason}: {error.what}"


def _plain(path: Path) -> str:
    """The path as given, except that `=1.jpg` becomes `./=1.jpg`: the same file to every program, a formula to none."""
    text = str(path)
    return f"./{text}" if text.startswith(FORMULA_STARTS) else text
