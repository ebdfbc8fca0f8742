"""The evaluation as one HTML page that needs nothing else, and the same as JSON beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from training.evaluate import plots
from training.evaluate.compare import Comparison, compare
from training.evaluate.evaluation import ORIENTATION, Evaluation, evaluate
from training.evaluate.intervals import Interval
from training.evaluate.markup import document, figure, items, number, p_value, points, table
from training.evaluate.rows import Rows, write_text

# Baselines that look at nothing a morphologist would look at.
MORPHOLOGY_FREE = ("majority", "colour only", "corner only", "border only")
SHOWN_GROUPS = 15
_PER_CENT = ("accuracy", "precision", "recall", "specificity", "f1")
_TITLES = {
    "auroc": "AUROC, one class against the rest",
    "pr_auc": "PR-AUC (average precision), one against the rest",
    "kappa": "Cohen's kappa",
    "weighted_kappa": "Linearly weighted kappa",
    "ece": "Expected calibration error (15 bins)",
    "brier": "Brier score (0 to 2)",
    "aurc": "Area under the risk-coverage curve",
    "f1": "F1",
}


def write_report(
    evaluation: Evaluation,
    folder: Path,
    *,
    title: str = "Evaluation",
    baselines: Mapping[str, Rows] | None = None,
    context: Sequence[str] = (),
) -> Path:
    """Write `report.html` and `report.json` into the folder and give the page's path.

    `baselines` are rows of the same test images, shown and compared beside the model; `context` are sentences about
    data and split that stand at the top. Raises `DataError` for rows of other images, `OutputError` where the disk
    refuses.
    """
    if title in (baselines or {}):
        raise ValueError(f"a baseline has the model's title, {title!r}")
    beside = {
        name: evaluate(rows, seed=evaluation.seed, resamples=evaluation.resamples)
        for name, rows in (baselines or {}).items()
    }
    tables = {name: one.rows for name, one in beside.items()} | {title: evaluation.rows}
    comparisons = compare(tables, reference=title, seed=evaluation.seed, resamples=evaluation.resamples)
    record = evaluation.to_json() | {
        "title": title,
        "context": list(context),
        "baselines": {name: one.to_json() for name, one in beside.items()},
        "comparisons": [one.to_json() for one in comparisons],
        "reading": reading(evaluation, comparisons),
    }
    write_text(folder / "report.json", json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    page = folder / "report.html"
    write_text(page, _page(evaluation, title, beside, comparisons, context))
    return page


def reading(evaluation: Evaluation, comparisons: Sequence[Comparison]) -> list[str]:
    """What the score may be taken as evidence of, in sentences: the notes, and each baseline it does not beat."""
    found = []
    for one in comparisons:
        gap = one.accuracy_difference  # baseline minus model
        if one.model in MORPHOLOGY_FREE and gap.high >= 0:
            found.append(
                f"The model is not shown to be better than the baseline '{one.model}', which reads no morphology: "
                "this score is no evidence that the model does."
            )
        elif one.model in MORPHOLOGY_FREE[1:] and evaluation.overall["accuracy"].value + gap.value > _telling(
            evaluation
        ):
            found.append(
                f"The baseline '{one.model}', which reads no morphology, already reaches "
                f"{evaluation.overall['accuracy'].value + gap.value:.1%}: the classes differ in more than their cells."
            )
    return [*found, *evaluation.notes]


def _telling(evaluation: Evaluation) -> float:
    """Half-way from the largest class's share to certainty: above it a baseline has learnt most of the set."""
    largest = float(evaluation.confusion.sum(axis=1).max()) / len(evaluation.rows)
    return (1 + largest) / 2


def _page(
    evaluation: Evaluation,
    title: str,
    beside: Mapping[str, Evaluation],
    comparisons: Sequence[Comparison],
    context: Sequence[str],
) -> str:
    body = [
        *(f"<p>{escape(sentence)}</p>" for sentence in context),
        _reading_html(reading(evaluation, comparisons)),
        _overall_html(evaluation),
        _beside_html(evaluation, title, beside, comparisons) if beside else "",
        _per_class_html(evaluation),
        _confusion_html(evaluation),
        _plots_html(evaluation),
        _groups_html(evaluation) if evaluation.groups else "",
        f'<p class="quiet">Every figure is computed from {len(evaluation.rows)} saved rows, SHA-256 '
        f"{evaluation.rows.sha256()}; seed {evaluation.seed}.</p>",
    ]
    return document(title, body)


