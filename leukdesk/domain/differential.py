"""The differential: cells of each class, their share of the white cells, and limits that say how sure that is.

Order and names follow the ICSH recommendations (see `vocabulary`). Cells that are no white cells stand beside it, per
100 white cells. A finding for a human to confirm, never a diagnosis.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from leukdesk.domain.proportions import LEVEL, Limits, cells_to_settle, difference, goodman, total_of, wilson
from leukdesk.domain.vocabulary import ICSH_ORDER

TARGETS = (100, 200, 400, 500)
TARGET = 200
THRESHOLDS = (0.01, 0.05, 0.20)  # shares of blasts that matter to a reader
NRBC_PER_100 = 5.0  # nucleated red cells per 100 white cells from which the white count is corrected; sites differ
BLAST = "blast"  # what stands with it in the order is its equivalent

# Classes outside the ICSH list, each with the one whose place in the order it takes.
_STANDS_WITH: Mapping[str, str] = {
    "promonocyte": "blast", "abnormal_promyelocyte": "blast", "ig": "metamyelocyte",
    "immature_granulocyte": "metamyelocyte", "neutrophil": "segmented", "platelet": "giant_platelet",
    "nucleated_red_cell": "erythroblast", "blasts": "blast", "lymphocytes": "lymphocyte", "neutrophils": "segmented",
}  # fmt: skip
_FIRST_BESIDE = ICSH_ORDER.index("erythroblast")
NUCLEATED_RED = frozenset({"erythroblast", "nucleated_red_cell"})


class LimitsMethod(StrEnum):
    """How limits were calculated; it is stated wherever they are shown."""

    WILSON = "Wilson"  # each share for itself
    MULTINOMIAL = "Goodman"  # all shares together


@dataclass(frozen=True, slots=True)
class Line:
    """One class of white cell: `share` of all white cells counted and its limits, all 0..1."""

    class_id: str
    display: str
    count: int
    share: float
    limits: Limits

    def absolute(self, white_count: float) -> float:
        """10^9/L, from the white cell count in 10^9/L."""
        return self.share * white_count


@dataclass(frozen=True, slots=True)
class BesideLine:
    """Cells that are no white cells: counted, and given per 100 white cells (None before any white cell)."""

    class_id: str
    display: str
    count: int
    per_100: float | None


@dataclass(frozen=True, slots=True)
class Differential:
    """Counts of one case in ICSH order. `unidentified` cells block sign-off; `not_classed` ones are left out."""

    lines: tuple[Line, ...]
    beside: tuple[BesideLine, ...]
    blasts: Line | None  # blasts and their equivalents summed; None where the bundle has no such class
    white: int
    unidentified: int
    not_classed: int
    target: int
    method: LimitsMethod

    @property
    def knows_blasts(self) -> bool:
        """Whether the bundle can answer "blast" at all; if not, a blast count needs the reader."""
        return self.blasts is not None

    @property
    def remaining(self) -> int:
        """White cells still to count to the target."""
        return max(0, self.target - self.white)

    @property
    def nucleated_red_per_100(self) -> float:
        """Nucleated red cells per 100 white cells; 0 before any white cell."""
        return sum(one.per_100 or 0.0 for one in self.beside if plain_id(one.class_id) in NUCLEATED_RED)

    def to_settle(self, thresholds: Sequence[float] = THRESHOLDS) -> tuple[tuple[float, int | None], ...]:
        """Thresholds between the limits of blasts, each with the number of more cells that would settle it.

        None where no count would, as for a share right on the threshold. Empty where nothing is open.
        """
        if self.blasts is None or not self.white:
            return ()
        limits = wilson(self.blasts.count, self.white)
        open_ones = [one for one in thresholds if limits.straddle(one)]
        return tuple((one, cells_to_settle(self.blasts.count, self.white, one)) for one in open_ones)

    def line(self, class_id: str) -> Line:
        """The line of one white class; KeyError for another."""
        for line in self.lines:
            if line.class_id == class_id:
                return line
        raise KeyError(class_id)


def differential(
    counts: Mapping[str, int],
    display: Mapping[str, str],
    *,
    unidentified: int = 0,
    not_classed: int = 0,
    target: int = TARGET,
    method: LimitsMethod = LimitsMethod.WILSON,
    level: float = LEVEL,
) -> Differential:
    """A differential from counts by class id; `display` names every class that can be counted, seen or not.

    Counts of several images of a case are added up first (`pooled`). Raises ValueError for a negative count, KeyError
    for a count of a class that `display` does not name.
    """
    unknown = set(counts) - set(display)
    if unknown:
        raise KeyError(sorted(unknown)[0])
    total_of([*counts.values(), unidentified, not_classed])
    ordered = in_order(display)
    whites = [one for one in ordered if is_white(one)]
    numbers = [counts.get(one, 0) for one in whites]
    white = sum(numbers)
    if method is LimitsMethod.MULTINOMIAL:
        limits = goodman(numbers, level)
    else:
        limits = tuple(wilson(number, white, level) for number in numbers)
    lines = tuple(
        Line(one, display[one], number, number / white if white else 0.0, limit)
        for one, number, limit in zip(whites, numbers, limits, strict=True)
    )
    beside = tuple(_beside(one, display[one], counts.get(one, 0), white) for one in ordered if not is_white(one))
    return Differential(lines, beside, _blasts(lines, white, level), white, unidentified, not_classed, target, method)


def pooled(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts of several images added up by class."""
    total: dict[str, int] = {}
    for one in counts:
        for class_id, number in one.items():
            total[class_id] = total.get(class_id, 0) + number
    return total


