"""Items of batch jobs with what was found of them, for lists and tables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select

from leukdesk.domain.batch import BatchModel, BatchOptions, BatchRow
from leukdesk.domain.finding import Decision, DecisionReason
from leukdesk.domain.job import ItemState
from leukdesk.history.moments import text_path
from leukdesk.history.tables import images, job_items, predictions

_SAID = ("label", "probability", "probabilities", "decision", "reason", "quality", "engine")


def read_rows(connection: Connection, job_id: int, options: BatchOptions, first: int, count: int) -> list[BatchRow]:
    """Items numbered from `first` on, `count` of them; none of a job that no longer says what it did (erased)."""
    if not options.models:
        return []
    numbered = (job_items.c.number >= first) & (job_items.c.number < first + count)
    wanted = _joined().where(job_items.c.job_id == job_id, numbered).order_by(job_items.c.number)
    return [_row(row, options) for row in connection.execute(wanted).mappings()]


def count_answers(
    connection: Connection, job_id: int, options: BatchOptions
) -> tuple[dict[str, Counter[str]], dict[str, Counter[Decision]]]:
    """Of each model, by its key: accepted answers by class, and all by decision."""
    model = job_items.c.number % max(1, len(options.models))
    said = (model.label("model"), predictions.c.label, predictions.c.decision)
    counted = (
        select(*said, func.count().label("many"))
        .join(predictions, (predictions.c.event == job_items.c.finding) & (predictions.c.number == 0))
        .where(job_items.c.job_id == job_id)
        .group_by(*said)
    )
    classes: dict[str, Counter[str]] = {one.key: Counter() for one in options.models}
    decisions: dict[str, Counter[Decision]] = {one.key: Counter() for one in options.models}
    for row in connection.execute(counted) if options.models else ():
        key = options.models[row.model].key
        decisions[key][Decision(row.decision)] += row.many
        if row.decision == Decision.ACCEPTED:
            classes[key][row.label] += row.many
    return classes, decisions


def _joined() -> Select[Any]:
    said = [predictions.c[name].label(f"said_{name}") for name in _SAID]
    found = (predictions.c.event == job_items.c.finding) & (predictions.c.number == 0)
    pictures = images.c.event == predictions.c.image_id
    wanted = select(job_items, *said, images.c.synthetic.label("said_synthetic"))
    return wanted.outerjoin(predictions, found).outerjoin(images, pictures)


def _row(row: RowMapping, options: BatchOptions) -> BatchRow:
    model = options.models[options.model_of(row["number"])]
    state = ItemState(row["state"])
    path, sha256 = text_path(row["path"]), row["sha256"]
    if row["said_label"] is None:
        error, what = ("", "") if options.cells and state is ItemState.DONE else why(state, row)
        return BatchRow(row["number"], path, state, model, sha256, row["finding"], error=error, what=what)
    return BatchRow(row["number"], path, state, model, sha256, row["finding"], **_said(row, model))


def why(state: ItemState, row: RowMapping) -> tuple[str, str]:
    """Why an item has no answer: a code, and words."""
    if state is ItemState.DONE:
        return "erased", "the case was erased"
    if state is ItemState.SKIPPED and not row["reason"]:
        return "cancelled", "the batch was cancelled before"
    return row["reason"], row["what"]


def _said(row: RowMapping, model: BatchModel) -> Mapping[str, Any]:
    flags = json.loads(row["said_quality"])["flags"]
    return {
        "label": row["said_label"],
        "probability": row["said_probability"],
        "probabilities": dict(zip(model.classes, json.loads(row["said_probabilities"]), strict=True)),
        "decision": Decision(row["said_decision"]),
        "reason": DecisionReason(row["said_reason"]),
        "quality": " ".join(flags) or "ok",
        "engine": row["said_engine"],
        "synthetic": bool(row["said_synthetic"]),
    }
