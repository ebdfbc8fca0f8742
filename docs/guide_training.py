"""The guide's pictures of training: the way to a run, a run, and what it came to."""

from __future__ import annotations

from pathlib import Path

from gate_scenes import GATE_SCENES
from setup_scenes import SETUP_SCENES
from train_scenes import TRAIN_SCENES

_PICTURES = {
    "training-check": SETUP_SCENES["New run: checked"],
    "training-run": TRAIN_SCENES["Train: running"],
    "training-judged": GATE_SCENES["Train: gate, better"],
}


def training_pictures(folder: Path, images: Path) -> None:
    """`folder`: where runs are made up."""
    for name, scene in _PICTURES.items():
        with scene(folder / name) as camera:
            camera.take(images / f"{name}.png")