def in_order(class_ids: Iterable[str]) -> list[str]:
    """Class ids in ICSH order; one that it does not know stands after the white cells it knows, as given."""
    return sorted(class_ids, key=lambda one: (_place(one), plain_id(one) not in ICSH_ORDER))


def is_white(class_id: str) -> bool:
    """Whether cells of a class are in the denominator; a class that nobody knows is."""
    return _place(class_id) < _FIRST_BESIDE


def stands_for_blast(class_id: str) -> bool:
    """Whether a class is blasts or one of their equivalents."""
    return _place(class_id) == ICSH_ORDER.index(BLAST)


def corrected_white_count(white_count: float, nucleated_red_per_100: float) -> float:
    """A white cell count (10^9/L) less the nucleated red cells that a counter took for white: x 100 / (100 + n)."""
    return white_count * 100 / (100 + nucleated_red_per_100)


def plain_id(class_id: str) -> str:
    """A class id as the vocabulary writes it: lower case, words joined by underscores."""
    return class_id.lower().replace("-", "_").replace(".", "_")


def _place(class_id: str) -> float:
    name = plain_id(class_id)
    name = _STANDS_WITH.get(name, name)
    return ICSH_ORDER.index(name) if name in ICSH_ORDER else _FIRST_BESIDE - 0.5


def _beside(class_id: str, display: str, count: int, white: int) -> BesideLine:
    return BesideLine(class_id, display, count, 100 * count / white if white else None)


def _blasts(lines: Sequence[Line], white: int, level: float) -> Line | None:
    parts = [line for line in lines if stands_for_blast(line.class_id)]
    if not parts:
        return None
    count = sum(line.count for line in parts)
    name = "Blasts and equivalents" if len(parts) > 1 else parts[0].display
    return Line("blasts", name, count, count / white if white else 0.0, wilson(count, white, level))


@dataclass(frozen=True, slots=True)
class Compared:
    """One class counted twice, by hand and by a model, with the limits of the difference (hand less model)."""

    class_id: str
    display: str
    hand: float
    model: float
    limits: Limits

    @property
    def agree(self) -> bool:
        """Whether chance alone explains the difference."""
        return self.limits.low <= 0 <= self.limits.high


def compared(hand: Differential, model: Differential) -> tuple[Compared, ...]:
    """The white classes that both know, in order, each with its two shares."""
    known = {line.class_id: line for line in model.lines}
    rows = []
    for line in hand.lines:
        if line.class_id in known:
            other = known[line.class_id]
            limits = difference(line.count, hand.white, other.count, model.white)
            rows.append(Compared(line.class_id, line.display, line.share, other.share, limits))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class Tally:
    """A count by hand, key by key: every entry in order, so that the last can be undone. Full at its target."""

    target: int = TARGET
    entries: tuple[str, ...] = ()

    @property
    def white(self) -> int:
        """White cells counted."""
        return sum(is_white(one) for one in self.entries)

    @property
    def full(self) -> bool:
        """Whether the target is reached: a bell rings, and no more white cells are taken."""
        return self.white >= self.target

    def add(self, class_id: str) -> Tally:
        """With one cell more; unchanged where it is full, whatever the class."""
        return self if self.full else replace(self, entries=(*self.entries, class_id))

    def undone(self) -> Tally:
        """Without the last cell; unchanged where there is none."""
        return replace(self, entries=self.entries[:-1])

    def counts(self) -> dict[str, int]:
        """Cells by class."""
        return {one: self.entries.count(one) for one in dict.fromkeys(self.entries)}
