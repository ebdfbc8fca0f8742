"""What a person made of cells as tables: every cell with both answers side by side, and the differential."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from leukdesk.domain.cell import CellAnalysis
from leukdesk.domain.differential import Compared, Differential
from leukdesk.domain.marked_cell import FieldReading
from leukdesk.domain.vocabulary import RESEARCH_USE
from leukdesk.report.cell_table import cell_columns, cell_row
from leukdesk.report.table import Row, write_csv_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leukdesk.domain.card import Card

_OF_READER = ("reader", "counted_as", "outline")
_LINE = (
    *("class", "name", "count", "share", "low", "high", "limits", "per_100_white", "e9_per_l"),
    *("by_hand_share", "agrees", "note", "use"),
)


def marked_columns(card: Card) -> list[str]:
    """The columns of `report.cell_table`, and what the reader said."""
    columns = cell_columns(card)
    at = columns.index("label")
    return [*columns[:at], *_OF_READER, *columns[at:]]


def marked_rows(readings: Iterable[FieldReading], card: Card) -> Iterator[Row]:
    """One row for each object, drawn and removed ones included; `outline` is found, drawn or removed."""
    for reading in readings:
        analysis = reading.analysis
        for one in reading.cells:
            row = cell_row(analysis, replace(one.cell, number=one.key), one.said, card)
            drawn = "drawn" if one.drawn else "found"
            yield row | {"reader": one.label or None, "counted_as": one.class_id or None, "outline": drawn}
        yield from _removed(analysis, reading.removed, card)


def write_marked_csv(readings: Iterable[FieldReading], card: Card, stream: TextIO) -> None:
    """Write a header and one line for each row; see `report.table.write_csv`."""
    write_csv_rows(marked_rows(readings, card), marked_columns(card), stream)


def write_differential_csv(
    found: Differential, agreement: Mapping[str, Compared], white_count: float | None, stream: TextIO
) -> None:
    """Write the differential: white cells in ICSH order, blasts summed, cells beside, then what is not named.

    `white_count` in 10^9/L, as used for absolute values.
    """
    write_csv_rows(_lines(found, agreement, white_count), _LINE, stream)


def _removed(analysis: CellAnalysis, keys: Iterable[int], card: Card) -> Iterator[Row]:
    for key in keys:
        cell = next(one for one in analysis.field.cells if one.number == key)
        yield cell_row(analysis, cell, analysis.named_cell(key), card) | {"outline": "removed"}


def _lines(found: Differential, agreement: Mapping[str, Compared], white_count: float | None) -> Iterator[Row]:
    for line in (*found.lines, *([found.blasts] if found.blasts is not None else [])):
        both = agreement.get(line.class_id)
        yield _row(line.class_id, line.display, line.count) | {
            "share": line.share,
            "low": line.limits.low,
            "high": line.limits.high,
            "limits": f"95 % {found.method}",
            "e9_per_l": line.absolute(white_count) if white_count is not None else None,
            "by_hand_share": both.hand if both is not None else None,
            "agrees": None if both is None else "yes" if both.agree else "no",
        }
    for one in found.beside:
        yield _row(one.class_id, one.display, one.count) | {"per_100_white": one.per_100}
    yield _row("white_cells", "White cells", found.white) | {"note": f"of {found.target}"}
    yield _row("unidentified", "Unidentified", found.unidentified)
    yield _row("not_classed", "Not classed", found.not_classed) | {"note": "image too poor"}
    if found.blasts is None:
        yield _row() | {"note": "The model has no class for blasts: a blast count needs the reader."}


def _row(class_id: str | None = None, name: str | None = None, count: int | None = None) -> Row:
    row: Row = dict.fromkeys(_LINE)
    return row | {"class": class_id, "name": name, "count": count, "use": RESEARCH_USE}
