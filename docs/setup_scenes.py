"""The way to a training run in each of its states, held still: what `states.py` photographs beside `scenes.py`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from camera import Camera, window

from leukdesk import paths
from leukdesk.app.viewmodels.train_choice import Step
from leukdesk.domain.training import TrainingError
from tests.training_desk import StandInDesk
from tests.training_walk import setup_states

Scene = Callable[[Path], AbstractContextManager[Camera]]
_MISSING = TrainingError(
    "this leukdesk was installed without the part that trains models",
    reason="missing",
    advice="Install the full leukdesk instead of the viewer; cases, models and settings stay.",
)


def _state(wanted: str) -> Scene:
    @contextmanager
    def scene(_folder: Path) -> Iterator[Camera]:
        with window("light") as camera:
            camera.ready()
            states = setup_states(camera.session, Path("/data/smears of spring 2026"))
            next(state for state in states if state == f"new run, {wanted}")
            camera.rest()
            yield camera

    return scene


def classes_of_phantoms(folder: Path) -> Path:
    """The sample's images as two classes."""
    for number, path in enumerate(sorted((paths.resources() / "sample").glob("*.png"))):
        target = folder / ("blasts", "lymphocytes")[number % 2] / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return folder


@contextmanager
def checked(folder: Path) -> Iterator[Camera]:
    """What the real trainer finds of a few phantoms, with its plots."""
    with window("light") as camera:
        camera.ready()
        session = camera.session
        session.window.commands.go_train.trigger()
        session.window.train.new_wished.emit()
        session.train_setup.use_data(classes_of_phantoms(folder))
        camera.until(lambda: not session.train_setup.doing)
        session.train_setup.next()
        camera.until(lambda: "separation" in session.train_setup.pictures)
        camera.rest()
        yield camera


@contextmanager
def viewer(_folder: Path) -> Iterator[Camera]:
    """Without the trainer nothing can be trained."""
    with window("light") as camera:
        camera.ready()
        camera.session.train_setup._desk = StandInDesk(_MISSING)  # type: ignore[assignment]  # answers as a test says
        camera.session.window.commands.go_train.trigger()
        camera.session.window.train.new_wished.emit()
        camera.session.train_setup.go(Step.DATA)
        camera.rest()
        yield camera


SETUP_SCENES: dict[str, Scene] = {
    "New run: no images": _state("no images"),
    "New run: no class column": _state("no class column"),
    "New run: images": _state("images"),
    "New run: checking": _state("checking"),
    "New run: checked": checked,
    "New run: what blocks": _state("what blocks"),
    "New run: division": _state("division"),
    "New run: recipes": _state("recipes"),
    "New run: classes": _state("classes"),
    "New run: two stages": _state("two stages"),
    "New run: originals": _state("originals"),
    "New run: a wrong recipe": _state("a wrong recipe"),
    "New run: a failure": _state("a failure"),
    "New run: timing": _state("timing"),
    "New run: ready to start": _state("ready to start"),
    "New run: viewer": viewer,
}
