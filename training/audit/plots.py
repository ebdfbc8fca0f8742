"""The audit's own picture: the model beside the colour-only baseline under every view."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from leukdesk.domain.vocabulary import OKABE_ITO
from training.audit.result import accuracy
from training.audit.rivals import COLOUR
from training.audit.views import words

if TYPE_CHECKING:
    from training.audit.result import Audit
    from training.evaluate.intervals import Interval

_MODEL, _COLOUR = OKABE_ITO[0], "#666666"


def draw_views(audit: Audit) -> bytes:
    """PNG: accuracy with 95 % limits, as they are and under each view, of the model and the colour-only baseline."""
    from matplotlib.figure import Figure  # without pyplot: no window system, no global state

    names = ["as they are", *(words(one.name) for one in audit.views)]
    model = [accuracy(audit.model), *(accuracy(one.model) for one in audit.views)]
    colour = [accuracy(audit.rivals[COLOUR]), *(accuracy(one.colour) for one in audit.views)]
    figure = Figure(figsize=(6.8, 1.2 + 0.42 * len(names)), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    places = range(len(names), 0, -1)
    for shift, shade, shape, label, figures in (
        (0.14, _MODEL, "o", "model", model),
        (-0.14, _COLOUR, "s", COLOUR, colour),
    ):
        values = [one.value for one in figures]
        heights = [place + shift for place in places]
        axes.errorbar(values, heights, xerr=_limits(figures), fmt=shape, color=shade, capsize=3, label=label, ms=5)
    axes.axvline(audit.permuted.chance, color=_COLOUR, linestyle=":", linewidth=1)
    axes.set_yticks(list(places), names)
    axes.set_xlim(0, 1.01)
    axes.set_xlabel("accuracy, 95 % interval (dotted: chance)")
    axes.grid(axis="x", color="#dddddd")
    figure.legend(loc="outside upper right", ncols=2, fontsize=8, frameon=False)
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()


def _limits(figures: list[Interval]) -> list[list[float]]:
    return [[one.value - one.low for one in figures], [one.high - one.value for one in figures]]
