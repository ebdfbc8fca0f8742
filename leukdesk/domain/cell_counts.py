"""What is counted of images before a differential is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leukdesk.domain.differential import pooled


@dataclass(frozen=True, slots=True)
class CellCounts:
    """What is counted of one or many images: accepted classes, cells without one, and images that do not count."""

    classes: Mapping[str, int]
    unidentified: int = 0  # the model does not know, or has seen nothing like it
    not_classed: int = 0  # in images that nobody can read
    images: int = 0
    apart: int = 0  # cut by the border, smudges, platelet clumps, debris

    def __add__(self, other: CellCounts) -> CellCounts:
        return CellCounts(
            pooled([self.classes, other.classes]),
            self.unidentified + other.unidentified,
            self.not_classed + other.not_classed,
            self.images + other.images,
            self.apart + other.apart,
        )
