"""One shipped model: what it is for, and what its test set says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from training.evaluation_page.markdown import NOT_RECORDED, bullets, figure, note, percent, plain, share, table
from training.evaluation_page.sources import Model

OVERALL = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_f1": "macro F1",
    "kappa": "kappa",
    "auroc": "AUROC (mean over classes)",
    "pr_auc": "PR-AUC (mean over classes)",
    "brier": "Brier score",
    "aurc": "area under the risk-coverage curve",
    "worst_group_accuracy": "accuracy in the worst group",
}
PER_CLASS = ("precision", "recall", "specificity", "f1")
COVERAGES = (1.0, 0.98, 0.95, 0.9, 0.8)
GROUPS_SHOWN = 12


def describe(model: Model) -> Iterator[str]:
    """Purpose, limits and data, as the sealed card states them."""
    card = model.card
    yield f"{card.title}. {card.intended_use}"
    about = [
        ("looks at", "whole fields" if card.scope == "field" else "single cells"),
        ("classes", ", ".join(one.display for one in card.classes)),
        ("architecture", f"{card.architecture.name}, {card.input_size} px"),
        ("training data", f"{card.training_data.name}: {card.training_data.images} images"),
        ("source", card.training_data.source),
        ("split", f"{card.training_data.split}; groups: {card.training_data.groups}"),
        ("licence of the model", card.licence),
    ]
    yield table(["", ""], about, words=2)
    yield "Known limits:"
    yield bullets(card.limits) or f"- {NOT_RECORDED}"


def test_results(model: Model) -> Iterator[str]:
    """Overall and per class, with 95 % limits; the card's own figures where no rows were kept."""
    found = None if model.kept is None else model.kept.evaluation
    if found is None:
        yield "The rows of this model's test were not kept here; these are the figures on its sealed card."
        yield _card_figures(model)
        return
    boot = found["bootstrap"]
    yield (
        f"{found['n']} test images; limits are 95 %, resampled over {boot['units']} {boot['unit']}s "
        f"({boot['resamples']} times). " + " ".join(found["notes"])
    )
    lines = [
        [words, figure(name, found["overall"][name]), note(found["overall"][name])]
        for name, words in OVERALL.items()
        if name in found["overall"] and not (name == "worst_group_accuracy" and _each_its_own_group(found))
    ]
    yield table(["figure", "value (95 % limits)", "note"], lines)
    yield table(
        ["class", *PER_CLASS],
        [[label, *(share(one.get(name)) for name in PER_CLASS)] for label, one in found["per_class"].items()],
    )
    yield "Confusion, rows are the true classes:"
    confusion = found["confusion"]
    lines = [[label, *map(str, row)] for label, row in zip(confusion["classes"], confusion["counts"], strict=True)]
    yield table(["", *confusion["classes"]], lines)


def _card_figures(model: Model) -> str:
    known = {one.name: one for one in model.card.metrics}
    lines = [[words, figure(name, known[name])] for name, words in OVERALL.items() if name in known]
    return table(["figure", "value (95 % limits)"], lines) if lines else NOT_RECORDED


def calibration(model: Model) -> Iterator[str]:
    """Temperature, calibration error and reliability; what is gained by refusing."""
    card = model.card
    evaluation = {} if model.kept is None or model.kept.evaluation is None else model.kept.evaluation
    ece = evaluation.get("overall", {}).get("ece") or next((one for one in card.metrics if one.name == "ece"), None)
    yield (
        f"Temperature {card.temperature:.4f}, fitted on validation images. Expected calibration error {plain(ece)}. "
        f"Below a probability of {card.accept_threshold:.4f} the answer is 'unidentified'."
    )
    if not evaluation:
        return
    lines = [
        [f"{one['low']:.2f} to {one['high']:.2f}", str(one["n"]), percent(one["confidence"]), percent(one["accuracy"])]
        for one in evaluation["reliability"]
        if one["n"]
    ]
    yield table(["probability of the answer", "images", "mean probability", "right"], lines)
    yield "Answering only where the model is surest:"
    yield table(["share answered", "least probability", "wrong among the answered"], _coverage(model, evaluation))


def _coverage(model: Model, evaluation: Mapping[str, Any]) -> Iterator[list[str]]:
    curve = evaluation["risk_coverage"]
    steps = list(zip(curve["coverage"], curve["threshold"], curve["risk"], strict=True))
    for wanted in COVERAGES:
        coverage, threshold, risk = min(steps, key=lambda one: abs(one[0] - wanted))
        yield [percent(coverage), f"{threshold:.4f}", percent(risk, 2)]
    accepted = [one for one in steps if one[1] >= model.card.accept_threshold]
    if accepted:
        coverage, _, risk = accepted[-1]
        yield [f"{percent(coverage)} (the accept threshold)", f"{model.card.accept_threshold:.4f}", percent(risk, 2)]


def by_group(model: Model) -> Iterator[str]:
    """Hits and misses by patient, slide or block, worst first."""
    evaluation = {} if model.kept is None or model.kept.evaluation is None else model.kept.evaluation
    groups = evaluation.get("groups", [])
    if not groups:
        yield f"Groups: {NOT_RECORDED}." if not evaluation else "No groups are known for these images."
        return
    missed = [one for one in groups if one["accuracy"] < 1]
    if _each_its_own_group(evaluation):
        yield f"{len(groups)} groups of {evaluation['n']} images, hardly more than one each: {len(missed)} have a miss."
        return
    yield f"Of {len(groups)} groups {len(groups) - len(missed)} have no miss. The others, worst first:"
    lines = []
    for one in missed[:GROUPS_SHOWN]:
        hits = round(one["accuracy"] * one["n"])
        exact = share({"value": one["accuracy"], "low": one["low"], "high": one["high"]})
        lines.append([one["group"], str(one["n"]), str(hits), str(one["n"] - hits), exact])
    if lines:
        yield table(["group", "images", "hits", "misses", "accuracy (exact limits)"], lines)
    if len(missed) > GROUPS_SHOWN:
        yield f"... and {len(missed) - GROUPS_SHOWN} more with a miss."


def _each_its_own_group(evaluation: Mapping[str, Any]) -> bool:
    """Whether groups hold hardly more than one image, so that a miss makes a group without a hit."""
    return bool(len(evaluation.get("groups", [])) > evaluation["n"] / 2)
