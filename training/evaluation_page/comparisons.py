"""Across models: the published systems like for like, models on the same images, cost against accuracy, the GPU."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from training.evaluate.evaluation import plain as interval_json
from training.evaluation_page.markdown import p_value, points, share, table
from training.evaluation_page.sources import Sources
from training.systems.catalogue import published_models
from training.systems.like_for_like import SPLITS, Side, like_for_like, same_images

MIB = 1024 * 1024
COMPARED_ON = "taleqani-all"  # the folder of the data set that most networks were trained on


def published(sources: Sources) -> Iterator[str]:
    """Reported, ours by the system's own split, ours by group, colour only, McNemar."""
    head = ["system", "model", "reported"]
    for words in SPLITS.values():
        head += [f"ours, {words}", f"colour only, {words}", "McNemar p"]
    lines = [
        [one.system, one.model, one.reported, *(cell for kind in SPLITS for cell in _side(one.sides.get(kind)))]
        for one in like_for_like(published_models(), sources.records, sources.kept)
    ]
    yield (
        "Accuracy with 95 % limits. A system's own split is random over images and therefore optimistic; by group "
        "keeps patients, slides or their stand-ins apart. McNemar's exact test compares the model with the colour-only "
        "baseline image by image, where the rows of both were kept; it takes images as independent."
    )
    yield table(head, lines, words=3)


def _side(side: Side | None) -> list[str]:
    if side is None:
        return ["not run", "", ""]
    test = side.against_colour
    return [share(side.accuracy), share(side.colour), "" if test is None else p_value(test.tests[0].p)]


def on_the_same_images(sources: Sources) -> Iterator[str]:
    """Every two kept models that were judged on one test set."""
    found = same_images(sources.kept)
    if not found:
        yield "No two kept models were judged on the same test images."
        return
    lines = [
        [
            one.model,
            one.reference,
            str(one.n),
            points(interval_json(one.accuracy_difference)),
            f"{one.only_model_right} : {one.only_reference_right}",
            p_value(one.tests[0].p_holm),
        ]
        for one in found
    ]
    yield table(["model", "against", "images", "points", "right alone", "McNemar p (Holm)"], lines, words=2)


def trade_off(sources: Sources) -> Iterator[str]:
    """Size and speed on this project's reference CPU, and accuracy where a full run was recorded."""
    found = sources.trade_off
    if found is None:
        yield "Not measured. `python -m benchmarks.trade_off --record` does."
        return
    yield (
        f"Measured on {found['machine']}: medians of {found['images']} images of {found['input_size']} px, in "
        "milliseconds of processor time."
    )
    lines = [
        [
            one["architecture"],
            f"{one['parameters']:,}".replace(",", " "),
            f"{one['tflite_bytes'] / MIB:.1f}",
            f"{one['label_ms']:.1f}",
            f"{one['maps_ms']:.1f}",
            _accuracy(sources, one["architecture"]),
        ]
        for one in found["rows"]
    ]
    head = [
        "architecture",
        "parameters",
        "model.tflite, MiB",
        "ms, label",
        "ms, label and heatmaps",
        "accuracy by group",
    ]
    yield table(head, lines)
    yield (
        "Accuracy is of the best recorded full run of that architecture on one data set, split by group; else 'not "
        f"run'. The data set: {'; '.join(sorted(_compared_on(sources))) or 'none recorded'}."
    )


def _compared_on(sources: Sources) -> set[str]:
    """The data set that architectures are compared on, as records and cards call it."""
    return {one.data.name for one in sources.records.values() if one.data.folder == COMPARED_ON}


def _accuracy(sources: Sources, architecture: str) -> str:
    data = _compared_on(sources)
    found: list[tuple[Any, str]] = [
        (one.metrics["accuracy"], name.removesuffix(".json"))
        for name, one in sources.records.items()
        if (one.architecture, one.full_run, one.split.kind) == (architecture, "yes", "grouped")
        and one.data.name in data
        and one.metrics.get("accuracy")
    ]
    for model in sources.models:
        fits = model.card.architecture.name == architecture and model.card.training_data.name in data
        if fits and model.kept is not None and model.kept.evaluation is not None:
            found.append((model.kept.evaluation["overall"]["accuracy"], model.folder))
    if not found:
        return "not run"
    best, name = max(found, key=lambda one: (_value(one[0]), one[1]))
    return f"{share(best)}, {name}"


def _value(one: Any) -> float:
    return float(one["value"] if isinstance(one, Mapping) else one.value)


def gpu(sources: Sources) -> Iterator[str]:
    """Absolute figures on a GPU, where one was at hand."""
    found = sources.gpu
    if found is None:
        yield table(["what", "images/s"], [["bundles with and without heatmaps, and training", "not run"]])
        return
    yield f"Measured on {found['device']} with Keras on {found['backend']}."
    yield table(["what", "images/s"], [[one["what"], f"{one['images_per_s']:.0f}"] for one in found["rows"]])
