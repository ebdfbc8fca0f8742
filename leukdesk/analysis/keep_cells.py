"""Keep cells and what a person said of them in the case history: the model's answers once, human labels as own rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from leukdesk.domain.marked_cell import FieldReading
from leukdesk.domain.recorded import CellFinding, NewCells, RecordedFinding, RecordedImage, cell_finding, kept_box
from leukdesk.domain.review import NOT_CLASSED

Written = Mapping[tuple[Path, int], str]  # labels that this session wrote, by image and number


class FindingsKeeper(Protocol):
    """`history.findings.Findings` is one."""

    def images(self, case_id: int | None) -> Sequence[RecordedImage]: ...

    def of_image(self, image_id: int) -> Sequence[RecordedFinding]: ...

    def record_cells(self, user: int, case_id: int | None, new: NewCells) -> int: ...


class LabelKeeper(Protocol):
    """`history.reviews.Reviews` is one."""

    def label_many(self, user: int, targets: Iterable[tuple[int, int]], label: str, *, why: str = "") -> object: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """What was new: cells, and labels; `written` is every label that this session wrote so far."""

    cells: int
    labels: int
    written: Written


def keep_cells(
    readings: Sequence[FieldReading],
    findings: FindingsKeeper,
    labels: LabelKeeper,
    *,
    user: int,
    case_id: int | None,
    temperature: float,
    written: Written,
) -> Kept:
    """Keep what is not kept yet. Raises `HistoryError`; what was written before an error stays.

    Only labels that this session wrote are taken back: what an earlier one said stands until somebody says otherwise.
    """
    known = {one.sha256: one.id for one in findings.images(case_id)}
    now, cells, said = dict(written), 0, 0
    for reading in readings:
        source = reading.analysis.source
        image_id = known.get(source.sha256)
        new = _new_cells(reading, findings.of_image(image_id) if image_id is not None else ())
        if new:
            image_id = findings.record_cells(user, case_id, NewCells(new, temperature, _size(source.path)))
            cells += len(new)
        wanted = _labels(reading)
        for label, keys in _by_label(source.path, wanted, now).items():
            assert image_id is not None  # for the type checker: a label has a cell
            labels.label_many(user, [(image_id, key) for key in keys], label)
            now |= {(source.path, key): label for key in keys}
            said += len(keys)
    return Kept(cells, said, now)


def _new_cells(reading: FieldReading, old: Iterable[RecordedFinding]) -> dict[int, CellFinding]:
    analysis = reading.analysis
    there = {(one.cell, one.box) for one in old if one.bundle.sha256 == analysis.bundle.sha256}
    told = {one.key: (one.cell.box, one.said) for one in reading.cells if one.said is not None}
    told |= {one.cell.number: (one.cell.box, one) for one in analysis.named if one.cell.number in reading.removed}
    found = {}
    for key, (box, named) in told.items():
        if (key, kept_box(box)) not in there:
            found[key] = cell_finding(analysis, named, box)
    return found


def _labels(reading: FieldReading) -> dict[int, str]:
    """What counts by hand: names; a found cell that was taken away is none and not classed."""
    asked = {one.cell.number for one in reading.analysis.named}
    gone = {key: NOT_CLASSED for key in reading.removed if key in asked}
    return gone | {one.key: one.label for one in reading.cells if one.label and one.said is not None}


def _by_label(path: Path, wanted: Mapping[int, str], written: Written) -> dict[str, list[int]]:
    """Numbers of the cells whose label is not what this session wrote last; "" takes one back."""
    mine = {key for at, key in written if at == path}
    found: dict[str, list[int]] = {}
    for key in sorted(mine | wanted.keys()):
        label = wanted.get(key, "")
        if written.get((path, key), "") != label:
            found.setdefault(label, []).append(key)
    return found


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it was read a moment ago; its hash tells it
        return 0
