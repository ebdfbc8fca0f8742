"""The pictures of the user guide, from the real window with phantoms: `python docs/guide_pictures.py`."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from batch_scenes import partial_
from camera import Camera, window
from cell_scenes import cell_pictures
from guide_review import review_pictures
from guide_training import training_pictures
from PIL import Image
from PySide6.QtWidgets import QDialog
from watch_scenes import WATCH_SCENES

from leukdesk import paths

IMAGES = Path(__file__).resolve().parent / "guide" / "images"


def keeping_watch(folder: Path) -> None:
    """A control set that drifts."""
    with WATCH_SCENES["Keeping watch: drift"](folder) as camera:
        camera.take(IMAGES / "keeping-watch.png")


def newcomer() -> None:
    """What a person sees who has opened nothing yet."""
    with window("light") as camera:
        commands = camera.session.window.commands
        for action, name in ((commands.show_welcome, "welcome"), (commands.keys, "keys")):
            action.trigger()
            camera.take(IMAGES / f"{name}.png")
            for dialog in camera.session.window.findChildren(QDialog):
                dialog.reject()
        commands.go_settings.trigger()
        camera.take(IMAGES / "settings.png")


def sample() -> None:
    """The sample case: right, wrong, explained, refused."""
    with window("light", paths.resources() / "sample") as camera:
        commands = camera.session.window.commands
        camera.look("hit")
        camera.take(IMAGES / "answer.png")
        commands.heatmap.trigger()
        camera.look()
        camera.take(IMAGES / "heatmap.png")
        commands.heatmap.trigger()
        camera.look("rejected")
        camera.take(IMAGES / "rejected.png")
        commands.truth.trigger()
        camera.look("miss")
        camera.take(IMAGES / "wrong.png")
        commands.truth.trigger()
        camera.look("hit")
        commands.as_list.trigger()
        camera.take(IMAGES / "list.png")


def own_files(folder: Path) -> None:
    """A technician's own folder: an image that states no scale, and one that is damaged."""
    folder.mkdir(parents=True)
    pictures = sorted((paths.resources() / "sample").glob("*.png"))
    with Image.open(pictures[1]) as image:
        image.convert("RGB").save(folder / "slide 7 field 1.jpg", quality=92, comment=b"leukdesk-synthetic")
    (folder / "slide 7 field 2.png").write_bytes(pictures[2].read_bytes()[:20_000])
    with window("light", folder, model="phantom-demo-1.0") as camera:
        show(camera, 0, "uncalibrated")
        camera.session.window.commands.calibrate.trigger()
        camera.take(IMAGES / "calibration.png")
        for dialog in camera.session.window.findChildren(QDialog):
            dialog.reject()
        show(camera, 1, "failed")


def batch(folder: Path) -> None:
    """A batch that is done, but for one file."""
    folder.mkdir(parents=True)
    for number in range(4):
        for path in sorted((paths.resources() / "sample").glob("*.png")):
            (folder / f"slide {7 + number} field {path.stem[-2:]}.png").write_bytes(path.read_bytes())
    (folder / "slide 7 field 12.png").write_bytes(path.read_bytes()[:20_000])
    with partial_(folder) as camera:
        camera.take(IMAGES / "batch.png")


def show(camera: Camera, place: int, name: str) -> None:
    """Take the image at a place of the list."""
    model = camera.session.model
    model.select(place)
    camera.until(lambda: model.picture is not None or model.error is not None)
    camera.take(IMAGES / f"{name}.png")


def main() -> int:
    """All pictures; the data folder that the window shows has the same name everywhere."""
    data = Path(tempfile.gettempdir()) / "leukdesk"
    shutil.rmtree(data, ignore_errors=True)
    os.environ["LEUKDESK_DATA"] = str(data)
    try:
        newcomer()
        sample()
        own_files(data / "case 24-0117")
        batch(data / "marrow 24-0118")
        review_pictures(IMAGES)
        cell_pictures(IMAGES)
        keeping_watch(data / "control")
        training_pictures(data / "smears of spring 2026", IMAGES)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
