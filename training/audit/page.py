"""The audit as one HTML page that needs nothing else, and as JSON beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from training.audit.findings import Finding, conclusion, findings
from training.audit.plots import draw_views
from training.audit.result import accuracy
from training.audit.rivals import COLOUR
from training.audit.views import words
from training.evaluate import plots
from training.evaluate.markup import document, figure, number, p_value, points, table
from training.evaluate.rows import write_text

if TYPE_CHECKING:
    from training.audit.result import Audit
    from training.evaluate import Evaluation

_SIGNS = {"for": "+", "against": "\N{MINUS SIGN}", "note": "\N{MIDDLE DOT}"}


def write_audit(audit: Audit, folder: Path) -> Path:
    """Write `audit.json` and `audit.html` into the folder and give the page's path. Raises `OutputError`."""
    found = findings(audit)
    record = audit.to_json() | {"conclusion": conclusion(found), "findings": [asdict(one) for one in found]}
    write_text(folder / "audit.json", json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    page = folder / "audit.html"
    write_text(page, _page(audit, found))
    return page


def _page(audit: Audit, found: Sequence[Finding]) -> str:
    body = [
        f"<h2>What this score is evidence of</h2><p><b>{escape(conclusion(found))}</b></p>",
        _findings_html(found),
        _rivals_html(audit),
        _views_html(audit),
        _permuted_html(audit),
        _other_split_html(audit),
        _refusals_html(audit),
        f'<p class="quiet">Every figure is computed from rows saved in rows/. Weights {audit.facts.sha256}; split '
        f"{audit.split.sha256}; seed {audit.model.seed}, {audit.model.resamples} resamples.</p>",
    ]
    return document(f"Audit: {audit.facts.title}", body)


def _findings_html(found: Sequence[Finding]) -> str:
    lines = [[_SIGNS[one.weight], one.sentence] for one in found]
    legend = "+ speaks for the model's reading cells, \N{MINUS SIGN} against it, \N{MIDDLE DOT} is to be known."
    return table(["", "finding"], lines, numeric=()) + f'<p class="quiet">{legend}</p>'


def _rivals_html(audit: Audit) -> str:
    gaps = {one.model: one for one in audit.against_colour}
    tables = {"the model": audit.model, **audit.rivals}
    lines = []
    for name, one in tables.items():
        gap = gaps.get("model" if name == "the model" else name)
        compared = ["", ""] if gap is None else [points(gap.accuracy_difference), p_value(gap.tests[0].p_holm)]
        lines.append([name, *_figures(one), *compared])
    head = ["", "accuracy", "balanced accuracy", "AUROC", "accuracy against colour only", "McNemar p (Holm)"]
    picture = figure(
        plots.draw_beside({name: accuracy(one) for name, one in tables.items()}), "Accuracy, 95 % intervals"
    )
    return "<h2>Beside the model, on the same split</h2>" + table(head, lines, numeric=range(1, 6)) + picture


def _figures(one: Evaluation) -> list[str]:
    overall = one.overall
    return [number(overall["accuracy"]), number(overall["balanced_accuracy"]), number(overall["auroc"], ".3f")]


def _views_html(audit: Audit) -> str:
    seen = accuracy(audit.rivals[COLOUR])
    lines = [["as they are", number(accuracy(audit.model)), "", number(seen), _share(audit.named)]]
    for one in audit.views:
        change = points(one.change.accuracy_difference)
        figures = [number(accuracy(one.model)), change, number(accuracy(one.colour)), _share(one.named)]
        lines.append([words(one.name), *figures])
    if audit.transplant is not None:
        for name, told in audit.transplant.named().items():
            lines.append([f"nuclei on another class's background: {name}", number(accuracy(told)), "", "", ""])
    head = ["test images", "model", "change", "colour only", "named"]
    images, pixels = audit.nuclei
    about = (
        f"Nuclei were found in {images:.0%} of the images ({pixels:.0%} of all pixels, with a margin). 'Named' is the "
        "share of images to which the program would give a class; the others it refuses."
    )
    picture = figure(draw_views(audit), "The model and the colour-only baseline under every view")
    return f"<h2>The test images seen otherwise</h2><p>{about}</p>" + table(head, lines, numeric=range(1, 5)) + picture


def _permuted_html(audit: Audit) -> str:
    lines = [[name, number(accuracy(one)), str(one.units)] for name, one in audit.permuted.all().items()]
    about = (
        f"Classes changed names within each group, by lot: right once in {1 / audit.permuted.chance:.0f} times "
        f"({audit.permuted.chance:.1%}) is all a model can be, unless the test side holds groups it was trained on."
    )
    head = ["model", "accuracy", f"{audit.model.unit}s dealt to"]
    return f"<h2>Labels dealt anew</h2><p>{about}</p>" + table(head, lines, numeric={1, 2})


def _other_split_html(audit: Audit) -> str:
    other = audit.other_split
    if other is None:
        return ""
    lines = [[name, number(accuracy(here)), number(accuracy(other.there[name]))] for name, here in other.here.items()]
    head = ["model", f"this split ({audit.split.method})", f"the same images split {other.kind}"]
    return "<h2>The other split</h2>" + table(head, lines, numeric={1, 2})


def _refusals_html(audit: Audit) -> str:
    reasons = list(audit.refusals[0].counts)
    lines = [
        [one.name, str(len(one.decisions)), number(one.refused), *_counts(one.counts.values())]
        for one in audit.refusals
    ]
    head = ["images", "number", "refused (exact limits)", *reasons]
    return "<h2>What the program would refuse</h2>" + table(head, lines, numeric=range(1, len(head)))


def _counts(counts: Iterable[int]) -> list[str]:
    return [str(one) for one in counts]


def _share(value: float) -> str:
    return f"{value:.1%}"
