"""What came of comparing two models, in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from leukdesk.app.viewmodels.faces import Vocabulary
from leukdesk.app.viewmodels.numbers import number
from leukdesk.domain.model_comparison import ModelComparison
from leukdesk.domain.proportions import Limits, wilson

translate = QCoreApplication.translate


def agreement_lines(found: ModelComparison, whole: bool) -> list[tuple[str, str]]:
    """Each line with its role: how often they agree, and which is right where that is known."""
    count = len(found.answered)
    agree = translate("Compare", "They agree on {agreed} of {count} images: {share}.")
    share = _share(found.agreed, count, found.agreement)
    lines = [(agree.format(agreed=number(found.agreed), count=number(count), share=share), "strong")]
    if not whole:
        lines.append((translate("Compare", "It was stopped before all images were asked about."), ""))
    if failed := len(found.rows) - count:
        words = translate("Compare", "Images that could not be classified: {count}.")
        lines.append((words.format(count=number(failed)), ""))
    return lines + (_truth_lines(found) if found.labelled else [(_unknown(found), "muted")])


def class_rows(found: ModelComparison, vocabulary: Vocabulary) -> list[list[str]]:
    """A head and a line for each class with a known image: who was right how often; nothing without such."""
    by_class = found.by_class()
    if not by_class:
        return []
    head = [translate("Compare", "Class"), translate("Compare", "Images"), translate("Compare", "First")]
    head.append(translate("Compare", "Second"))
    rows = [
        [vocabulary.look(name).display, *(number(value) for value in (one.images, one.first, one.second))]
        for name, one in by_class
    ]
    return [head, *rows]


def _truth_lines(found: ModelComparison) -> list[tuple[str, str]]:
    pairs = found.paired
    right = translate("Compare", "{name} is right about {share}.")
    lines = [
        (right.format(name=name, share=_share(count, pairs.images, wilson(count, pairs.images))), "")
        for name, count in ((found.first, pairs.first), (found.second, pairs.second))
    ]
    gain = translate("Compare", "The second minus the first: {points} points ({low} to {high}). McNemar p {p}.")
    limits, p = found.limits, found.p
    said = f"< {number(0.001, 3)}" if p < 0.001 else f"= {number(p, 3)}"
    low, high = (_signed(one) for one in (limits.low, limits.high))
    lines.append((gain.format(points=_signed(pairs.difference), low=low, high=high, p=said), "strong"))
    if found.grouped:
        lines.append((translate("Compare", "In brackets: 95 % limits, over patients or slides."), "muted"))
    else:
        words = translate("Compare", "In brackets: 95 % limits, every image taken as independent.")
        lines.append((words, "muted"))
    return lines


def _unknown(found: ModelComparison) -> str:
    if not found.known:
        return translate("Compare", "They know no class in common, so none of them is counted as right.")
    return translate(
        "Compare", "Which is right is not known: no folder is named after a class, and there is no manifest.csv."
    )


def _share(part: int, whole: int, limits: Limits) -> str:
    if not whole:
        return "–"
    low, high = number(100 * limits.low, 1), number(100 * limits.high, 1)
    words = translate("Compare", "{share} % ({low} to {high})")
    return words.format(share=number(100 * part / whole, 1), low=low, high=high)


def _signed(value: float) -> str:
    points = round(100 * value, 1)
    return f"{'+' if points > 0 else '−' if points < 0 else '±'}{number(abs(points), 1)}"
