"""Which rows of a batch the gallery shows, in which groups, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from leukdesk.domain.batch import BatchRow
from leukdesk.domain.finding import Decision
from leukdesk.domain.job import ItemState

# Groups beside the classes, in the order in which they follow them.
UNIDENTIFIED, REJECTED, FAILED, SKIPPED = "unidentified", "rejected", "failed", "skipped"
OTHERS = (UNIDENTIFIED, REJECTED, FAILED, SKIPPED)
_CLASS = "class:"


def class_group(class_id: str) -> str:
    """The group of a class's accepted answers."""
    return f"{_CLASS}{class_id}"


def class_of(group: str) -> str:
    """The class of a group; empty for one of `OTHERS`."""
    return group.removeprefix(_CLASS) if group.startswith(_CLASS) else ""


def group_of(row: BatchRow) -> str:
    """Where a row stands; empty while it waits or is being looked at."""
    if row.decision is Decision.ACCEPTED:
        return class_group(row.label)
    if row.decision is not None:
        return str(row.decision)
    return {ItemState.FAILED: FAILED, ItemState.SKIPPED: SKIPPED, ItemState.DONE: FAILED}.get(row.state, "")


@dataclass(frozen=True, slots=True)
class BatchWish:
    """What the user wants to see of a batch."""

    model: str = ""  # the key of one of its models
    groups: frozenset[str] = frozenset()  # empty: all
    least_first: bool = False  # the least probable of each group first


@dataclass(frozen=True, slots=True)
class Arranged:
    """Numbers of the rows that are shown, in order, and how many of them stand in each group."""

    numbers: tuple[int, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()


def arranged(rows: Iterable[BatchRow], wish: BatchWish, classes: Sequence[str]) -> Arranged:
    """Grouped by class in the model's order and sorted by probability; then what has no answer, by number."""
    order = {group: at for at, group in enumerate((*map(class_group, classes), *OTHERS))}
    sign = 1.0 if wish.least_first else -1.0
    wanted = [
        (order[group], sign * row.probability, row.number, group)
        for row in rows
        if (group := group_of(row)) in order
        and row.model.key == wish.model
        and (not wish.groups or group in wish.groups)
    ]
    wanted.sort()
    counted = tuple((group, sum(1 for _ in some)) for group, some in groupby(wanted, lambda one: one[3]))
    return Arranged(tuple(one[2] for one in wanted), counted)
