"""One command from data to a sealed bundle, and on to what the page of results says of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from training.audit.page import write_audit
from training.audit.run_audit import audit
from training.audit.subject import subject_of_run
from training.evaluate.rows import load_rows, write_text
from training.evaluation_page.page import render
from training.evaluation_page.sources import read_sources
from training.events import EventLog
from training.heat.energy import measure_energy
from training.judge import judge
from training.kept import keep
from training.phantom import FIELD_CLASSES
from training.phantom_set import write_set
from training.publish import publish
from training.recipe import load_recipe
from training.record import write_record
from training.recording import record_run
from training.run import Run, begin_run, open_run, run_data
from training.train import Trainer

if TYPE_CHECKING:
    from training.run import RunData

SLIDES, PER_SLIDE, PX, SEED = 30, 12, 224, 0  # of the phantoms that the demonstration is trained on


@dataclass(frozen=True, slots=True)
class Places:
    """Where things go: the run's folder, bundles, records (`docs/results`); where annotated and foreign images are.

    Without `results` nothing is recorded. `first` is a trained first stage; without it one of the same classes is
    trained on the same images, where the recipe begins with one.
    """

    run: Path
    models: Path
    results: Path | None
    first: Path | None = None
    fields: Path | None = None
    scope: Sequence[Path] = ()


def make_model(
    recipe_file: Path, data: Path | None, release: str, places: Places, *, say: Callable[[str], object], audited: bool
) -> Path:
    """Train (or go on with) the run, judge, seal `models/<recipe>-<release>`, and record all of it; gives the bundle.

    Without `data` a set of phantoms is rendered beside the run. Raises what the steps raise, each with what to do.
    """
    run = _trained(recipe_file, data, places.run, places.first, say)
    images, log = run_data(run), EventLog(run.folder)
    say("judging and sealing")
    judge(run, images, log)
    name = run.recipe.name
    publish(run, images, name=name, release=release, models=places.models, log=log)
    bundle = places.models / f"{name}-{release}"
    if places.results is not None:
        _record(run, images, bundle, places, say)
        if audited:
            say("auditing")
            _audit(run, images, bundle.name, places.results, places.scope)
        _page(places.models, places.results)
    return bundle


def _trained(
    recipe_file: Path, data: Path | None, folder: Path, first: Path | None, say: Callable[[str], object]
) -> Run:
    if (folder / "run.json").is_file():
        say("going on with the run that is there")
        run = open_run(folder)
    else:
        first = first or _first_stage(recipe_file, data, folder, say)
        run = begin_run(folder, recipe_file, data or _phantoms(folder, say), start_from=first)
    say(f"training {run.recipe.name}")
    Trainer(run, run_data(run), EventLog(run.folder)).run()
    return run


def _first_stage(recipe_file: Path, data: Path | None, folder: Path, say: Callable[[str], object]) -> Path | None:
    """Train the recipe this one begins with, on the same images; None where there is none, or it is of others."""
    recipe = load_recipe(recipe_file)
    file = recipe_file.with_name(f"{recipe.start_from}.toml")
    if not recipe.start_from or load_recipe(file).class_ids != recipe.class_ids:
        return None
    return _trained(file, data, folder.with_name(f"{folder.name}-first"), None, say).folder


def _phantoms(folder: Path, say: Callable[[str], object]) -> Path:
    images = folder.with_name(f"{folder.name}-phantoms")
    if not (images / "manifest.csv").is_file():
        say("rendering phantoms")
        write_set(images, classes=tuple(FIELD_CLASSES), slides=SLIDES, per_slide=PER_SLIDE, size=PX, seed=SEED)
    return images


def _record(run: Run, images: RunData, bundle: Path, places: Places, say: Callable[[str], object]) -> None:
    if places.results is None:
        return
    say("recording")
    record = record_run(run, images, models=places.models)
    if record.full_run == "yes":  # synthetic images make no row of any table
        write_record(record, places.results / "runs")
    keep(run, images, record, places.results / "logs")
    energy = measure_energy(bundle, places.fields)
    text = json.dumps(energy.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"
    write_text(places.results / "energy" / f"{bundle.name}.json", text)


def _audit(run: Run, images: RunData, name: str, results: Path, scope: Sequence[Path]) -> None:
    out, log = run.folder / "audit", EventLog(run.folder)
    subject = subject_of_run(run, images, log)
    expected = load_rows(run.rows("test"), classes=subject.facts.classes)
    write_audit(audit(subject, images, out, log=log, expected=expected, scope=scope), out)
    write_text(results / "audits" / f"{name}.json", (out / "audit.json").read_text("utf-8"))


def _page(models: Path, results: Path) -> None:
    write_text(results.parent / "evaluation.md", render(read_sources(models, results)))
