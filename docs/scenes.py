"""Each view in each of its states, held still: what `states.py` photographs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import batch_scenes as batches
from camera import Camera, Held, window
from case_scenes import CASE_SCENES
from cell_scenes import CELL_SCENES
from gate_scenes import GATE_SCENES
from scenes_review import REVIEW_SCENES
from setup_scenes import SETUP_SCENES
from train_scenes import TRAIN_SCENES
from watch_scenes import WATCH_SCENES
from widget_scenes import WIDGET_SCENES

from leukdesk import paths
from leukdesk.bundles.library import Installed
from leukdesk.domain.errors import BundleError, BundleReason, OutputError

DEMO = "phantom-demo-1.0"  # knows synthetic images
Scene = Callable[[Path], AbstractContextManager[Camera]]
_CHANGED = BundleError(
    "model.tflite was changed after the model was sealed",
    reason=BundleReason.WRONG_HASH,
    subject="all-stage-1.0",
    advice="Import it again from where you got it.",
)


def sample() -> Path:
    """The sample case."""
    return paths.resources() / "sample"


def phantoms(folder: Path, *, broken: int = 0, copies: int = 1) -> Path:
    """A folder with the sample's images, without their case, some of them many times, and some files that are none."""
    folder.mkdir(parents=True)
    for number in range(copies):
        for path in sorted(sample().glob("*.png")):
            name = f"specimen 24-{117 + number:04} field {path.stem[-2:]}.png"
            shutil.copy(path, folder / name) if number == 0 else (folder / name).symlink_to(path)
    for number in range(broken):
        (folder / f"specimen 24-0117 field 0{3 + 2 * number} copy.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return folder


# -- Analyse


@contextmanager
def analyse_empty(_folder: Path) -> Iterator[Camera]:
    """Nothing is open."""
    with window("light") as camera:
        yield camera


@contextmanager
def analyse_recent(_folder: Path) -> Iterator[Camera]:
    """Nothing is open, but something was."""
    with window("light") as camera:
        names = ("24-0117 slide 2", "24-0118 bone marrow, second aspirate, repeated with a fresh stain", "24-0121")
        for name in names:
            camera.session.preferences.remember_opened([Path("smears") / name])
        camera.rest()
        yield camera


@contextmanager
def analyse_searching(folder: Path) -> Iterator[Camera]:
    """A folder is being looked through."""
    with window("light") as camera:
        model = camera.session.model
        model._search(True)
        camera.rest()
        yield camera
        model._search(False)


@contextmanager
def analyse_loading(folder: Path) -> Iterator[Camera]:
    """The images are known; the first picture, the thumbnails and the model are on their way."""

    def hold(bench: Held, pictures: Held) -> None:
        bench.hold("open")
        for one in ("picture", "thumbnail"):
            pictures.hold(one)

    with window("light", phantoms(folder), model=DEMO, hold=hold) as camera:
        camera.until(lambda: camera.session.model.images.rowCount() > 0)
        camera.rest()
        yield camera


@contextmanager
def analyse_running(folder: Path) -> Iterator[Camera]:
    """Some are done, the selected one is being analysed."""
    with window(
        "light", phantoms(folder, copies=8), model=DEMO, hold=lambda bench, _: bench.hold("analyse", 5)
    ) as camera:
        model = camera.session.model
        camera.until(lambda: model.images.counts()[0] == 5 and model.picture is not None)
        model.select(7)
        camera.rest()
        yield camera


@contextmanager
def analyse_partial(folder: Path) -> Iterator[Camera]:
    """All are done but two that failed."""
    with window("light", phantoms(folder, broken=2), model=DEMO) as camera:
        camera.session.model.select(0)
        camera.look()
        yield camera


@contextmanager
def analyse_ledger(folder: Path) -> Iterator[Camera]:
    """What failed, one click later."""
    with window("light", phantoms(folder, broken=2), model=DEMO) as camera:
        camera.session.window.status.progress.failed.click()
        camera.until(lambda: camera.session.model.listed.rowCount() == 2)
        camera.rest()
        yield camera


@contextmanager
def analyse_gallery(folder: Path) -> Iterator[Camera]:
    """Images as a gallery."""
    with window("light", phantoms(folder, broken=1, copies=4), model=DEMO) as camera:
        camera.session.window.commands.as_gallery.trigger()
        camera.rest(1.0)
        yield camera


@contextmanager
def analyse_none_matches(folder: Path) -> Iterator[Camera]:
    """A search that finds nothing."""
    with window("light", phantoms(folder), model=DEMO) as camera:
        camera.look()
        camera.session.window.analyse.strip.search.field.setText("24-0999")
        camera.until(lambda: camera.session.model.listed.rowCount() == 0)
        camera.rest()
        yield camera


@contextmanager
def analyse_large_text(_folder: Path) -> Iterator[Camera]:
    """The sample case with text of twice the size."""
    with window("light", sample()) as camera:
        camera.look("hit")
        camera.session.theme.use("light", 200)
        camera.rest()
        yield camera


@contextmanager
def analyse_full(_folder: Path) -> Iterator[Camera]:
    """The sample case with heatmap."""
    with window("light", sample()) as camera:
        camera.look("hit")
        camera.session.window.commands.heatmap.trigger()
        camera.look()
        yield camera


@contextmanager
def analyse_many(folder: Path) -> Iterator[Camera]:
    """Ten thousand images as lines."""
    with window(
        "light", phantoms(folder, copies=1112), model=DEMO, hold=lambda bench, _: bench.hold("analyse", 60)
    ) as camera:
        model = camera.session.model
        camera.until(lambda: model.images.counts()[0] == 60 and model.picture is not None)
        camera.session.window.commands.as_list.trigger()
        camera.rest(1.0)
        yield camera


def _comparing(mode: str) -> Scene:
    @contextmanager
    def scene(_folder: Path) -> Iterator[Camera]:
        with window("light", sample()) as camera:
            camera.look("hit")
            next(one for one in camera.session.window.commands.compared.actions() if one.data() == mode).trigger()
            camera.look()
            camera.rest(3.0)
            yield camera

    return scene


@contextmanager
def analyse_refused(_folder: Path) -> Iterator[Camera]:
    """The sample case: an image that cannot be judged, with the truth."""
    with window("light", sample()) as camera:
        camera.session.window.commands.truth.trigger()
        camera.look("rejected")
        yield camera


@contextmanager
def analyse_error(folder: Path) -> Iterator[Camera]:
    """The selected file is no image."""
    with window("light", phantoms(folder, broken=1), model=DEMO) as camera:
        camera.session.window.commands.next_failed.trigger()
        camera.until(lambda: camera.session.model.error is not None)
        camera.rest()
        yield camera


@contextmanager
def analyse_no_model(folder: Path) -> Iterator[Camera]:
    """No model can be opened."""

    def refuse(bench: Held, _pictures: Held) -> None:
        bench.answer("open", _CHANGED)
        bench.answer("models", [Installed(Path("all-stage-1.0"), error=_CHANGED)])

    with window("light", phantoms(folder), model=DEMO, hold=refuse) as camera:
        camera.until(lambda: camera.session.model.picture is not None and bool(camera.session.engine.installed))
        camera.rest()
        yield camera


@contextmanager
def analyse_read_only(folder: Path) -> Iterator[Camera]:
    """What the user chooses cannot be kept."""
    with window("light", phantoms(folder), model=DEMO) as camera:
        camera.look()
        camera.session.preferences.failed.emit(
            OutputError(
                "your settings cannot be kept: this disk can only be read",
                reason="read_only",
                advice="You can go on working; what you choose is forgotten when leukdesk closes.",
            )
        )
        yield camera


# -- Models


def _models(installed: list[Installed] | None, hold: bool = False) -> Scene:
    @contextmanager
    def scene(_folder: Path) -> Iterator[Camera]:
        def arrange(bench: Held, _pictures: Held) -> None:
            if hold:
                bench.hold("models")
            elif installed is not None:
                bench.answer("models", installed)

        with window("light", hold=arrange) as camera:
            camera.until(lambda: not camera.session.engine.loading)
            camera.session.window.commands.go_models.trigger()
            camera.until(lambda: hold or installed == [] or bool(camera.session.engine.installed))
            camera.rest()
            yield camera

    return scene


def _models_with(arrange: Callable[[Camera], None]) -> Scene:
    @contextmanager
    def scene(_folder: Path) -> Iterator[Camera]:
        with window("light") as camera:
            camera.until(lambda: bool(camera.session.engine.installed) and not camera.session.engine.loading)
            camera.session.window.commands.go_models.trigger()
            arrange(camera)
            camera.rest()
            yield camera

    return scene


def _importing(camera: Camera) -> None:
    desk = camera.session.models
    desk._doing, desk._step, desk._way_back = "import", "rebuild", "wbc-type-1.0"
    desk.changed.emit()


def _not_imported(camera: Camera) -> None:
    camera.session.models._show_way_back("all-stage-0.9-of-the-other-laboratory")
    camera.session.models.failed.emit(
        BundleError(
            "all-stage-1.1/../../.profile leads out of its own folder",
            reason=BundleReason.BAD_ARCHIVE,
            subject="all-stage-1.1.zip",
            advice="Nothing was installed. Ask whoever made it for the file that `models export` writes.",
        )
    )


def _removing(camera: Camera) -> None:
    camera.session.window.models._do("all-stage-1.1", "remove")


def _partly() -> Scene:
    @contextmanager
    def scene(folder: Path) -> Iterator[Camera]:
        with window("light") as camera:
            installed = [Installed(Path("all-stage-0.9"), error=_CHANGED), *camera.session.engine.installed]
            camera.session.engine._show(installed)
            camera.session.window.commands.go_models.trigger()
            camera.rest()
            yield camera

    return scene


# -- what stands before the window


def _with(open_it: Callable[[Camera], None]) -> Scene:
    @contextmanager
    def scene(_folder: Path) -> Iterator[Camera]:
        with window("light", sample()) as camera:
            camera.look("hit")
            open_it(camera)
            camera.rest()
            yield camera

    return scene


def _crash(camera: Camera) -> None:
    try:
        [][1]
    except IndexError as error:
        camera.session.window.help.report_crash(error)


SCENES: dict[str, Scene] = {
    "Analyse: empty": analyse_empty,
    "Analyse: empty, recent": analyse_recent,
    "Analyse: loading, folder": analyse_searching,
    "Analyse: loading, images": analyse_loading,
    "Analyse: running": analyse_running,
    "Analyse: partial": analyse_partial,
    "Analyse: partial, ledger": analyse_ledger,
    "Analyse: full": analyse_full,
    "Analyse: full, gallery": analyse_gallery,
    "Analyse: full, 200 % text": analyse_large_text,
    "Analyse: full, 10 000": analyse_many,
    "Analyse: compare, heatmap": _comparing("heatmap"),
    "Analyse: compare, models": _comparing("models"),
    "Analyse: none matches": analyse_none_matches,
    "Analyse: refused": analyse_refused,
    "Analyse: error, image": analyse_error,
    "Analyse: error, no model": analyse_no_model,
    "Analyse: read-only": analyse_read_only,
    **CELL_SCENES,
    **CASE_SCENES,
    "Batch: empty": batches.empty,
    "Batch: folders": lambda folder: batches.folders(phantoms(folder, broken=2, copies=12)),
    "Batch: running": lambda folder: batches.running(phantoms(folder, broken=2, copies=400)),
    "Batch: partial": lambda folder: batches.partial_(phantoms(folder, broken=2, copies=12)),
    "Batch: partial, ledger": lambda folder: batches.ledger(phantoms(folder, broken=2, copies=12)),
    "Batch: full, 10 000": lambda folder: batches.full(phantoms(folder, copies=1112)),
    "Batch: watching": lambda folder: batches.watching(phantoms(folder, broken=1)),
    "Batch: error": lambda folder: batches.refused(phantoms(folder)),
    "Batch: read-only": lambda folder: batches.read_only(phantoms(folder)),
    "Models: empty": _models([]),
    "Models: loading": _models(None, hold=True),
    "Models: partial": _partly(),
    "Models: full": _models(None),
    "Models: importing": _models_with(_importing),
    "Models: not imported": _models_with(_not_imported),
    "Models: removing": _models_with(_removing),
    "Models: error": _models([Installed(Path("all-stage-1.0"), error=_CHANGED)]),
    **TRAIN_SCENES,
    **SETUP_SCENES,
    **GATE_SCENES,
    "Calibration": _with(lambda camera: camera.session.window.commands.calibrate.trigger()),
    "Settings": _with(lambda camera: camera.session.window.commands.go_settings.trigger()),
    "Commands": _with(lambda camera: camera.session.window.commands.palette.trigger()),
    "Welcome": _with(lambda camera: camera.session.window.commands.show_welcome.trigger()),
    "Keys": _with(lambda camera: camera.session.window.commands.keys.trigger()),
    "About": _with(lambda camera: camera.session.window.commands.about.trigger()),
    "Crash": _with(_crash),
    **REVIEW_SCENES,
    **WATCH_SCENES,
    **WIDGET_SCENES,
}
