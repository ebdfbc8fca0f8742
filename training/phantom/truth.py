"""What is known of a phantom because it was drawn: which cells, where, how large."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["blast", "segmented", "lymphocyte", "red_cell", "platelet"]
KINDS: tuple[Kind, ...] = ("blast", "segmented", "lymphocyte", "red_cell", "platelet")
NUCLEATED: tuple[Kind, ...] = ("blast", "segmented", "lymphocyte")

# What a field is called after the nucleated cell that predominates in it.
FIELD_CLASSES: Mapping[str, Kind] = MappingProxyType(
    {"blasts": "blast", "lymphocytes": "lymphocyte", "neutrophils": "segmented"}
)
NO_NUCLEATED = "none"  # red cells and platelets only
MIXED = "mixed"  # two kinds are equally frequent

# Diameters on a dry smear, in micrometres (Bain, "Blood Cells: A Practical Guide", 6th ed., 2022).
DIAMETER_UM: Mapping[Kind, tuple[float, float]] = MappingProxyType(
    {
        "red_cell": (6.4, 8.0),
        "lymphocyte": (9.0, 11.0),
        "segmented": (12.0, 14.0),
        "blast": (13.0, 18.0),
        "platelet": (2.0, 3.0),
    }
)
SMALL_BLAST_UM = (10.0, 12.0)  # L1-like, hard to tell from a lymphocyte

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class TruthCell:
    """One cell: its `box` (x0, y0, x1, y1) in px, x1 and y1 excluded, clipped to the image.

    `diameter_um` is that of the disc of equal area (of the visible part, where the image's edge cuts the cell).
    """

    kind: Kind
    box: Box
    diameter_um: float
    whole: bool  # the image's edge does not cut it


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything true of one phantom field. `counts` holds every kind, zeros included."""

    cells: tuple[TruthCell, ...]
    counts: Mapping[Kind, int]
    patient: str
    um_per_px: float
    field_class: str

    def of(self, *kinds: Kind) -> tuple[TruthCell, ...]:
        """The cells of these kinds, in drawing order."""
        return tuple(cell for cell in self.cells if cell.kind in kinds)


@dataclass(frozen=True, slots=True, eq=False)
class Phantom:
    """A synthetic field: `pixels` uint8 RGB (height, width, 3); `nuclei` uint16 (height, width) or None.

    `nuclei` is 0 outside nuclei and i + 1 inside the nucleus of `truth.cells[i]`.
    """

    pixels: NDArray[np.uint8]
    truth: Truth
    nuclei: NDArray[np.uint16] | None = None


def count(cells: Iterable[TruthCell]) -> Mapping[Kind, int]:
    """How many there are of every kind, zeros included."""
    found = Counter(cell.kind for cell in cells)
    return MappingProxyType({kind: found[kind] for kind in KINDS})


def field_class(counts: Mapping[Kind, int]) -> str:
    """The class of a field with these counts: the predominating nucleated cell, `MIXED` or `NO_NUCLEATED`."""
    most = max(counts[kind] for kind in NUCLEATED)
    leading = [name for name, kind in FIELD_CLASSES.items() if counts[kind] == most]
    if most == 0:
        return NO_NUCLEATED
    return leading[0] if len(leading) == 1 else MIXED
