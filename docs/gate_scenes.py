"""The gate in each of its states, held still: what `states.py` photographs beside `scenes.py`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from camera import Camera, window

from leukdesk import paths
from tests.gates import CLASSES, write_gate

_LONG = (
    "abnormal-promyelocyte-with-faggots-of-auer-rods", "reactive-lymphocyte", "segmented-neutrophil", "blast",
    "nucleated-red-cell", "giant-platelet-on-a-red-cell", "artefact",
)  # fmt: skip


@contextmanager
def _page(folder: Path, **stated: Any) -> Iterator[Camera]:
    with window("light") as camera:
        session = camera.session
        camera.ready()
        session.window.commands.go_train.trigger()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "recipe.toml").write_text('name = "all-stage-here"\nscope = "field"\n', encoding="utf-8")
        if stated:
            write_gate(folder / "gate", **{"active": "all-stage", "new": "all-stage-here", **stated})
        session.window.gating.open(SimpleNamespace(folder=folder, title="Smears of spring 2026"))
        camera.until(lambda: not session.gate.doing)
        camera.rest()
        yield camera


@contextmanager
def unjudged(folder: Path) -> Iterator[Camera]:
    """A trained run is to be judged."""
    with _page(folder) as camera:
        yield camera


@contextmanager
def judging(folder: Path) -> Iterator[Camera]:
    """Both models are asked about the same images."""
    with _page(folder) as camera:
        desk = camera.session.gate
        desk.doing = "judge"
        desk._hear({"event": "gate", "step": "compare"})
        desk._hear({"event": "answered", "done": 128, "images": 412})
        yield camera


@contextmanager
def better(folder: Path) -> Iterator[Camera]:
    """The new model is better."""
    with _page(folder, audit=True, original=True, notes=("class_worse", "active_may_have_seen")) as camera:
        yield camera


@contextmanager
def below(folder: Path) -> Iterator[Camera]:
    """Further down on the same page."""
    with _page(folder, audit=True, notes=("class_worse", "few_groups", "active_may_have_seen")) as camera:
        bar = camera.session.window.gating.view.page.verticalScrollBar()
        bar.setValue(bar.maximum())
        yield camera


@contextmanager
def worse(folder: Path) -> Iterator[Camera]:
    """The new model is worse, with long names of classes and of a model."""
    name = "all-stage-of-the-university-hospital-second-floor-with-new-stain"
    difference, notes = (-0.052, -0.083, -0.021), ("calibration_worse", "not_above_colour")
    with _page(folder, verdict="worse", difference=difference, classes=_LONG, notes=notes, new=name) as camera:
        yield camera


@contextmanager
def too_few(folder: Path) -> Iterator[Camera]:
    """The images settle nothing."""
    difference = (0.011, -0.047, 0.069)
    with _page(folder, verdict="too_few", difference=difference, classes=CLASSES, notes=("no_groups",)) as camera:
        yield camera


@contextmanager
def alone(folder: Path) -> Iterator[Camera]:
    """There is no model to compare with."""
    with _page(folder, verdict="not_comparable", difference=None, active=None, notes=("no_active",)) as camera:
        yield camera


@contextmanager
def decided(folder: Path) -> Iterator[Camera]:
    """It was decided to keep the present model."""
    with _page(folder, verdict="worse", difference=(-0.052, -0.083, -0.021), audit=True) as camera:
        camera.session.window.gating.view.decision.why.setText("It has forgotten the early stage")
        camera.session.window.gating.view.decision.keep.click()
        camera.until(lambda: camera.session.gate.decision is not None and not camera.session.gate.doing)
        yield camera


@contextmanager
def comparing_before(_folder: Path) -> Iterator[Camera]:
    """Nothing was compared yet."""
    with _comparing() as camera:
        yield camera


@contextmanager
def comparing(folder: Path) -> Iterator[Camera]:
    """Two models on the same images, some of which cannot be read, in folders that are named after classes."""
    for number, path in enumerate(sorted((paths.resources() / "sample").glob("*.png"))):
        at = folder / ("Benign", "Early")[number % 2]
        at.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, at / f"specimen 24-0117 of the second floor field {number:03}.png")
    (folder / "Benign" / "broken.png").write_bytes(b"none")
    with _comparing(demonstration=True) as camera:
        view = camera.session.window.models_comparing.view
        view.take_folder(folder)
        view.begin.click()
        camera.until(lambda: not camera.session.comparing.running and camera.session.comparing.found is not None)
        camera.rest(1.0)
        yield camera


@contextmanager
def _comparing(demonstration: bool = False) -> Iterator[Camera]:
    with window("light") as camera:
        camera.ready()
        session = camera.session
        session.window.commands.go_models.trigger()
        session.window.models.compare.click()
        if demonstration:
            view = session.window.models_comparing.view
            view.second.setCurrentText("phantom-demo-1.0")
        camera.rest()
        yield camera


GATE_SCENES = {
    "Models: comparing, before": comparing_before,
    "Models: comparing, done": comparing,
    "Train: gate, not judged": unjudged,
    "Train: gate, judging": judging,
    "Train: gate, better": better,
    "Train: gate, better, below": below,
    "Train: gate, worse, long names": worse,
    "Train: gate, too few": too_few,
    "Train: gate, alone": alone,
    "Train: gate, kept": decided,
}
