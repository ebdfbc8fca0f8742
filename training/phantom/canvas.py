"""The smear before light passes through it: how much of each dye lies where, and how thick the cells are."""

from __future__ import annotations

from typing import Final

import numpy as np

from training.phantom.shapes import Patch, Plane

RED: Final = "red"  # haemoglobin with eosin
PURPLE: Final = "purple"  # azure B - eosin on DNA
BLUE: Final = "blue"  # azure B on RNA: basophilic cytoplasm
PINK: Final = "pink"  # cytoplasm and granules of neutrophils
DYES: Final = (RED, PURPLE, BLUE, PINK)


class Canvas:
    """Planes of dye (1 = a typical amount), thickness and nuclei, at the fine pixel size `um_per_px`."""

    def __init__(self, rows: int, columns: int, um_per_px: float) -> None:
        self.um_per_px = um_per_px
        self.dyes: dict[str, Plane] = {dye: np.zeros((rows, columns), np.float32) for dye in DYES}
        self.thickness: Plane = np.zeros((rows, columns), np.float32)
        self.nucleated: Plane = np.full((rows, columns), 99.0, np.float32)  # um to the nearest nucleated cell
        self.nuclei = np.zeros((rows, columns), np.uint16)
        self._x = np.arange(columns, dtype=np.float32)
        self._y = np.arange(rows, dtype=np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.thickness.shape[0], self.thickness.shape[1]

    def patch(self, x_um: float, y_um: float, reach_um: float) -> Patch | None:
        """The window within `reach_um` of a point (um from the upper left corner); None where it misses the canvas."""
        rows, columns = (
            slice(max(0, int((at - reach_um) / self.um_per_px)), min(size, int((at + reach_um) / self.um_per_px) + 2))
            for at, size in zip((y_um, x_um), self.shape, strict=True)
        )
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return None
        scale = np.float32(self.um_per_px)
        x = (self._x[columns] + np.float32(0.5)) * scale - np.float32(x_um)
        y = (self._y[rows] + np.float32(0.5)) * scale - np.float32(y_um)
        wide, high = np.meshgrid(x, y)
        return Patch(rows, columns, wide, high, self.um_per_px)

    def stain(self, patch: Patch, dye: str, amount: Plane) -> None:
        """Add dye: overlapping cells absorb one after the other, so amounts add up."""
        self.dyes[dye][patch.rows, patch.columns] += amount

    def thicken(self, patch: Patch, amount: Plane) -> None:
        """Add thickness (about 1 for a red cell's rim), which bends light at its edges."""
        self.thickness[patch.rows, patch.columns] += amount

    def keep_clear(self, patch: Patch, distance: Plane) -> None:
        """Remember a nucleated cell's outline, so that red cells give way to it."""
        view = self.nucleated[patch.rows, patch.columns]
        np.minimum(view, distance, out=view)

    def mark_nucleus(self, patch: Patch, coverage: Plane, label: int) -> None:
        """Note which pixels are the nucleus of cell number `label` (from 1)."""
        self.nuclei[patch.rows, patch.columns][coverage > 0.5] = label
