"""Runs laid out as files, as the trainer would have left them; for tests and pictures."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import psutil

from leukdesk import paths
from leukdesk.domain.training import TrainingOrder
from leukdesk.run_folder import RunFolder

EPOCHS = 20
_BEGUN = 1_795_250_400.0  # a Saturday in November
_SPLIT = {"train": 1840, "validation": 390, "test": 396}
_DATA = Path("/data/stain-b-2026")
_RECIPE = f'name = "local"\n[[phases]]\nepochs = {EPOCHS}\n'


def lay_out(
    key: str, title: str, epochs: int, *, end: dict[str, Any] | None = None, alive: bool = False, data: Path = _DATA
) -> Path:
    """A run with so many finished epochs, which ended with the event `end`, or whose process is this one."""
    files = RunFolder(paths.training_folder() / key)
    files.write_order(TrainingOrder(title, _RECIPE, data))
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
