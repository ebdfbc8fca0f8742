"""What two models say of the same images, and which of them is right where that is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from leukdesk.domain.finding import Decision, Finding, Outcome
from leukdesk.domain.paired import Paired, grouped_limits, mcnemar, paired_limits, paired_of
from leukdesk.domain.proportions import Limits, wilson


@dataclass(frozen=True, slots=True)
class Said:
    """One model's answer to one image; `error` says why there is none, and then the rest means nothing."""

    label: str = ""
    probability: float = 0.0
    decision: Decision = Decision.ACCEPTED
    error: str = ""


@dataclass(frozen=True, slots=True)
class BothSaid:
    """Both answers to one image. `truth` and `group` are empty where they are not known."""

    path: Path
    first: Said
    second: Said
    truth: str = ""
    group: str = ""

    @property
    def answered(self) -> bool:
        """Whether both models gave an answer."""
        return not (self.first.error or self.second.error)

    @property
    def agree(self) -> bool:
        """Whether both named one class, however sure they were."""
        return self.answered and self.first.label == self.second.label

    @property
    def apart(self) -> float:
        """How sure they are of different classes: the surer the two, the more this image tells of them."""
        return 0.0 if self.agree or not self.answered else min(self.first.probability, self.second.probability)


def said(outcome: Outcome) -> Said:
    """A model's outcome in short."""
    if isinstance(outcome, Finding):
        return Said(outcome.prediction.label, outcome.prediction.probability, outcome.decision)
    return Said(error=outcome.error.what)


def disagreements_first(rows: Iterable[BothSaid]) -> list[BothSaid]:
    """The images that both are surest of and disagree about first, then failures, then what they agree on."""
    return sorted(rows, key=lambda one: (2 if one.agree else 0 if one.answered else 1, -one.apart))


@dataclass(frozen=True)
class ModelComparison:
    """Everything that follows from the rows. `first` and `second` are name and version; `known`: classes of both."""

    first: str
    second: str
    known: tuple[str, ...]
    rows: Sequence[BothSaid]

    @cached_property
    def answered(self) -> tuple[BothSaid, ...]:
        """Rows with two answers."""
        return tuple(one for one in self.rows if one.answered)

    @cached_property
    def agreed(self) -> int:
        """Images both named the same class for."""
        return sum(one.agree for one in self.answered)

    @property
    def agreement(self) -> Limits:
        """Limits of the share agreed, every image taken as independent."""
        return wilson(self.agreed, len(self.answered))

    @cached_property
    def pairs(self) -> Counter[tuple[str, str]]:
        """How often the first said this and the second that."""
        return Counter((one.first.label, one.second.label) for one in self.answered)

    @cached_property
    def labelled(self) -> tuple[BothSaid, ...]:
        """Rows with two answers whose true class is one that both models know."""
        return tuple(one for one in self.answered if one.truth in self.known)

    @cached_property
    def paired(self) -> Paired:
        """Who was right of the labelled rows."""
        return _paired(self.labelled)

    @property
    def grouped(self) -> bool:
        """Whether the patient or slide of every labelled image is known."""
        return bool(self.labelled) and all(one.group for one in self.labelled)

    @cached_property
    def limits(self) -> Limits:
        """Limits of the difference in accuracy, over groups where they are known."""
        if not self.grouped:
            return paired_limits(self.paired)
        groups: dict[str, list[BothSaid]] = {}
        for one in self.labelled:
            groups.setdefault(one.group, []).append(one)
        return grouped_limits({name: _paired(rows) for name, rows in groups.items()})

    @property
    def p(self) -> float:
        """Of McNemar's exact test on the labelled rows."""
        return mcnemar(self.paired.only_first, self.paired.only_second)

    def by_class(self) -> list[tuple[str, Paired]]:
        """Who was right of the labelled images of each class, in the first model's order; classes with images only."""
        found = [(name, _paired(one for one in self.labelled if one.truth == name)) for name in self.known]
        return [(name, counts) for name, counts in found if counts.images]


def _paired(rows: Iterable[BothSaid]) -> Paired:
    return paired_of((one.first.label == one.truth, one.second.label == one.truth) for one in rows)
