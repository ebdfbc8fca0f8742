"""One shipped model: what its audit found, what the program refuses, and where the heatmaps lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from training.audit.views import words
from training.evaluation_page.markdown import p_value, percent, percents, points, share, table
from training.evaluation_page.sources import Model
from training.heat.record import EnergyOf

SIGNS = {"for": "+", "against": "\N{MINUS SIGN}", "note": "\N{MIDDLE DOT}"}
LEGEND = "+ is to the model's credit, \N{MINUS SIGN} is held against it, \N{MIDDLE DOT} is to be known."


def audit(model: Model) -> Iterator[str]:
    """Conclusion, findings, baselines, views and dealt labels."""
    found = model.audit
    if found is None:
        command = f"leukdesk-train audit --bundle models/{model.folder} --data DIR --split FILE --out DIR"
        yield f"Not audited. `{command}` does."
        return
    yield from _provenance(model, found)
    yield f"**{found['conclusion']}**"
    yield table(
        ["", "finding"], [[SIGNS[one["weight"]], percents(one["sentence"])] for one in found["findings"]], words=2
    )
    yield LEGEND
    yield "Beside the model, on the same test images:"
    yield _rivals(found)
    yield (
        "The test images seen otherwise. 'Named' is the share of images to which the program would give a class; "
        f"nuclei were found in {percent(found['nuclei']['images'], 0)} of the images and are "
        f"{percent(found['nuclei']['pixels'], 0)} of the pixels."
    )
    yield _views(found)
    yield from _dealt(found)


def _provenance(model: Model, found: Mapping[str, Any]) -> Iterator[str]:
    """Whether the audit and the kept rows are of one set of answers."""
    evaluation = None if model.kept is None else model.kept.evaluation
    if evaluation is not None and found["result"]["rows_sha256"] != evaluation["rows_sha256"]:
        yield (
            "The audit asked the network anew: its answers differ from the kept rows in the last digits, or were given "
            f"on another split ({found['split']['method']}, {found['result']['n']} images)."
        )


def _rivals(found: Mapping[str, Any]) -> str:
    gaps = {one["model"]: one for one in found["against_colour_only"]}
    lines = [["the model", share(found["result"]["overall"]["accuracy"]), *_gap(gaps.get("model"))]]
    for name, one in found["rivals"].items():
        lines.append([name, share(one["overall"]["accuracy"]), *_gap(gaps.get(name))])
    return table(["", "accuracy", "points against colour only", "McNemar p (Holm)"], lines)


def _gap(one: Mapping[str, Any] | None) -> list[str]:
    if one is None:
        return ["", ""]
    return [points(one["accuracy_difference"]), p_value(one["tests"][0]["p_holm"])]


def _views(found: Mapping[str, Any]) -> str:
    seen = found["rivals"].get("colour only", {}).get("overall", {}).get("accuracy")
    whole = share(found["result"]["overall"]["accuracy"])
    lines = [["as they are", whole, "", share(seen), percent(found["named"])]]
    for name, one in found["views"].items():
        model, colour = (one[key]["overall"]["accuracy"] for key in ("model", "colour only"))
        change = points(one["change"]["accuracy_difference"])
        lines.append([words(name), share(model), change, share(colour), percent(one["named"])])
    for name, one in (found.get("transplant") or {}).items():
        lines.append([f"nuclei on another class's background: {name}", share(one["overall"]["accuracy"]), "", "", ""])
    return table(["test images", "model", "change in points", "colour only", "named"], lines)


def _dealt(found: Mapping[str, Any]) -> Iterator[str]:
    dealt = found["permuted"]
    said = [f"{name} {share(one['overall']['accuracy'])}" for name, one in dealt["models"].items()]
    yield f"With labels dealt anew to whole groups (chance is {percent(dealt['chance'])}): {'; '.join(said)}."
    other = found.get("other_split")
    if other:
        lines = [
            [name, share(here["overall"]["accuracy"]), share(other["there"][name]["overall"]["accuracy"])]
            for name, here in other["here"].items()
        ]
        yield f"The same cheap models on this split and on the same images split {other['kind']}:"
        yield table(["", "this split", other["kind"]], lines)


def refusals(model: Model) -> Iterator[str]:
    """What the program would refuse, in scope and out of it."""
    found = (model.audit or {}).get("refusals") or []
    if not found:
        yield "Not recorded: the audit names folders of other images with `--scope`."
        return
    reasons = [one for one in found[0]["decisions"] if one != "named"]
    lines = [
        [one["name"], str(one["images"]), share(one["refused"]), *(str(one["decisions"][name]) for name in reasons)]
        for one in found
    ]
    yield table(["images of", "number", "refused (exact limits)", *reasons], lines)


def elsewhere(model: Model) -> Iterator[str]:
    """How many cells of other laboratories are named, and how many of those rightly."""
    if model.card.scope != "cell":
        yield "Only models of single cells are asked about single cells."
        return
    if model.elsewhere is None:
        yield "Not measured."
        return
    yield (
        "Another stain, another camera, another reader. 'Named' is the share of cells to which the program would give "
        "a class, 'right' the share of those; the last column counts every answer, also those the program withholds."
    )
    lines = [
        [one.source, str(one.n), one.reader, share(one.named), share(one.right), share(one.best)]
        for one in model.elsewhere.sets
    ]
    yield table(["cells of", "number", "read by", "named", "right of the named", "right of all"], lines)
    for one in model.elsewhere.sets:
        said = "; ".join(
            f"{label}: " + ", ".join(f"{count} {answer}" for answer, count in answers.items())
            for label, answers in one.answers.items()
        )
        yield f"{one.source}, what was said of each class: {said}."


def heatmaps(model: Model) -> Iterator[str]:
    """Energy inside nucleated cells against their area."""
    if model.energy is None:
        yield f"Not measured. `leukdesk-train energy models/{model.folder} --fields DIR` does."
        return
    lines = [_energy(one) for one in model.energy.sets]
    yield (
        "Share of the heatmap's energy for the predicted class inside the boxes of nucleated cells, against the share "
        "of the picture that these take; means over pictures. A map that knows nothing of cells has both alike."
    )
    head = ["pictures", "number", "energy inside", "area", "more, in points", "named"]
    yield table(head, lines)
    blank = sum(one.blank for one in model.energy.sets)
    if blank:
        yield f"{blank} pictures had no energy for the predicted class and are left out."


def _energy(one: EnergyOf) -> list[str]:
    pictures = f"{one.pictures}: {one.source}"
    return [pictures, str(one.n), share(one.inside), share(one.area), points(one.more), percent(one.named)]
