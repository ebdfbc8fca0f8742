"""Scenes of the Train place: runs laid out as files, as the trainer would have left them."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psutil
from camera import Camera, window

from leukdesk import paths
from leukdesk.domain.training import TrainingOrder
from leukdesk.run_folder import RunFolder

Scene = Callable[[Path], AbstractContextManager[Camera]]
EPOCHS = 20
_BEGUN = 1_795_250_400.0  # a Saturday in November
_SPLIT = {"train": 1840, "validation": 390, "test": 396}
_RECIPE = f'name = "local"\n[[phases]]\nepochs = {EPOCHS}\n'
_FULL = {"reason": "disk", "what": "could not be written: No space left on device", "subject": "checkpoint.safetensors"}
_ADVICE = "Free some space or correct the permissions; a run then goes on."


def lay_out(key: str, title: str, epochs: int, *, end: dict[str, Any] | None = None, alive: bool = False) -> Path:
    """A run with so many finished epochs, which ended with the event `end`, or whose process is this one."""
    files = RunFolder(paths.training_folder() / key)
    files.write_order(TrainingOrder(title, _RECIPE, Path("/data/stain-b-2026")))
    files.wait_no_more()
    (files.path / "run.json").write_text("{}")
    (files.path / "recipe.toml").write_text(_RECIPE)
    events = [("split", _SPLIT), ("devices", {"gpus": []}), ("backbone", {}), ("reading", {"images": 2230})]
    events += [("epoch", _epoch(number)) for number in range(epochs)]
    if alive:
        events.append(("step", _step(epochs)))
        me = psutil.Process()
        (files.path / "process.json").write_text(json.dumps({"pid": me.pid, "began": me.create_time()}))
    lines = [{"event": name, "time": _BEGUN + 61 * at, **fields} for at, (name, fields) in enumerate(events)]
    if end:
        lines.append({"time": _BEGUN + 61 * len(lines), **end})
    if alive:
        lines[-1]["time"] = 4e9  # the time that is left stands still
    (files.path / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    begun = _BEGUN + int(key[-2:])
    os.utime(files.path / "order" / "order.json", (begun, begun))
    return files.path


def _epoch(number: int) -> dict[str, Any]:
    wave = 0.03 * math.sin(2.1 * number)
    loss, validation = 1.3 * 0.84**number + 0.05, 1.2 * 0.82**number + 0.22 + 0.006 * number + wave
    accuracy = 0.96 - 0.55 * 0.8**number - wave / 3
    return {
        "epoch": number,
        "epochs": EPOCHS,
        "loss": loss,
        "validation_loss": validation,
        "validation_accuracy": accuracy,
        "seconds": 56.0,
        "images_per_s": 32.9,
        "eta_s": 56 * (EPOCHS - number - 1),
        "memory_mb": 1840,
    }


def _step(epoch: int) -> dict[str, Any]:
    told = {"images_per_s": 32.9, "eta_s": 56 * (EPOCHS - epoch) - 20, "memory_mb": 1840, "loss": 0.4}
    return {"epoch": epoch, "step": 21, "steps": 58, **told}


def _of(*runs: Callable[[], object]) -> Scene:
    """The place with these runs, the last one shown."""

    @contextmanager
    def scene(_folder: Path) -> Iterator[Camera]:
        for lay in runs:
            lay()
        with window("light") as camera:
            camera.until(lambda: not camera.session.engine.loading)
            camera.session.window.commands.go_train.trigger()
            camera.until(lambda: camera.session.training.known)
            camera.rest()
            yield camera
            camera.session.window.staying._asked = True  # nobody is there to answer

    return scene


def _trained(key: str = "2026-11-21-100001", title: str = "Stain B, all fields of 2026") -> Path:
    return lay_out(key, title, 18, end={"event": "trained", "best_epoch": 12, "validation_loss": 0.31})


def _stopped() -> Path:
    return lay_out("2026-11-21-100002", "Only the new camera", 6, end={"event": "stopped", "epoch": 6})


def _failed() -> Path:
    end = {"event": "failed", **_FULL, "advice": _ADVICE}
    return lay_out("2026-11-21-100003", "Stain B, smaller network", 9, end=end)


def _interrupted() -> Path:
    return lay_out("2026-11-21-100004", "Stain B with the fields of the second microscope, balanced by patient", 4)


def _running() -> Path:
    return lay_out("2026-11-21-100005", "Stain B, from all-stage 1.1", 7, alive=True)


def _closing(folder: Path) -> AbstractContextManager[Camera]:
    @contextmanager
    def scene() -> Iterator[Camera]:
        with _of(_running)(folder) as camera:
            camera.session.window.close()
            camera.rest()
            yield camera

    return scene()


def _removing(folder: Path) -> AbstractContextManager[Camera]:
    @contextmanager
    def scene() -> Iterator[Camera]:
        with _of(_trained)(folder) as camera:
            camera.session.window.train.page.remove.click()
            camera.rest()
            yield camera

    return scene()


TRAIN_SCENES: dict[str, Scene] = {
    "Train: empty": _of(),
    "Train: running": _of(_trained, _stopped, _failed, _interrupted, _running),
    "Train: stopped": _of(_trained, _stopped),
    "Train: error, failed": _of(_trained, _stopped, _failed),
    "Train: error, interrupted": _of(_interrupted),
    "Train: trained": _of(_trained),
    "Train: closing": _closing,
    "Train: removing": _removing,
}
