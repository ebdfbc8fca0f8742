"""A case in numbers: the differential of its cells, and the share of its images in each class, with limits.

What counts is the answer: the human's label where there is one, else the model's. Findings for a human to confirm,
never a diagnosis.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from leukdesk.domain.case import CaseRecord
from leukdesk.domain.differential import Differential, Line, differential, in_order
from leukdesk.domain.proportions import LEVEL, wilson
from leukdesk.domain.recorded import WHOLE_IMAGE, RecordedFinding
from leukdesk.domain.review import NOT_CLASSED, UNIDENTIFIED, Answer

_NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ImageShares:
    """Images of each class: `share` of those that have one, with limits."""

    lines: tuple[Line, ...]
    counted: int  # images that have a class
    unidentified: int  # without a class that may be signed
    not_classed: int  # left out by a person


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """What there is to count in a case; None where it has no such answers."""

    cells: Differential | None
    images: ImageShares | None


def summarise(record: CaseRecord, names: Mapping[str, str] = _NO_NAMES) -> CaseSummary:
    """Count the answers of a case; `names` has display names of classes, and a class without one is named by its id.

    The finding of a whole image whose cells were classed as well is not counted among the images: it says nothing that
    its cells do not say better.
    """
    cells = [one for one in record.answers if one.cell != WHOLE_IMAGE]
    with_cells = {one.image_id for one in cells}
    images = [one for one in record.answers if one.cell == WHOLE_IMAGE and one.image_id not in with_cells]
    known = _classes(record.findings, with_cells)
    return CaseSummary(
        _differential(cells, known[True], names) if cells else None,
        _shares(images, known[False], names) if images else None,
    )


def shown_name(class_id: str, names: Mapping[str, str] = _NO_NAMES) -> str:
    """How a class is called on screen and paper."""
    return names.get(class_id) or class_id.replace("_", " ").capitalize()


def _classes(findings: Iterable[RecordedFinding], with_cells: set[int]) -> dict[bool, list[str]]:
    """The classes that the models could answer, of cells (True) and of whole images."""
    known: dict[bool, dict[str, None]] = {True: {}, False: {}}
    for one in findings:
        known[one.cell != WHOLE_IMAGE or one.image_id in with_cells] |= dict.fromkeys(one.probabilities)
    return {which: list(classes) for which, classes in known.items()}


def _differential(answers: list[Answer], known: list[str], names: Mapping[str, str]) -> Differential:
    counts, unidentified, not_classed = _counted(answers)
    classes = dict.fromkeys([*known, *counts])
    display = {one: shown_name(one, names) for one in classes}
    return differential(counts, display, unidentified=unidentified, not_classed=not_classed)


def _shares(answers: list[Answer], known: list[str], names: Mapping[str, str]) -> ImageShares:
    counts, unidentified, not_classed = _counted(answers)
    total = sum(counts.values())
    lines = tuple(
        Line(
            one,
            shown_name(one, names),
            counts[one],
            counts[one] / total if total else 0.0,
            wilson(counts[one], total, LEVEL),
        )
        for one in in_order(dict.fromkeys([*known, *counts]))
    )
    return ImageShares(lines, total, unidentified, not_classed)


def _counted(answers: Iterable[Answer]) -> tuple[Counter[str], int, int]:
    """Answers by class, and how many have none: not yet, or because a person left them out."""
    counts: Counter[str] = Counter()
    unidentified = not_classed = 0
    for one in answers:
        if one.human_label == NOT_CLASSED:
            not_classed += 1
        elif not one.resolved or one.label == UNIDENTIFIED:
            unidentified += 1
        else:
            counts[one.label] += 1
    return counts, unidentified, not_classed
