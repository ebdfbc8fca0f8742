"""What the page is written from: sealed cards, kept rows, audits, and records of runs and measurements."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leukdesk.bundles.manifest import parse_manifest
from leukdesk.domain.card import Card
from leukdesk.domain.errors import DataError
from training.adapt.record import AdaptationRecord
from training.elsewhere.record import ElsewhereRecord
from training.heat.record import EnergyRecord
from training.kept import Kept, read_kept
from training.record import Record, read_records


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """One shipped bundle and whatever was recorded of it; None where nothing was."""

    folder: str
    card: Card
    kept: Kept | None
    audit: dict[str, Any] | None
    energy: EnergyRecord | None
    elsewhere: ElsewhereRecord | None = None
    adapted: AdaptationRecord | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Everything on the page."""

    models: tuple[Model, ...]
    kept: Mapping[str, Kept]
    records: Mapping[str, Record]
    trade_off: dict[str, Any] | None
    gpu: dict[str, Any] | None


def read_sources(models: Path, results: Path) -> Sources:
    """Read bundles below `models` and records below `results` (`docs/results`). Raises `DataError`, `BundleError`."""
    kept = read_kept(results / "logs")
    folders = sorted(one.parent for one in models.glob("*/bundle.json"))
    return Sources(
        models=tuple(_model(one, results, kept) for one in folders),
        kept=kept,
        records=read_records(results / "runs"),
        trade_off=read_json(results / "measurements" / "trade-off.json"),
        gpu=read_json(results / "measurements" / "gpu.json"),
    )


def _model(folder: Path, results: Path, kept: Mapping[str, Kept]) -> Model:
    energy = read_json(results / "energy" / f"{folder.name}.json")
    elsewhere = read_json(results / "elsewhere" / f"{folder.name}.json")
    adapted = read_json(results / "adaptation" / f"{folder.name}.json")
    return Model(
        folder.name,
        card=parse_manifest((folder / "bundle.json").read_bytes(), folder.name),
        kept=kept.get(folder.name),
        audit=read_json(results / "audits" / f"{folder.name}.json"),
        energy=None if energy is None else EnergyRecord.model_validate(energy),
        elsewhere=None if elsewhere is None else ElsewhereRecord.model_validate(elsewhere),
        adapted=None if adapted is None else AdaptationRecord.model_validate(adapted),
    )


def read_json(file: Path) -> dict[str, Any] | None:
    """One record; None where there is none. Raises `DataError` where it is damaged."""
    if not file.is_file():
        return None
    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise DataError("is no record that can be read", subject=file, advice="Make it anew.") from error
    return found
