"""Cells as rows: one for each object found, with what was measured of it and what a model said; CSV and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.domain.cell import Cell, CellAnalysis, CellField, NamedCell
from leukdesk.domain.finding import Failure
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.report.table import DIGITS, Row, error_words, path_cell

if TYPE_CHECKING:
    from leukdesk.domain.card import Card

_MEASURED = (
    *("area_um2", "diameter_um", "area_px", "nucleus_area_px", "nucleus_share", "nuclear_cytoplasmic_ratio"),
    *("roundness", "nucleus_lobes", "nucleus_density", "nucleus_texture", "nucleus_rgb", "cytoplasm_rgb"),
)


def cell_columns(card: Card) -> list[str]:
    """The columns in order; `p_<class>` in class order."""
    return [
        *("path", "sha256", "model", "model_version", "cell", "kind", "left", "top", "right", "bottom"),
        *("label", "probability"),
        *(f"p_{class_id}" for class_id in card.class_ids),
        *("decision", "reason", *_MEASURED, "um_per_px", "scale", "quality", "warnings", "engine", "error", "use"),
    ]


def cell_rows(outcomes: Iterable[CellAnalysis | Failure], card: Card) -> Iterator[Row]:
    """One row for each object found, those kept apart included; one for an image without any, and for a failed one."""
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            yield _row(outcome.path, card, error=error_words(outcome.error))
            continue
        for cell in outcome.field.cells or (None,):
            named = outcome.named_cell(cell.number) if cell is not None else None
            yield cell_row(outcome, cell, named, card)


def _row(path: Path, card: Card, **cells: str | float | None) -> Row:
    row: Row = dict.fromkeys(cell_columns(card))
    return row | {
        "path": path_cell(path),
        "model": card.name,
        "model_version": card.version,
        **cells,
        "use": RESEARCH_USE,
    }


def cell_row(analysis: CellAnalysis, cell: Cell | None, named: NamedCell | None, card: Card) -> Row:
    """One object of an image with what a model said of it; None as cell: an image without any."""
    row = _row(
        analysis.source.path,
        card,
        sha256=analysis.source.sha256,
        um_per_px=round(analysis.field.scale.um_per_px, 5) if analysis.field.scale.known else None,
        scale=str(analysis.field.scale.origin),
        quality=str(analysis.quality),
        warnings=" ".join(analysis.warnings) or None,
        engine=analysis.engine,
    )
    if cell is None:
        return row
    row |= {"cell": cell.number, "kind": str(cell.kind), "left": cell.box.left, "top": cell.box.top}
    row |= {"right": cell.box.right, "bottom": cell.box.bottom} | _measured(cell, analysis.field)
    return row if named is None else row | _said(named)


def _said(named: NamedCell) -> Row:
    prediction = named.prediction
    row: Row = {"label": prediction.label, "probability": round(prediction.probability, DIGITS)}
    for class_id, probability in zip(prediction.classes, prediction.probabilities, strict=True):
        row[f"p_{class_id}"] = round(probability, DIGITS)
    return row | {"decision": str(named.decision), "reason": str(named.reason) or None}


def _measured(cell: Cell, field: CellField) -> Row:
    one = cell.measured
    values: tuple[float | str | None, ...] = (
        *(one.area_um2(field.scale), one.diameter_um(field.scale), one.area_px, one.nucleus_area_px),
        *(one.nucleus_share, one.nuclear_cytoplasmic_ratio, one.roundness, one.lobes, one.nucleus_density),
        *(one.texture, _colour(one.nucleus_colour), _colour(one.cytoplasm_colour)),
    )
    rounded = (round(value, 3) if isinstance(value, float) else value for value in values)
    return dict(zip(_MEASURED, rounded, strict=True))


def _colour(rgb: tuple[int, int, int] | None) -> str | None:
    return None if rgb is None else "#{:02X}{:02X}{:02X}".format(*rgb)
