"""Adapt: train, calibrate, and hold the result against the bundle on images that neither of them learned from.

Each step keeps what it made in the run's folder and is not done twice: an adaptation that was killed is run again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from leukdesk.architectures import names
from leukdesk.bundles.load import Bundle, load_bundle
from leukdesk.inference.calibration import calibrated
from training.adapt.begin import Order, begin_adaptation, opened
from training.adapt.keep import keep_what_is_safe
from training.adapt.pace import Pace
from training.adapt.share import SHARES, notes_on_kept, read_kept
from training.checkpoint import load_weights, write_atomically
from training.evaluate.rows import Rows, load_rows, save_rows
from training.events import EventLog, note_process
from training.gate.answers import Locked, answers
from training.gate.figures import figures_of
from training.gate.verdict import notes_on
from training.judge import judge, read_calibration
from training.learning import logits_of
from training.original_split import notes_on_split
from training.pipeline import read_inputs
from training.replay import guarded
from training.run import Run, RunData, run_data
from training.train import Trainer, new_network

if TYPE_CHECKING:
    from training.replay import Original

FILE = "adaptation.json"
FEW_IMAGES = 100  # held out: below this the limits of an accuracy of 90 % are more than ten points apart


def adapt(order: Order) -> dict[str, Any]:
    """Do all of it, or what is left to do, and write `adaptation.json` into the run; gives what it says.

    Raises `DataError`, `BundleError`, `EngineError`, `ImageError`, `OutputError`, and `Cancelled` for a stop.
    """
    bundle = load_bundle(order.bundle, names())
    original = opened(order) if order.original is not None and order.forgetting else None
    run = begin_adaptation(order)
    note_process(run.folder)
    data, log = run_data(run), EventLog(run.folder)
    images = {part: len(data.part(part).files) for part in ("train", "validation", "test")}
    replayed = sum(len(one) for one in data.replayed.values())
    log("split", **images)
    Trainer(run, data, log).run()
    locked = None if original is None else _original_test(original, run.recipe.class_ids)
    pace = _pace(run, images, locked, log)
    if not run.rows("test").is_file():
        keep_what_is_safe(run, log, pace)
    pace.begin("judged")
    judge(run, data, log, pace)
    log("comparing", bundle=bundle.folder.name)
    unsure: list[str] = []
    pace.begin("local")
    sets = [_beside(run, bundle, local_test(data), load_rows(run.rows("test")), pace)]
    if original is not None and locked is not None:
        pace.begin("original")
        sets.append(_beside(run, bundle, locked, _predicted(run, locked, pace), pace))
        unsure = notes_on_split(original, bundle.card)
    kept = read_kept(run)
    said = {
        "format": 1,
        "bundle": {"name": bundle.ref.name, "release": bundle.ref.version, "sha256": bundle.ref.sha256},
        "images": images | {"replayed": replayed},
        "sets": sets,
        "kept": kept.to_json() if kept is not None else None,
        "notes": _notes(sets, replayed) + unsure + notes_on_kept(kept),
    }
    write_atomically(run.folder / FILE, json.dumps(said, indent=1).encode())
    log("adapted", notes=said["notes"], file=FILE, **{one["name"]: one["difference"] for one in sets})
    return said


def local_test(data: RunData) -> Locked:
    """The laboratory's own images that were held out."""
    part = data.part("test")
    labels = tuple(data.classes[index] for index in part.labels)
    return Locked("test", part.image_ids, part.files, labels, part.groups)


def _original_test(original: Original, classes: tuple[str, ...]) -> Locked:
    locked = local_test(RunData(original.dataset, original.split, classes))
    locked.name = "original"
    return locked


def _pace(run: Run, images: Mapping[str, int], locked: Locked | None, log: EventLog) -> Pace:
    guard = guarded(run.facts.get("replay"))
    steps = {
        "kept": len(guard.files) * (1 + len(SHARES)) if guard is not None else 0,
        "judged": images["validation"] + images["test"],
        "local": images["test"],
        "original": 2 * len(locked) if locked is not None else 0,
    }
    return Pace(log, steps)


def _beside(run: Run, bundle: Bundle, locked: Locked, new: Rows, pace: Pace) -> dict[str, Any]:
    before_now = [0]

    def told(done: int, _images: int) -> None:
        pace(done - before_now[0])
        before_now[0] = done

    classes = run.recipe.class_ids
    before = answers(bundle, locked, classes, run.folder / "rows", told)
    if not locked.grouped:
        new = replace(new, groups=None)
    return figures_of(locked.name, new, before, None, classes=classes, seed=run.recipe.seed)


def _predicted(run: Run, locked: Locked, pace: Pace) -> Rows:
    """What the adapted network says of locked images, calibrated; read where kept before."""
    file = run.folder / "rows" / f"{locked.name}-{locked.key()}-adapted.csv"
    recipe = run.recipe
    if file.is_file():
        return load_rows(file, classes=recipe.class_ids)
    network = new_network(recipe)
    load_weights(network, run.best)
    logits = logits_of(network, read_inputs(locked.files, recipe.input_size), pace)
    scores = calibrated(logits, read_calibration(run).temperature)
    groups = locked.groups if locked.grouped else None
    rows = Rows(locked.image_ids, locked.labels, recipe.class_ids, scores, groups)
    save_rows(rows, file)
    return rows


def _notes(sets: list[dict[str, Any]], replayed: int) -> list[str]:
    """What limits these figures, as codes."""
    local = sets[0]
    notes = notes_on(groups=local["groups"], grouped=local["grouped"])
    notes += ["few_images"] if local["images"] < FEW_IMAGES else []
    notes += [] if len(sets) > 1 else ["original_not_measured"]
    notes += [] if replayed else ["nothing_replayed"]
    if len(sets) > 1 and (lost := sets[1]["difference"]) and lost[2] < 0:
        notes.append("worse_on_original")
    return notes
