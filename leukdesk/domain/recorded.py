"""Images and findings as the history keeps them: what `Finding` said, without pixels, embedding and heatmap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from leukdesk.domain.cell import Box, CellAnalysis, NamedCell
from leukdesk.domain.finding import BundleRef, Decision, DecisionReason, Finding

WHOLE_IMAGE = 0  # `cell` of a finding or label about the whole image; cells count from 1


@dataclass(frozen=True, slots=True)
class CellBox:
    """Where a cell is in its image, in px of the upright image."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, eq=False)
class CellFinding:
    """What a model said of one cell of an image: a finding whose prediction is of the cell, and where it is."""

    box: CellBox
    finding: Finding


@dataclass(frozen=True, slots=True, eq=False)
class NewFinding:
    """A finding on its way into the history."""

    finding: Finding
    temperature: float = 1.0  # of the calibration
    file_size: int = 0  # bytes
    cells: tuple[CellFinding, ...] = ()
    thumbnail: bytes = b""  # a small picture as the bytes of a file; kept with an image that is new to the case


@dataclass(frozen=True, slots=True, eq=False)
class NewCells:
    """Cells of one image on their way into the history, by their numbers; at least one, all named by one model."""

    cells: Mapping[int, CellFinding]
    temperature: float = 1.0  # of the calibration
    file_size: int = 0  # bytes


@dataclass(frozen=True, slots=True, eq=False)
class NewField:
    """One image of a batch that looks for cells, on its way into the history: for the batch's table, and its case."""

    analysis: CellAnalysis
    temperature: float = 1.0  # of the calibration
    file_size: int = 0  # bytes

    @property
    def cells(self) -> NewCells:
        """The cells that the model named, as a case keeps them."""
        named = {one.cell.number: cell_finding(self.analysis, one, one.cell.box) for one in self.analysis.named}
        return NewCells(named, self.temperature, self.file_size)


def cell_finding(analysis: CellAnalysis, named: NamedCell, box: Box) -> CellFinding:
    """What a model said of one cell of an image, as the history keeps it; `box` is where the cell is."""
    finding = Finding(
        analysis.source,
        analysis.bundle,
        named.prediction,
        analysis.quality,
        named.decision,
        named.reason,
        analysis.engine,
    )
    return CellFinding(kept_box(box), finding)


def kept_box(box: Box) -> CellBox:
    """A box as the history keeps it."""
    return CellBox(float(box.left), float(box.top), float(box.width), float(box.height))


@dataclass(frozen=True, slots=True)
class RecordedImage:
    """An image in a case, or in none. `id` is the number of the event that brought it."""

    id: int
    case_id: int | None
    sha256: str
    path: Path  # where it was seen last
    file_size: int  # bytes
    format: str
    width: int  # px
    height: int  # px
    um_per_px: float | None
    synthetic: bool
    added: datetime  # UTC


@dataclass(frozen=True, slots=True)
class RecordedFinding:
    """What one model said of one image or of one cell in it. `id` is the number of its event."""

    id: int
    image_id: int
    cell: int  # WHOLE_IMAGE, or the number of the cell
    box: CellBox | None  # of the cell
    bundle: BundleRef
    temperature: float
    engine: str
    label: str
    probability: float
    probabilities: Mapping[str, float]  # by class, in class order
    novelty: float
    decision: Decision
    reason: DecisionReason
    quality: Mapping[str, object]  # "flags" and the measurements
    at: datetime  # UTC
