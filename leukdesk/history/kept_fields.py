"""What the cells of a batch's images were, for the table of the batch: kept with its items, small, and read back.

Outlines, logits and embeddings are not kept: no table shows them. What a case keeps of its cells stands in the chain.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from leukdesk.domain.batch import BatchOptions
from leukdesk.domain.cell import (
    Box,
    Cell,
    CellAnalysis,
    CellField,
    CellKind,
    CellWarning,
    FieldScale,
    Measurements,
    NamedCell,
    ScaleOrigin,
)
from leukdesk.domain.errors import KnownError
from leukdesk.domain.finding import BundleRef, Decision, DecisionReason, Failure
from leukdesk.domain.image import ImageSource
from leukdesk.domain.job import ItemState
from leukdesk.domain.prediction import Prediction
from leukdesk.domain.quality import Quality, QualityFlag
from leukdesk.domain.recorded import NewField
from leukdesk.history.job_rows import why
from leukdesk.history.ledger import Transaction, canonical
from leukdesk.history.moments import text_path
from leukdesk.history.tables import job_fields, job_items, jobs

_KEPT = (job_fields.c.job_id == job_items.c.job_id) & (job_fields.c.number == job_items.c.number)
_OF_THE_ITEM = ("path", "sha256", "region")  # of a source; a batch knows no fields of slides


def keep_fields(transaction: Transaction, job_id: int, fields: Mapping[int, NewField]) -> None:
    """Keep what was found in the images of these items."""
    for number, new in fields.items():
        transaction.add(job_fields, {"job_id": job_id, "number": number, "found": _packed(new.analysis)})


def read_fields(
    connection: Connection, job_id: int, options: BatchOptions, first: int, count: int
) -> list[CellAnalysis | Failure]:
    """Items numbered from `first` on, `count` of them; none of a job that no longer says what it did (erased)."""
    if not options.models:
        return []
    numbered = (job_items.c.number >= first) & (job_items.c.number < first + count)
    wanted = select(job_items, job_fields.c.found).outerjoin(job_fields, _KEPT)
    wanted = wanted.where(job_items.c.job_id == job_id, numbered).order_by(job_items.c.number)
    return [_field(row, options) for row in connection.execute(wanted).mappings()]


def known_fields(connection: Connection, hashes: Sequence[str], bundle_sha256: str) -> dict[str, CellAnalysis]:
    """What this model found in images of these contents in the newest batch that has them, by SHA-256."""
    found: dict[str, CellAnalysis] = {}
    asked_it = select(jobs.c.id, jobs.c.options).where(jobs.c.options.contains(bundle_sha256)).order_by(jobs.c.id)
    for job in connection.execute(asked_it):
        options = BatchOptions.from_mapping(json.loads(job.options))
        for at in range(0, len(hashes) * options.cells, 500):
            these = (job_items.c.job_id == job.id) & job_items.c.sha256.in_(hashes[at : at + 500])
            wanted = select(job_items, job_fields.c.found).join(job_fields, _KEPT).where(these)
            fields = [_field(row, options) for row in connection.execute(wanted).mappings()]
            found |= {one.source.sha256: one for one in fields if isinstance(one, CellAnalysis)}
    return found


def _field(row: RowMapping, options: BatchOptions) -> CellAnalysis | Failure:
    path = text_path(row["path"])
    if row["found"] is not None:
        model = options.models[options.model_of(row["number"])]
        return _unpacked(row["found"], path, row["sha256"], model.ref, model.classes)
    error, what = why(ItemState(row["state"]), row)
    return Failure(path, KnownError(what or "not looked at yet", reason=error or row["state"], subject=path))


def _packed(analysis: CellAnalysis) -> bytes:
    source = {key: value for key, value in asdict(analysis.source).items() if key not in _OF_THE_ITEM}
    field = analysis.field
    values = {
        "source": source,
        "quality": asdict(analysis.quality),
        "field": [field.width, field.height, field.scale.um_per_px, field.scale.origin],
        "cells": [[one.number, one.kind, asdict(one.box), asdict(one.measured)] for one in field.cells],
        "named": [
            [one.cell.number, one.prediction.probabilities, one.prediction.novelty, one.decision, one.reason]
            for one in analysis.named
        ],
        "warnings": analysis.warnings,
        "engine": analysis.engine,
    }
    return zlib.compress(canonical(values), 9)


def _unpacked(found: bytes, path: Path, sha256: str, bundle: BundleRef, classes: tuple[str, ...]) -> CellAnalysis:
    values = json.loads(zlib.decompress(found))
    width, height, um_per_px, origin = values["field"]
    cells = tuple(map(_cell, values["cells"]))
    quality = values["quality"]
    return CellAnalysis(
        ImageSource(path, sha256, **values["source"]),
        bundle,
        Quality(**quality | {"flags": tuple(map(QualityFlag, quality["flags"]))}),
        CellField(width, height, FieldScale(um_per_px, ScaleOrigin(origin)), cells),
        tuple(_named(values["named"], cells, classes)),
        tuple(map(CellWarning, values["warnings"])),
        values["engine"],
    )


def _cell(values: list[Any]) -> Cell:
    number, kind, box, measured = values
    colours = {key: value and tuple(value) for key, value in measured.items() if key.endswith("_colour")}
    return Cell(number, CellKind(kind), Box(**box), (), (), Measurements(**measured | colours))


def _named(said: list[Any], cells: tuple[Cell, ...], classes: tuple[str, ...]) -> list[NamedCell]:
    import numpy as np  # opening a history needs none

    by_number = {cell.number: cell for cell in cells}
    return [
        NamedCell(
            by_number[number],
            Prediction(classes, tuple(probabilities), (), novelty, np.zeros(0, np.float32), None),
            Decision(decision),
            DecisionReason(reason),
        )
        for number, probabilities, novelty, decision, reason in said
    ]
