"""Which of the open images are shown, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import Any

from leukdesk.analysis.walk import natural_key
from leukdesk.app.viewmodels.faces import KINDS, Row, Vocabulary
from leukdesk.domain.finding import Decision, Finding

NO_OBJECTION = "ok"  # stands among the quality flags for having none


class SortBy(StrEnum):
    """What the list can be sorted by."""

    OPENED = "opened"
    NAME = "name"
    LABEL = "label"
    PROBABILITY = "probability"
    QUALITY = "quality"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user wants to see; an empty set of a kind admits all of that kind."""

    text: str = ""  # part of the name, whatever its case
    kinds: frozenset[str] = frozenset()  # of `KINDS`
    labels: frozenset[str] = frozenset()  # class ids of accepted answers
    flags: frozenset[str] = frozenset()  # quality flags, or `NO_OBJECTION`
    sort: SortBy = SortBy.OPENED
    descending: bool = False

    @property
    def narrows(self) -> bool:
        """Whether it may hide anything."""
        return bool(self.text or self.kinds or self.labels or self.flags)

    @property
    def follows_outcomes(self) -> bool:
        """Whether an outcome that arrives may change the arrangement."""
        return bool(self.kinds or self.labels or self.flags) or self.sort not in (SortBy.OPENED, SortBy.NAME)

    def admits(self, row: Row) -> bool:
        """Whether a row is shown."""
        return (
            (not self.text or self.text.casefold() in row.path.name.casefold())
            and (not self.kinds or row.kind in self.kinds)
            and (not self.labels or label_of(row) in self.labels)
            and (not self.flags or bool(self.flags & quality_of(row)))
        )


def arranged(rows: Sequence[Row], wish: Wish, vocabulary: Vocabulary) -> list[int]:
    """Places of the rows that are shown, sorted; what cannot be compared comes last in either direction.

    Rows that compare equal keep the order in which they were opened.
    """
    places = [place for place, row in enumerate(rows) if wish.admits(row)] if wish.narrows else list(range(len(rows)))
    if wish.sort is SortBy.OPENED:
        return places[::-1] if wish.descending else places
    key = _key(wish.sort, vocabulary)
    keyed = [(key(rows[place]), place) for place in places]
    known = sorted((one for one in keyed if one[0] is not None), key=itemgetter(0), reverse=wish.descending)
    return [place for _, place in known] + [place for value, place in keyed if value is None]


def _key(sort: SortBy, vocabulary: Vocabulary) -> Callable[[Row], Any]:
    if sort is SortBy.LABEL:
        order = {label: at for at, label in enumerate(vocabulary.classes)}
        return lambda row: order.get(label_of(row))
    return {
        SortBy.NAME: lambda row: (natural_key(row.path.name), row.path.name),
        SortBy.PROBABILITY: _probability,
        SortBy.QUALITY: _quality,
        SortBy.STATE: lambda row: KINDS.index(row.kind),
    }[sort]


def label_of(row: Row) -> str:
    """The class of an accepted answer; empty without one."""
    outcome = row.outcome
    accepted = isinstance(outcome, Finding) and outcome.decision is Decision.ACCEPTED
    return outcome.prediction.label if accepted and isinstance(outcome, Finding) else ""


def quality_of(row: Row) -> set[str]:
    """Its quality flags, or `NO_OBJECTION`; nothing before it was measured."""
    if not isinstance(row.outcome, Finding):
        return set()
    return {str(flag) for flag in row.outcome.quality.flags} or {NO_OBJECTION}


def _probability(row: Row) -> float | None:
    outcome = row.outcome
    if not isinstance(outcome, Finding) or outcome.decision is Decision.REJECTED:
        return None
    return outcome.prediction.probability


def _quality(row: Row) -> tuple[int, int, float] | None:
    """The best first: without objections, and sharp."""
    if not isinstance(row.outcome, Finding):
        return None
    quality = row.outcome.quality
    return len(quality.refuses), len(quality.flags), -quality.sharpness
