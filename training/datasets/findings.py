"""A data report in sentences, each with what to do about it."""

from __future__ import annotations

from collections import Counter
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


def findings(report: DataReport) -> list[str]:
    """Summary first, then problems by kind, then what could mislead."""
    lines = [_summary(report)]
    for kind, count in Counter(one.kind for one in report.problems).items():
        first = next(one for one in report.problems if one.kind == kind)
        severity = "error" if first.error else "note"
        lines.append(
            f"{severity}: {kind.replace('_', ' ')}, {count}: {_ADVICE[kind]} ({first.image_id}: {first.detail})"
        )
    return lines + _doubles(report) + _leaks(report) + _shape(report)


def _summary(report: DataReport) -> str:
    classes = ", ".join(f"{label} {count}" for label, count in report.per_class.items())
    unlabelled = f"; {report.unlabelled} without a label were left out" if report.unlabelled else ""
    return f"{report.images} images ({classes}){unlabelled}"


def _doubles(report: DataReport) -> list[str]:
    lines = []
    if report.duplicates:
        surplus = sum(len(family) - 1 for family in report.duplicates)
        lines.append(f"warning: {surplus} exact copies ({' = '.join(report.duplicates[0][:3])}): remove them")
    for across, what in (("classes", "between classes: one of the labels is wrong"), ("groups", "between groups")):
        pairs = [one for one in report.near_duplicates if one.across == across]
        if pairs:
            first = f"{pairs[0].first} and {pairs[0].second}, likeness {pairs[0].likeness:.2f}"
            lines.append(f"warning: {_pairs(len(pairs))} of the same view {what} ({first})")
    within = sum(one.across == "" for one in report.near_duplicates)
    if within:
        lines.append(f"note: {_pairs(within)} of nearly the same view within a class; a split must keep them together")
    return lines


def _pairs(count: int) -> str:
    return f"{count} pair" if count == 1 else f"{count} pairs"


def _leaks(report: DataReport) -> list[str]:
    lines = []
    for mark in report.marks:
        left, top, right, bottom = (round(100 * edge) for edge in mark.box)
        rates = ", ".join(f"{label} {share:.0%}" for label, share in mark.per_class.items())
        lines.append(
            f"warning: the same structure (a burnt-in mark, a frame, dust) at {left}-{right} % across and "
            f"{top}-{bottom} % down in {mark.share:.0%} of images ({rates}); it alone tells the class in "
            f"{mark.tells:.0%} (largest class {mark.majority:.0%}): mask it in training and compare with a corner-only "
            "baseline"
        )
    telling = {name: share for name, share in report.separation.items() if share > _TELLING_COLOUR}
    if telling and len(report.per_class) > 1:
        listed = ", ".join(f"{name} {share:.0%}" for name, share in telling.items())
        lines.append(
            f"warning: colour differs between classes (variance between classes: {listed}): a model may read the "
            "stain; augment stain and colour, and compare with a colour-only baseline"
        )
    return lines


def _shape(report: DataReport) -> list[str]:
    lines = []
    counts = [count for count in report.per_class.values() if count]
    if len(report.per_class) < 2:
        lines.append("error: there is only one class; training needs at least two")
    elif max(counts) > _UNEVEN * min(counts):
        lines.append(f"note: the largest class has {max(counts) / min(counts):.1f} times the smallest: weigh classes")
    if len(report.sizes) > 1:
        sizes = ", ".join(f"{size} ({count})" for size, count in list(report.sizes.items())[:4])
        lines.append(f"note: {len(report.sizes)} image sizes, such as {sizes}: all are fitted to the model's input")
    if report.grouping == "none":
        lines.append("warning: patients are not recorded: every result will be image-level, optimistic")
    few = [f"{label} {count}" for label, count in report.groups_per_class.items() if count < 3]
    if few:
        lines.append(f"warning: too few groups to divide by group: {', '.join(few)}")
    return lines
