"""The page itself: one section a shipped model, then what compares models."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from leukdesk.domain.vocabulary import RESEARCH_USE
from training.evaluation_page import adapted, audited, comparisons, results
from training.evaluation_page.markdown import figure, table
from training.evaluation_page.sources import Model, Sources

TOGETHER: dict[str, tuple[Callable[[Sources], Iterator[str]], str]] = {
    "Published systems, like for like": (
        comparisons.published,
        "`leukdesk-train systems --like-for-like`, from `leukdesk-train record RUN`",
    ),
    "Models on the same test images": (comparisons.on_the_same_images, "`leukdesk-train page`, from the kept rows"),
    "Size and speed against accuracy": (comparisons.trade_off, "`python -m benchmarks.trade_off --record`"),
    "On a GPU": (comparisons.gpu, "`python -m benchmarks.gpu --record`"),
}
OF_EACH: dict[str, tuple[Callable[[Model], Iterator[str]], str]] = {
    "Test results": (results.test_results, "`leukdesk-train evaluate RUN`, kept by `leukdesk-train record RUN`"),
    "Calibration, and what refusing buys": (results.calibration, "`leukdesk-train evaluate RUN`"),
    "Hits and misses by group": (results.by_group, "`leukdesk-train evaluate RUN`"),
    "What the program refuses": (audited.refusals, "`leukdesk-train audit RUN --scope DIR...`"),
    "Cells of other laboratories": (
        audited.elsewhere,
        "`leukdesk-train elsewhere models/NAME --fields DIR --cells DIR`",
    ),
    "Adapted to another look": (
        adapted.adaptation,
        "`leukdesk-train adapt-measure models/NAME --data DIR --split FILE --work DIR`",
    ),
    "What the score is evidence of": (audited.audit, "`leukdesk-train audit RUN`"),
    "Where the heatmaps lie": (audited.heatmaps, "`leukdesk-train energy models/NAME --fields DIR`"),
}


def render(sources: Sources) -> str:
    """The whole page as Markdown."""
    return "\n\n".join(_pieces(sources)) + "\n"


def _pieces(sources: Sources) -> Iterator[str]:
    yield "# How good the models are, and are not"
    yield f"{RESEARCH_USE}."
    yield (
        "Written by `leukdesk-train page` from the sealed bundles in `models/` and the records in `docs/results/`; no "
        "number here is typed in. Under each table stands the command that makes its records."
    )
    yield _overview(sources)
    for model in sources.models:
        yield f"## {model.folder}"
        yield from results.describe(model)
        for title, (write, command) in OF_EACH.items():
            yield f"### {model.folder}: {title[0].lower()}{title[1:]}"
            yield from write(model)
            yield f"Made by {command}."
    for title, (compare, command) in TOGETHER.items():
        yield f"## {title}"
        yield from compare(sources)
        yield f"Made by {command}."


def _overview(sources: Sources) -> str:
    lines = []
    for model in sources.models:
        card = model.card
        known = {one.name: one for one in card.metrics}
        energy = (
            [] if model.energy is None else [f"{100 * (one.more.value or 0):+.0f} points" for one in model.energy.sets]
        )
        lines.append([
            f"[{model.folder}](#{model.folder.replace('.', '')})",
            "synthetic fields only" if card.synthetic else f"{card.scope}s",
            *(figure(name, known.get(name)) for name in ("accuracy", "macro_f1", "ece")),
            "not audited" if model.audit is None else "audited",
            ", ".join(energy) or "not measured",
        ])  # fmt: skip
    head = ["model", "looks at", "accuracy", "macro F1", "ECE", "audit", "heatmap energy in cells beyond their area"]
    return table(head, lines, words=2)
