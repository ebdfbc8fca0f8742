"""A data report in sentences, each with what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.datasets.check import DataReport

_ADVICE = {
    "missing": "listed but not there, restore them or take them out of the manifest",
    "truncated": "cut short, copy or download them again",
    "unreadable": "cannot be opened as an image, copy them again or take them out",
    "too_small": "too small to show a cell, take them out",
    "wrong_hash": "not the files the manifest describes, restore them or renew the manifest",
    "two_classes": "the same content stands in two classes, keep it in its true class",
    "mislabelled": "named after another class, check their labels",
    "wrong_suffix": "the suffix is not that of the format: harmless here, a trap elsewhere",
}
_UNEVEN = 1.5
_TELLING_COLOUR = 0.3


# What training itself refuses; the other errors mislead it.
_REFUSED = frozenset({"missing", "truncated", "unreadable", "too_small", "two_classes", "one_class"})


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. `severity` is "error", "warning" or "note"; `blocks`: training would refuse the data."""

    code: str
    severity: str
    words: str

    @property
    def blocks(self) -> bool:
        """Whether nothing can be trained before it is settled."""
        return self.code in _REFUSED

    @property
    def line(self) -> str:
        """In one line."""
        return f"{self.severity}: {self.words}"


def findings(report: DataReport) -> list[str]:
    """Summary first, then problems by kind, then what could mislead."""
    return [_summary(report), *(one.line for one in found(report))]


def found(report: DataReport) -> list[Found]:
    """Problems by kind, then what could mislead."""
    return [*_problems(report), *_doubles(report), *_leaks(report), *_shape(report)]


def _problems(report: DataReport) -> Iterator[Found]:
    for kind, count in Counter(one.kind for one in report.problems).items():
        first = next(one for one in report.problems if one.kind == kind)
        words = f"{kind.replace('_', ' ')}, {count}: {_ADVICE[kind]} ({first.image_id}: {first.detail})"
        yield Found(kind, "error" if first.error else "note", words)


def _summary(report: DataReport) -> str:
    classes = ", ".join(f"{label} {count}" for label, count in report.per_class.items())
    unlabelled = f"; {report.unlabelled} without a label were left out" if report.unlabelled else ""
    return f"{report.images} images ({classes}){unlabelled}"


def _doubles(report: DataReport) -> Iterator[Found]:
    if report.duplicates:
        surplus = sum(len(family) - 1 for family in report.duplicates)
        words = f"{surplus} exact copies ({' = '.join(report.duplicates[0][:3])}): remove them"
        yield Found("copies", "warning", words)
    for across, what in (("classes", "between classes: one of the labels is wrong"), ("groups", "between groups")):
        pairs = [one for one in report.near_duplicates if one.across == across]
        if pairs:
            first = f"{pairs[0].first} and {pairs[0].second}, likeness {pairs[0].likeness:.2f}"
            words = f"{_pairs(len(pairs))} of the same view {what} ({first})"
            yield Found(f"near_between_{across}", "warning", words)
    within = sum(one.across == "" for one in report.near_duplicates)
    if within:
        words = f"{_pairs(within)} of nearly the same view within a class; a split must keep them together"
        yield Found("near", "note", words)


def _pairs(count: int) -> str:
    return f"{count} pair" if count == 1 else f"{count} pairs"


def _leaks(report: DataReport) -> Iterator[Found]:
    for mark in report.marks:
        left, top, right, bottom = (round(100 * edge) for edge in mark.box)
        rates = ", ".join(f"{label} {share:.0%}" for label, share in mark.per_class.items())
        words = (
            f"the same structure (a burnt-in mark, a frame, dust) at {left}-{right} % across and "
            f"{top}-{bottom} % down in {mark.share:.0%} of images ({rates}); it alone tells the class in "
            f"{mark.tells:.0%} (largest class {mark.majority:.0%}): mask it in training and compare with a corner-only "
            "baseline"
        )
        yield Found("mark", "warning", words)
    telling = {name: share for name, share in report.separation.items() if share > _TELLING_COLOUR}
    if telling and len(report.per_class) > 1:
        listed = ", ".join(f"{name} {share:.0%}" for name, share in telling.items())
        words = (
            f"colour differs between classes (variance between classes: {listed}): a model may read the "
            "stain; augment stain and colour, and compare with a colour-only baseline"
        )
        yield Found("colour", "warning", words)


def _shape(report: DataReport) -> Iterator[Found]:
    counts = [count for count in report.per_class.values() if count]
    if len(report.per_class) < 2:
        yield Found("one_class", "error", "there is only one class; training needs at least two")
    elif max(counts) > _UNEVEN * min(counts):
        times = max(counts) / min(counts)
        yield Found("uneven", "note", f"the largest class has {times:.1f} times the smallest: weigh classes")
    if len(report.sizes) > 1:
        sizes = ", ".join(f"{size} ({count})" for size, count in list(report.sizes.items())[:4])
        words = f"{len(report.sizes)} image sizes, such as {sizes}: all are fitted to the model's input"
        yield Found("sizes", "note", words)
    if report.grouping == "none":
        words = "patients are not recorded: every result will be image-level, optimistic"
        yield Found("no_groups", "warning", words)
    few = [f"{label} {count}" for label, count in report.groups_per_class.items() if count < 3]
    if few:
        yield Found("few_groups", "warning", f"too few groups to divide by group: {', '.join(few)}")
