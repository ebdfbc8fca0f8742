"""The figures of the report as PNG bytes, drawn off-screen; classes keep one colour throughout."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from leukdesk.domain.vocabulary import OKABE_ITO
from training.evaluate.calibration_metrics import Selection
from training.evaluate.evaluation import Evaluation
from training.evaluate.intervals import Interval
from training.evaluate.ranking import Ranking

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GREY = "#666666"
_SHOWN_CELLS = 20  # above this many classes the counts in the cells are unreadable


def draw_confusion(evaluation: Evaluation) -> bytes:
    """Confusion matrix shaded by the share of each true class (row), with counts."""
    classes, counts = evaluation.rows.classes, evaluation.confusion
    side = 2.2 + 0.62 * len(classes)
    figure, axes = _page(side + 0.6, side)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(classes)), classes, rotation=45, ha="right")
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    if len(classes) <= _SHOWN_CELLS:
        for row, column in np.ndindex(*counts.shape):
            ink = "white" if share[row, column] > 0.5 else "black"
            axes.text(column, row, str(counts[row, column]), ha="center", va="center", color=ink)
    return _png(figure)


def draw_roc(evaluation: Evaluation) -> bytes:
    """ROC curve of each class against the rest, where it has images and others have."""
    figure, axes = _page(4.6, 4.4)
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle=":", linewidth=1)
    for c, label, ranking in _rankings(evaluation):
        false_rate, recall, _ = ranking.curve()
        area = evaluation.per_class[label]["auroc"].value
        axes.plot([0, *false_rate], [0, *recall], color=_colour(c), label=f"{label} ({area:.3f})")
    axes.set_xlabel("false positive rate (1 - specificity)")
    axes.set_ylabel("recall (sensitivity)")
    return _finished(figure, axes, legend="lower right")


def draw_precision_recall(evaluation: Evaluation) -> bytes:
    """Precision against recall of each class; the legend gives the average precision."""
    figure, axes = _page(4.6, 4.4)
    for c, label, ranking in _rankings(evaluation):
        _, recall, precision = ranking.curve()
        area = evaluation.per_class[label]["pr_auc"].value
        axes.step(
            [0, *recall], [precision[0], *precision], where="pre", color=_colour(c), label=f"{label} ({area:.3f})"
        )
    axes.set_xlabel("recall (sensitivity)")
    axes.set_ylabel("precision")
    return _finished(figure, axes, legend="lower left")


def draw_reliability(evaluation: Evaluation) -> bytes:
    """Share of right answers against the stated probability; the number of images stands in each bar."""
    figure, axes = _page(4.6, 4.4)
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle=":", linewidth=1)
    for one in evaluation.reliability:
        if one.accuracy is not None:
            axes.bar(one.low, one.accuracy, one.high - one.low, align="edge", color=OKABE_ITO[4], edgecolor="white")
            axes.text((one.low + one.high) / 2, 0.02, str(one.n), ha="center", fontsize=7, rotation=90)
    axes.set_xlabel("probability of the predicted class")
    axes.set_ylabel("share of right answers")
    return _finished(figure, axes)


def draw_risk_coverage(evaluation: Evaluation) -> bytes:
    """Share of wrong answers among the surest images, against how many are answered at all."""
    rows = evaluation.rows
    _, coverage, risk = Selection(rows.scores.max(axis=1), rows.truth == rows.predicted).curve()
    figure, axes = _page(4.6, 4.4)
    axes.step(coverage, risk, where="post", color=OKABE_ITO[5])
    axes.set_xlabel("share of images answered, the surest first")
    axes.set_ylabel("share of wrong answers among them")
    axes.set_ylim(0, max(0.05, float(risk.max()) * 1.1))
    axes.set_xlim(0, 1)
    return _png(figure)


def draw_beside(accuracies: Mapping[str, Interval]) -> bytes:
    """Accuracy with 95 % limits of the model (first) and of what stands beside it."""
    figure, axes = _page(6.4, 1.2 + 0.34 * len(accuracies))
    for place, (index, one) in enumerate(zip(range(len(accuracies), 0, -1), accuracies.values(), strict=True)):
        colour = OKABE_ITO[0] if place == 0 else _GREY
        limits = [[one.value - one.low], [one.high - one.value]]
        axes.errorbar(one.value, index, xerr=limits, fmt="o", color=colour, capsize=3)
    axes.set_yticks(range(len(accuracies), 0, -1), list(accuracies))
    axes.set_xlim(0, 1.01)
    axes.set_xlabel("accuracy, 95 % interval")
    axes.grid(axis="x", color="#dddddd")
    return _png(figure)


def draw_groups(evaluation: Evaluation) -> bytes:
    """Accuracy of every group, worst first; the area of a mark grows with its images."""
    figure, axes = _page(6.4, 3.2)
    groups = evaluation.groups
    sizes = [10 + 90 * one.n / max(each.n for each in groups) for one in groups]
    axes.scatter(range(len(groups)), [one.accuracy for one in groups], s=sizes, color=OKABE_ITO[0], alpha=0.7)
    axes.axhline(evaluation.overall["accuracy"].value, color=_GREY, linestyle=":", linewidth=1)
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlabel("group, worst first")
    axes.set_ylabel("accuracy")
    return _png(figure)


def _rankings(evaluation: Evaluation) -> list[tuple[int, str, Ranking]]:
    rows = evaluation.rows
    return [
        (c, label, Ranking(rows.scores[:, c], rows.truth == c))
        for c, label in enumerate(rows.classes)
        if evaluation.per_class[label]["auroc"].defined
    ]


def _colour(place: int) -> str:
    return OKABE_ITO[place % len(OKABE_ITO)]


def _page(width: float, height: float) -> tuple[Figure, Axes]:
    # Figure without pyplot: no window system, no global state, safe in any thread.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=110, layout="constrained")
    return figure, figure.add_subplot()


def _finished(figure: Figure, axes: Axes, *, legend: Literal["lower left", "lower right"] | None = None) -> bytes:
    axes.set_xlim(0, 1.005)
    axes.set_ylim(0, 1.005)
    if legend is not None and axes.get_legend_handles_labels()[0]:
        axes.legend(loc=legend, fontsize=8, frameon=False)
    return _png(figure)


def _png(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()
