"""Keeping watch in its states, held still: what `states.py` photographs beside `scenes.py`."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from camera import Camera, window

from leukdesk import paths
from leukdesk.control_log import ControlLog
from leukdesk.domain.control import ControlImage, ControlRun, ControlSet, Measure, Measured, RunKind
from leukdesk.domain.finding import BundleRef

Scene = Callable[[Path], AbstractContextManager[Camera]]
_MODELS = (BundleRef("all-stage", "1.0", "a" * 64), BundleRef("all-stage", "1.1", "b" * 64))
_NEWEST = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
_USUAL = {
    Measure.BRIGHTNESS: (217.0, 6.0),
    Measure.SATURATION: (0.132, 0.02),
    Measure.STAINED: (0.086, 0.03),
    Measure.SHARPNESS: (0.27, 0.02),
    Measure.NOVELTY: (0.05, 0.3),
}


def runs_of(control: ControlSet, count: int, *, drift: bool = False) -> list[ControlRun]:
    """As many runs as a laboratory would have: one a day, every third day new photographs, a new model half-way."""
    rng, made = random.Random(4), []
    for at in range(count):
        photos = at % 3 == 2
        off = 4.0 if drift and photos and at >= count - 6 else 0.0
        noise = {one: rng.gauss(off, 0.3) / 3 if photos else 0.0 for one in Measure}
        inputs = {one: Measured(mean + noise[one] * sd, sd) for one, (mean, sd) in _USUAL.items()}
        right = 196 - (rng.randrange(4) if photos else 0) - (16 if off else 0)
        made.append(
            ControlRun(
                at=(_NEWEST - timedelta(days=count - 1 - at)).isoformat(timespec="milliseconds"),
                kind=RunKind.PHOTOS if photos else RunKind.SET,
                by="window",
                machine="lab-2",
                program="0.1",
                engine="LiteRT CPU",
                bundle=_MODELS[at > 120],
                control=control.digest,
                images=200,
                right=right,
                ece=0.014 + (0.02 if off else 0.0),
                refused=1 + (9 if off else 0),
                unidentified=2,
                wrong=() if photos else (3, 17, 60, 199),
                changed=(),
                missing=(),
                inputs=inputs,
            )
        )
    return made


def _watching(count: int, *, drift: bool = False, gone: bool = False, days: bool = False) -> Scene:
    @contextmanager
    def scene(folder: Path) -> Iterator[Camera]:
        with window("light", model="phantom-demo-1.0") as camera:
            if count:
                place = folder / "control slides"
                if not gone:
                    place.mkdir(parents=True)
                images = [
                    ControlImage(f"{label}/{at}.png", label, f"{at:064x}")
                    for label in ("Benign", "Early", "Pre", "Pro")
                    for at in range(50)
                ]
                control = ControlSet(place, "2026-05-04T06:00:00+00:00", "window", tuple(images))
                log = ControlLog(paths.watch_folder())
                log.keep(control)
                for one in runs_of(control, count, drift=drift):
                    log.add(one)
            camera.ready()
            camera.session.casebook.begin_if_new()
            camera.session.window.watch.show()
            camera.until(lambda: camera.session.watch.watched is not None)
            if days:
                camera.session.window.watch.view.sources.choose("days")
                camera.session.window.watch.view.sources.chosen.emit("days")
            camera.rest()
            yield camera

    return scene


WATCH_SCENES: dict[str, Scene] = {
    "Keeping watch: empty": _watching(0),
    "Keeping watch: one run": _watching(1),
    "Keeping watch: full": _watching(200),
    "Keeping watch: drift": _watching(90, drift=True),
    "Keeping watch: folder gone": _watching(30, gone=True),
    "Keeping watch: no daily work": _watching(1, days=True),
}