def _reading_html(sentences: Sequence[str]) -> str:
    return f"<h2>What this score is evidence of</h2>{items(sentences)}" if sentences else ""


def _overall_html(evaluation: Evaluation) -> str:
    lines = [[_title(name), _number(name, one), str(one.n), one.note] for name, one in evaluation.overall.items()]
    how = f"95 % intervals by {evaluation.resamples} resamples of {evaluation.units} {evaluation.unit}s."
    return f"<h2>Figures</h2><p>{how}</p>" + table(
        ["figure", "value (95 % interval)", "images", ""], lines, numeric={1, 2}
    )


def _beside_html(
    evaluation: Evaluation, title: str, beside: Mapping[str, Evaluation], comparisons: Sequence[Comparison]
) -> str:
    gaps = {one.model: one for one in comparisons}
    shown = ("accuracy", "balanced_accuracy", "auroc")
    lines = [[title, *(_number(name, evaluation.overall[name]) for name in shown), "", ""]]
    for name, one in beside.items():
        found = [_number(figure, one.overall[figure]) for figure in shown]
        lines.append([name, *found, points(gaps[name].accuracy_difference), p_value(gaps[name].tests[0].p_holm)])
    head = ["", "accuracy", "balanced accuracy", "AUROC", "accuracy against the model", "McNemar p (Holm)"]
    accuracies = {title: evaluation.overall["accuracy"]} | {name: e.overall["accuracy"] for name, e in beside.items()}
    picture = figure(plots.draw_beside(accuracies), "Accuracy of the model and of the baselines, 95 % intervals")
    return "<h2>Beside the model</h2>" + table(head, lines, numeric={1, 2, 3, 4, 5}) + picture


def _per_class_html(evaluation: Evaluation) -> str:
    names = list(next(iter(evaluation.per_class.values())))
    lines = [
        [label, *(_number(name, found[name]) for name in names), str(found["recall"].n)]
        for label, found in evaluation.per_class.items()
    ]
    head = ["class", *(_title(name).split(",")[0] for name in names), "images"]
    return "<h2>Each class</h2>" + table(head, lines, numeric=set(range(1, len(head))))


def _confusion_html(evaluation: Evaluation) -> str:
    classes = evaluation.rows.classes
    lines = [[label, *map(str, counts)] for label, counts in zip(classes, evaluation.confusion.tolist(), strict=True)]
    head = ["true \\ predicted", *classes]
    picture = figure(plots.draw_confusion(evaluation), "Confusion matrix, shaded by the share of each true class")
    return f"<h2>Confusion matrix</h2><p>{escape(ORIENTATION.capitalize())}.</p>" + table(
        head, lines, numeric=set(range(1, len(head)))
    ) + picture  # fmt: skip


def _plots_html(evaluation: Evaluation) -> str:
    drawn = [
        figure(plots.draw_roc(evaluation), "ROC curves, each class against the rest (area)"),
        figure(plots.draw_precision_recall(evaluation), "Precision and recall (average precision)"),
        figure(plots.draw_reliability(evaluation), "Reliability: right answers against stated probability"),
        figure(plots.draw_risk_coverage(evaluation), "Risk and coverage: what refusing unsure images buys"),
    ]
    return f'<h2>Curves</h2><div class="plots">{"".join(drawn)}</div>'


def _groups_html(evaluation: Evaluation) -> str:
    lines = [
        [one.group, f"{one.accuracy:.1%} ({one.low:.1%} to {one.high:.1%})", str(one.n), _listed(one.per_class)]
        for one in evaluation.groups[:SHOWN_GROUPS]
    ]
    left = len(evaluation.groups) - len(lines)
    more = f'<p class="quiet">{left} further groups are in report.json.</p>' if left > 0 else ""
    picture = figure(plots.draw_groups(evaluation), "Accuracy of every group; larger marks have more images")
    head = ["group", "accuracy (exact 95 % limits)", "images", "true classes"]
    return "<h2>Groups, worst first</h2>" + table(head, lines, numeric={1, 2}) + more + picture


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{label} {n}" for label, n in counts.items())


def _title(name: str) -> str:
    return _TITLES.get(name, name.replace("_", " ").capitalize().replace("f1", "F1"))


def _number(name: str, one: Interval) -> str:
    return number(one, ".1%" if name.endswith(_PER_CENT) else ".3f")
