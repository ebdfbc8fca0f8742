"""Scenes of the Train place: runs laid out as files, as the trainer would have left them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from camera import Camera, window

from tests.adaptations import write_adaptation
from tests.run_files import lay_out

Scene = Callable[[Path], AbstractContextManager[Camera]]
_FULL = {"reason": "disk", "what": "could not be written: No space left on device", "subject": "checkpoint.safetensors"}
_ADVICE = "Free some space or correct the permissions; a run then goes on."


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


def _adapted(**stated: Any) -> Scene:
    """An adapted model beside the one it was."""

    @contextmanager
    def scene(folder: Path) -> Iterator[Camera]:
        with _of(lambda: write_adaptation(_trained(title=stated.pop("title", "Stain B")), **stated))(folder) as camera:
            camera.session.window.train.page.adapted.click()
            camera.rest()
            yield camera

    return scene


def _below(above: Scene) -> Scene:
    """The same page further down."""

    @contextmanager
    def scene(folder: Path) -> Iterator[Camera]:
        with above(folder) as camera:
            bar = camera.session.window.adaptations.view.page.verticalScrollBar()
            bar.setValue(bar.maximum())
            yield camera

    return scene


_LONG = "Smears of the second floor of the university hospital with the new stain and the new camera, spring of 2026"
_NAMES = ("abnormal-promyelocyte-with-faggots-of-auer-rods", "reactive-lymphocyte", "giant-platelet-on-a-red-cell")

TRAIN_SCENES: dict[str, Scene] = {
    "Train: empty": _of(),
    "Train: running": _of(_trained, _stopped, _failed, _interrupted, _running),
    "Train: stopped": _of(_trained, _stopped),
    "Train: error, failed": _of(_trained, _stopped, _failed),
    "Train: error, interrupted": _of(_interrupted),
    "Train: trained": _of(_trained),
    "Train: closing": _closing,
    "Train: removing": _removing,
    "Train: adapted": _adapted(),
    "Train: adapted, below": _below(_adapted()),
    "Train: adapted, harm, long names": _adapted(
        title=_LONG, gain=(-0.09, -0.16, -0.02), lost=(-0.052, -0.083, -0.021), classes=_NAMES
    ),
    "Train: adapted, without originals": _adapted(
        gain=(0.042, -0.08, 0.17), lost=None, notes=("no_groups", "few_images", "nothing_replayed")
    ),
}
