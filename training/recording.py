"""Make the record of a run from its folder and its bundle: figures computed anew from saved rows, nothing typed in."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leukdesk.architectures import names
from leukdesk.bundles.load import load_bundle
from training.beside import evaluate_beside
from training.classified import classify_run
from training.evaluate import Evaluation, evaluate, load_rows
from training.events import read_events
from training.publish import LIBRARIES
from training.recipe import fingerprint, read_document
from training.record import Figure, Record, RecordedData, RecordedSplit, RecordedTraining, YesNo

if TYPE_CHECKING:
    from training.run import Run, RunData


def record_run(run: Run, data: RunData, *, models: Path | None, resamples: int = 1000) -> Record:
    """Look at a run's folder and its published bundle (in `models`), and say what is there.

    Figures are computed anew from the saved rows. A full run also gets every baseline that needs images only. Raises
    `DataError` where the run is not trained.
    """
    recipe, events = run.recipe, read_events(run.folder)
    full = not recipe.shortened and not _synthetic(run.data_root)
    judged = _judged(run, resamples)
    beside = {}
    if judged is not None:
        wanted = [one.baseline for one in recipe.beside]
        beside = evaluate_beside(data, wanted, all_baselines=full, seed=recipe.seed, resamples=resamples)
    bundle = None if models is None else _bundle(events, models)
    classified = classify_run(run, data, bundle) if bundle is not None and judged is not None else None
    return Record(
        recipe=recipe.name,
        recipe_sha256=run.facts.get("recipe_sha256") or fingerprint(read_document(run.folder / "recipe.toml")),
        system=recipe.system,
        model=recipe.model or recipe.title,
        architecture=recipe.architecture.name,
        full_run=_yes(full),
        shortened=recipe.shortened,
        data=_data(run, data),
        split=_split(run, data),
        training=_training(run, events),
        steps={
            "trained": _yes(any(one["event"] == "trained" for one in events)),
            "evaluated": _yes(judged is not None),
            "published": _yes(bundle is not None),
            "classified": _yes(classified is not None and classified.agrees),
        },
        beside={name: _figures(one.to_json()["overall"]) for name, one in beside.items()},
        classified=classified,
        bundle=None if bundle is None else _named(bundle),
        seeds={"training": recipe.seed, "split": recipe.split.seed},
        library_versions={name: version(name) for name in LIBRARIES},
        hashes=_hashes(run, data),
        **({} if judged is None else _results(judged)),
    )


def _yes(done: bool) -> YesNo:
    return "yes" if done else "no"


def _synthetic(root: Path) -> bool:
    """Whether `leukdesk-train` rendered these images itself."""
    truth = root / "truth.json"
    return truth.is_file() and bool(json.loads(truth.read_text("utf-8")).get("synthetic"))


def _judged(run: Run, resamples: int) -> Evaluation | None:
    if not run.rows("test").is_file():
        return None
    recipe = run.recipe
    return evaluate(load_rows(run.rows("test"), classes=recipe.class_ids), seed=recipe.seed, resamples=resamples)


def _bundle(events: list[dict[str, Any]], models: Path) -> Path | None:
    """The folder of the bundle the run published last, if it is still the same one."""
    published = [one for one in events if one["event"] == "published"]
    if not published or not (models / published[-1]["bundle"]).is_dir():
        return None
    folder = models / str(published[-1]["bundle"])
    return folder if load_bundle(folder, names()).ref.sha256 == published[-1]["sha256"] else None


def _named(bundle: Path) -> dict[str, str]:
    return {"name": bundle.name, "sha256": _sha256(bundle / "bundle.json")}


def _data(run: Run, data: RunData) -> RecordedData:
    per_class = data.dataset.per_class()
    return RecordedData(
        name=run.recipe.data_name,
        folder=run.data_root.name,
        images=sum(per_class.values()),
        per_class={name: per_class[name] for name in data.classes},
        sha256=data.split.dataset_sha256,
        synthetic=_synthetic(run.data_root),
    )


def _split(run: Run, data: RunData) -> RecordedSplit:
    split = data.split
    return RecordedSplit(
        kind=run.recipe.split.method,
        method=split.method,
        level=split.level,
        grouping=split.grouping,
        sha256=split.sha256,
        images={side: len(ids) for side, ids in split.sides().items()},
    )


def _training(run: Run, events: list[dict[str, Any]]) -> RecordedTraining:
    epochs = {one["epoch"]: one for one in events if one["event"] == "epoch"}  # a resumed run says one twice
    origins = [one["origin"] for one in events if one["event"] == "backbone"]
    devices = [one for one in events if one["event"] == "devices"]
    trained = [one for one in events if one["event"] == "trained"]
    gpus = devices[-1]["gpus"] if devices else []
    return RecordedTraining(
        epochs_planned=run.recipe.epochs,
        epochs=len(epochs),
        best_epoch=trained[-1]["best_epoch"] if trained else None,
        seconds=round(sum(float(one["seconds"]) for one in epochs.values()), 1),
        backbone=origins[-1] if origins else "none",
        devices=", ".join(gpus) if gpus else "CPU",
    )


def _results(judged: Evaluation) -> dict[str, Any]:
    found = judged.to_json()
    return {
        "bootstrap": found["bootstrap"],
        "metrics": _figures(found["overall"]),
        "per_class": {label: _figures(one) for label, one in found["per_class"].items()},
        "confusion": found["confusion"],
        "notes": tuple(found["notes"]),
    }


def _figures(found: dict[str, dict[str, Any]]) -> dict[str, Figure]:
    return {name: Figure.model_validate(one) for name, one in found.items()}


def _hashes(run: Run, data: RunData) -> dict[str, str]:
    files = {"weights": run.folder / "best.safetensors", "test_rows": run.rows("test")}
    hashes = {name: _sha256(file) for name, file in files.items() if file.is_file()}
    first = run.facts.get("start_from")
    return hashes | {"split": data.split.sha256} | ({"first_stage": first["sha256"]} if first else {})


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
