"""A case as CSV (one line for each image and cell) and as JSON (everything that was recorded of it)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TextIO

from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.report.table import DIGITS, FORMULA_STARTS

if TYPE_CHECKING:
    from leukdesk.domain.case import CaseRecord

COLUMNS = (
    *("accession", "path", "sha256", "cell", "answer", "human_label", "human_author", "human_at", "model_label"),
    *("probability", "decision", "reason", "model", "model_version", "model_sha256", "recorded_at", "use"),
)


def write_case_csv(record: CaseRecord, stream: TextIO) -> None:
    """Write a header and one line for each image and cell: what counts, and what human and model said of it."""
    writer = csv.DictWriter(stream, COLUMNS)
    writer.writeheader()
    for row in case_rows(record):
        writer.writerow({key: _cell(str(value)) for key, value in row.items()})


def write_case_json(record: CaseRecord, stream: TextIO) -> None:
    """Write the case with all its versions, findings, labels, comments, signatures and events."""
    data = {"use": RESEARCH_USE, **asdict(record)}
    json.dump(data, stream, default=_plain, indent=1, ensure_ascii=True)
    stream.write("\n")


def case_rows(record: CaseRecord) -> Iterator[dict[str, object]]:
    """One row for each image and cell that has an answer, with `COLUMNS` as keys."""
    images = {one.id: one for one in record.images}
    findings = {(one.image_id, one.cell): one for one in record.findings}
    labels = {(one.image_id, one.cell): one for one in record.labels}
    for answer in sorted(record.answers, key=lambda one: (one.image_id, one.cell)):
        image, finding = images[answer.image_id], findings[answer.image_id, answer.cell]
        label = labels.get((answer.image_id, answer.cell)) if answer.human_label else None
        yield {
            "accession": record.case.details.accession,
            "path": image.path,
            "sha256": image.sha256,
            "cell": answer.cell or "",
            "answer": answer.label,
            "human_label": answer.human_label,
            "human_author": label.author if label else "",
            "human_at": label.at.isoformat() if label else "",
            "model_label": finding.label,
            "probability": f"{finding.probability:.{DIGITS}f}",
            "decision": finding.decision,
            "reason": finding.reason,
            "model": finding.bundle.name,
            "model_version": finding.bundle.version,
            "model_sha256": finding.bundle.sha256,
            "recorded_at": finding.at.isoformat(),
            "use": RESEARCH_USE,
        }


def _cell(text: str) -> str:
    """A cell that a spreadsheet program would take for a formula is made text by the sign they know for it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, MappingProxyType | Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)
