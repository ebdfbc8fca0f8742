"""Cells found in an image: where each lies, what was measured of it, and what a model says of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import hypot

from leukdesk.domain.finding import BundleRef, Decision, DecisionReason
from leukdesk.domain.image import ImageSource
from leukdesk.domain.prediction import Prediction
from leukdesk.domain.quality import Quality

Point = tuple[float, float]  # px of the image in full size: x to the right, y downwards
Polygon = tuple[Point, ...]  # closed: the last point joins the first
Rgb = tuple[int, int, int]  # 0..255


class CellKind(StrEnum):
    """What a stained object is taken for before any model looks at it. Only `CELL` enters a differential."""

    CELL = "cell"  # a whole nucleated cell
    CUT = "cut"  # a nucleated cell that the border of the image cuts
    SMUDGE = "smudge"  # a nucleus without an edge, or spread wider than a cell's
    PLATELETS = "platelets"  # a clump of platelets, or one as large as a small cell
    DEBRIS = "debris"  # precipitated stain, dust, ink


class ScaleOrigin(StrEnum):
    """Where a scale comes from."""

    STATED = "stated"  # the file, or its user's calibration
    RED_CELLS = "red_cells"  # from the red cells in view, taken for 7.2 um wide: good to about a tenth
    ASSUMED = "assumed"  # no red cells either: lengths are px only


@dataclass(frozen=True, slots=True)
class FieldScale:
    """Micrometres per pixel of the image in full size, and how that is known."""

    um_per_px: float
    origin: ScaleOrigin

    @property
    def known(self) -> bool:
        """Whether lengths may be shown in um; those from red cells with "about" before them."""
        return self.origin is not ScaleOrigin.ASSUMED


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in px of the image in full size; `right` and `bottom` are the first px outside."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """px."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """px."""
        return self.bottom - self.top

    @property
    def centre(self) -> Point:
        """px."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def moved(self, right: float, down: float) -> Box:
        """The same rectangle elsewhere, by px."""
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0..1."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        if wide <= 0 or high <= 0:
            return 0.0
        shared = wide * high
        return shared / (self.width * self.height + other.width * other.height - shared)


@dataclass(frozen=True, slots=True)
class Measurements:
    """What was measured of one cell. Areas in square px of the image in full size; `FieldScale` makes um of them."""

    area_px: float
    nucleus_area_px: float
    roundness: float  # 4 pi area / perimeter^2 of the outline: 1 is a circle
    lobes: int  # pieces the nucleus falls into at its necks
    nucleus_density: float  # median optical density (natural logarithm, mean of the channels) of the nucleus
    texture: float  # standard deviation of that density over its mean: coarse chromatin is high
    nucleus_colour: Rgb  # median
    cytoplasm_colour: Rgb | None  # median; None where there is next to none

    @property
    def nucleus_share(self) -> float:
        """Nucleus area over cell area, 0..1."""
        return min(1.0, self.nucleus_area_px / self.area_px)

    @property
    def nuclear_cytoplasmic_ratio(self) -> float | None:
        """Nucleus area over cytoplasm area (N:C); None where no cytoplasm was seen."""
        cytoplasm = self.area_px - self.nucleus_area_px
        return self.nucleus_area_px / cytoplasm if cytoplasm > 0.02 * self.area_px else None

    def area_um2(self, scale: FieldScale) -> float | None:
        """Cell area in square um; None where no scale is known."""
        return self.area_px * scale.um_per_px**2 if scale.known else None

    def diameter_um(self, scale: FieldScale) -> float | None:
        """Diameter of the disc of the same area, in um; None where no scale is known."""
        return (4 * self.area_px / 3.141592653589793) ** 0.5 * scale.um_per_px if scale.known else None


@dataclass(frozen=True, slots=True)
class Cell:
    """One found object. `number` counts from 1 in reading order and names it in tables and on the screen."""

    number: int
    kind: CellKind
    box: Box
    outline: Polygon
    nuclei: tuple[Polygon, ...]
    measured: Measurements

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside the outline (even-odd rule)."""
        inside = False
        for (x0, y0), (x1, y1) in zip(self.outline, (*self.outline[1:], self.outline[0]), strict=True):
            if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
                inside = not inside
        return inside

    def distance(self, x: float, y: float) -> float:
        """From a point to the middle of the box, px."""
        middle = self.box.centre
        return hypot(middle[0] - x, middle[1] - y)


@dataclass(frozen=True, slots=True)
class CellField:
    """All objects found in one image: what is counted and what is kept apart."""

    width: int  # px
    height: int  # px
    scale: FieldScale
    cells: tuple[Cell, ...]

    @property
    def countable(self) -> tuple[Cell, ...]:
        """Whole nucleated cells."""
        return self.of(CellKind.CELL)

    def of(self, *kinds: CellKind) -> tuple[Cell, ...]:
        """Objects of these kinds, in reading order."""
        return tuple(cell for cell in self.cells if cell.kind in kinds)


@dataclass(frozen=True, slots=True, eq=False)
class NamedCell:
    """One cell and what one model calls it, for a human to confirm; never a diagnosis."""

    cell: Cell
    prediction: Prediction
    decision: Decision
    reason: DecisionReason


class CellWarning(StrEnum):
    """What makes the answers about the cells of one image weaker."""

    NO_CELL = "no_cell"  # no whole nucleated cell is in view
    SCALE_UNKNOWN = "scale_unknown"  # neither file, user nor red cells say how large a px is
    SCALE_ESTIMATED = "scale_estimated"  # from the red cells
    COARSE = "coarse"  # more than 1.5 times as many um a px as the model was trained on
    STAIN = "stain"  # stained otherwise than what the model was trained on
    WORLD = "world"  # a synthetic image for a model of real smears, or the reverse
    SMUDGES = "smudges"  # more smudges than one in ten cells: the differential may be skewed


@dataclass(frozen=True, slots=True, eq=False)
class CellAnalysis:
    """One image, the cells found in it and what one `cell` model says of each whole one."""

    source: ImageSource
    bundle: BundleRef
    quality: Quality
    field: CellField
    named: tuple[NamedCell, ...]  # of `field.countable`, in the same order
    warnings: tuple[CellWarning, ...]
    engine: str

    def named_cell(self, number: int) -> NamedCell | None:
        """What was said of cell `number`; None where that object was not shown to the model."""
        return next((one for one in self.named if one.cell.number == number), None)
