"""Where cells lie: nucleated cells apart, red cells touching, overlapping and clumping, platelets between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import hypot

import numpy as np

from training.phantom.red import Contact
from training.phantom.slide import Smear
from training.phantom.truth import DIAMETER_UM, NUCLEATED, SMALL_BLAST_UM, Kind

_TRIES = 80
_SQUEEZE = 0.97  # as a share of the sum of their radii: the usual least distance of red cells
_PRESSED = (0.88, 1.04)  # neighbours at this distance press flat against each other; closer ones overlap


class CrowdedError(ValueError):
    """More cells were asked for than fit into the field."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One cell on the smear: centre (um from the upper left corner) and radius (um)."""

    kind: Kind
    x: float
    y: float
    radius: float
    over: bool = False  # lies on top of its neighbours instead of pressing against them

    def gap(self, other: Placed) -> float:
        """Distance of the centres as a share of the sum of the radii: 1 where the outlines touch."""
        return hypot(self.x - other.x, self.y - other.y) / (self.radius + other.radius)


@dataclass(frozen=True, slots=True)
class Ground:
    """The part of the smear in view (um)."""

    width: float
    height: float

    def point(self, rng: np.random.Generator, margin: float) -> tuple[float, float]:
        """A random point at least `margin` um inside the view; outside it by up to that much where negative."""
        x, y = (rng.uniform(min(margin, side / 2), max(side - margin, side / 2)) for side in (self.width, self.height))
        return float(x), float(y)


def place(
    ground: Ground, cells: Mapping[Kind, int], smear: Smear, rng: np.random.Generator, *, small_blasts: bool
) -> list[Placed]:
    """Lay out the asked number of every kind; red cells and platelets not mentioned come as dense as in `smear`.

    Raises CrowdedError where cells do not fit into the view.
    """
    placed = _place_nucleated(ground, cells, rng, small_blasts=small_blasts)
    placed += _place_red_cells(ground, cells.get("red_cell"), smear, placed, rng)
    return placed + _place_platelets(ground, cells.get("platelet"), smear, placed, rng)


def contacts(cell: Placed, placed: list[Placed]) -> list[Contact]:
    """The seams where a red cell presses against neighbours."""
    seams = []
    for other in placed:
        pressed = other.kind == "red_cell" and other is not cell and not (cell.over or other.over)
        if pressed and _PRESSED[0] < cell.gap(other) < _PRESSED[1]:
            apart = hypot(other.x - cell.x, other.y - cell.y)
            middle = (apart + cell.radius - other.radius) / 2 - 0.06
            seams.append(Contact((other.x - cell.x) / apart, (other.y - cell.y) / apart, middle))
    return seams


def _best(candidates: Callable[[], Placed], room: Callable[[Placed], float], least: float) -> Placed:
    """The first candidate with room (>= 0), else the roomiest; CrowdedError where even that is below `least`."""
    best, most = None, -np.inf
    for _ in range(_TRIES):
        candidate = candidates()
        found = room(candidate)
        if found >= 0:
            return candidate
        if found > most:
            best, most = candidate, found
    if best is None or most < least:
        raise CrowdedError("the cells asked for do not fit into the field")
    return best


def _place_nucleated(
    ground: Ground, cells: Mapping[Kind, int], rng: np.random.Generator, *, small_blasts: bool
) -> list[Placed]:
    wanted = [kind for kind in NUCLEATED for _ in range(cells.get(kind, 0))]
    placed: list[Placed] = []
    for kind in rng.permutation(np.array(wanted, dtype=object)):
        span = SMALL_BLAST_UM if kind == "blast" and small_blasts else DIAMETER_UM[kind]
        radius = float(rng.uniform(*_inner(span))) / 2

        def candidate(kind: Kind = kind, radius: float = radius) -> Placed:
            return Placed(kind, *ground.point(rng, radius * 1.18 + 0.5), radius)

        placed.append(_best(candidate, lambda cell: min((cell.gap(o) for o in placed), default=9.0) - 1.06, -0.16))
    return placed


def _inner(span: tuple[float, float]) -> tuple[float, float]:
    """The span less a margin, since wrinkles change a cell's area a little."""
    margin = 0.12 * (span[1] - span[0])
    return span[0] + margin, span[1] - margin


def _place_red_cells(
    ground: Ground, number: int | None, smear: Smear, white: list[Placed], rng: np.random.Generator
) -> list[Placed]:
    radius = smear.red_cell_um / 2
    outside = -radius if number is None else 0.5
    if number is None:
        area = (ground.width + 2 * radius) * (ground.height + 2 * radius)
        number = _dense(rng, smear.red_cells, area)
    red: list[Placed] = []
    for _ in range(number):
        size = radius * float(np.clip(rng.normal(1, smear.spread), 0.92, 1.08))
        over = rng.random() < 0.06 + 0.4 * smear.clumping
        spacing = float(rng.uniform(0.42, 0.85)) if over else _SQUEEZE

        def candidate(size: float = size, over: bool = over) -> Placed:
            return Placed("red_cell", *_red_point(ground, outside, red, smear, rng), size, over)

        def room(cell: Placed, spacing: float = spacing) -> float:
            aside = min((cell.gap(other) for other in white), default=9.0) - 0.94
            return min(aside, min((cell.gap(other) for other in red), default=9.0) - spacing)

        try:
            red.append(_best(candidate, room, -0.5))
        except CrowdedError:
            if outside > 0:
                raise
    return red


def _red_point(
    ground: Ground, margin: float, red: list[Placed], smear: Smear, rng: np.random.Generator
) -> tuple[float, float]:
    if not red or rng.random() > 0.15 + 0.75 * smear.clumping:
        return ground.point(rng, margin)
    near = red[int(rng.integers(len(red)))]
    angle, away = rng.uniform(0, 2 * np.pi), 2 * near.radius * rng.uniform(0.7, 1.08)
    x, y = near.x + away * np.cos(angle), near.y + away * np.sin(angle)
    inside = margin <= x <= ground.width - margin and margin <= y <= ground.height - margin
    return (float(x), float(y)) if inside else ground.point(rng, margin)


def _place_platelets(
    ground: Ground, number: int | None, smear: Smear, others: list[Placed], rng: np.random.Generator
) -> list[Placed]:
    count = _dense(rng, smear.platelets, ground.width * ground.height) if number is None else number
    placed: list[Placed] = []
    for _ in range(count):
        radius = float(rng.uniform(*_inner(DIAMETER_UM["platelet"]))) / 2
        on_red = rng.random() < 0.12

        def candidate(radius: float = radius) -> Placed:
            return Placed("platelet", *ground.point(rng, radius * 1.6 + 0.2), radius)

        def room(cell: Placed, on_red: bool = on_red) -> float:
            bodies = [other for other in others if not (on_red and other.kind == "red_cell")]
            return min((cell.gap(other) for other in bodies + placed), default=9.0) - 1.0

        placed.append(_best(candidate, room, -0.75))
    return placed


def _dense(rng: np.random.Generator, per_1000_um2: float, area_um2: float) -> int:
    return int(rng.poisson(per_1000_um2 * area_um2 / 1000))
