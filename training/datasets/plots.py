"""The plots of a data report, as PNG bytes. Drawn without a display."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from leukdesk.domain.vocabulary import OKABE_ITO
from training.datasets.measure import STATISTICS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from training.datasets.check import DataReport


def balance_plot(report: DataReport) -> bytes:
    """Images of each class."""
    figure, axes = _figure()
    labels = list(report.per_class)
    bars = axes.barh(labels, list(report.per_class.values()), color=_colours(labels))
    axes.bar_label(bars, padding=3)
    axes.set_xlabel("images")
    _rows(axes, len(labels))
    axes.set_title("Class balance")
    return _png(figure)


def size_plot(report: DataReport) -> bytes:
    """Images of each size in px, the twelve commonest."""
    figure, axes = _figure()
    sizes = list(report.sizes.items())[:12]
    bars = axes.barh([size for size, _ in sizes], [count for _, count in sizes], color=OKABE_ITO[0])
    axes.bar_label(bars, padding=3)
    axes.set_xlabel("images")
    _rows(axes, len(sizes))
    axes.set_title("Image sizes")
    return _png(figure)


def colour_plot(report: DataReport) -> bytes:
    """Mean lightness against mean saturation of every image, coloured by class."""
    figure, axes = _figure()
    for label, colour in zip(report.per_class, _colours(list(report.per_class)), strict=True):
        values = np.array([one.values for one in report.colours if one.label == label])
        if len(values):
            axes.scatter(values[:, 3], values[:, 0], s=8, alpha=0.5, color=colour, label=label, linewidths=0)
    axes.set_xlabel("mean saturation")
    axes.set_ylabel("mean lightness (L*)")
    axes.set_title("Colour of whole images: classes should overlap")
    if report.colours:
        axes.legend(markerscale=2, fontsize=8)
    return _png(figure)


def separation_plot(report: DataReport) -> bytes:
    """How much of each colour statistic's variance lies between classes."""
    figure, axes = _figure()
    values = [report.separation.get(name, 0.0) for name in STATISTICS]
    bars = axes.barh([name.replace("_", "-") for name in STATISTICS], values, color=OKABE_ITO[5])
    axes.bar_label(bars, fmt="{:.0%}", padding=3)
    axes.set_xlim(0, 1.1)
    _rows(axes, len(values))
    axes.set_title("Share of variance between classes")
    return _png(figure)


def _figure() -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6), dpi=110, layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _rows(axes: Any, count: int) -> None:
    """From top to bottom, and room for at least four, so that one bar does not fill the plot."""
    axes.set_ylim(max(4, count) - 0.5, -0.5)


def _colours(labels: list[str]) -> list[str]:
    return [OKABE_ITO[number % len(OKABE_ITO)] for number in range(len(labels))]


def _png(figure: Figure) -> bytes:
    stream = BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()
