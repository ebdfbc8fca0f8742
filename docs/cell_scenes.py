"""Cells in their states, and the guide's pictures of them. Only phantoms are shown."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from camera import Camera, Held, window
from PIL import Image, ImageFilter, PngImagePlugin
from PySide6.QtCore import QPointF

from leukdesk import paths
from training.phantom.whole_slide import write_whole_slide

MODEL = "phantom-demo-1.0"


class Scene(Protocol):
    """Makes a window in one state."""

    def __call__(self, folder: Path, /) -> AbstractContextManager[Camera]: ...


def _show(camera: Camera, page: str) -> None:
    """All cells found, one chosen, a page below."""
    session = camera.session
    cells, panel = session.model.cells, session.window.analyse.cells
    session.window.commands.cells_everywhere.trigger()
    camera.until(lambda: not cells.run.running and len(cells.readings()) == session.model.images.rowCount())
    panel.gallery.list.show(all_images=True)
    panel.gallery.scope.choose("all")
    panel.show_page(page)
    row = next(row for row in range(panel.gallery.list.rowCount()) if panel.gallery.list.ref(row).path == cells.path)
    cells.choose(panel.gallery.list.ref(row))
    camera.rest(1.0)


def _sample(page: str) -> Scene:
    @contextmanager
    def scene(_folder: Path) -> Iterator[Camera]:
        with window("light", paths.resources() / "sample") as camera:
            camera.look()
            _show(camera, page)
            if page == "tally":
                _tally(camera)
            yield camera

    return scene


def _tally(camera: Camera) -> None:
    model = camera.session.model.differential
    for class_id, count in (("neutrophil", 9), ("lymphocyte", 6), ("monocyte", 2)):
        for _ in range(count):
            model.tap(class_id)
    camera.rest()


@contextmanager
def cells_running(_folder: Path) -> Iterator[Camera]:
    """The cells are being looked for."""

    def hold(bench: Held, _pictures: Held) -> None:
        bench.hold("analyse_cells")

    with window("light", paths.resources() / "sample", hold=hold) as camera:
        camera.ready()
        camera.session.window.commands.cells.trigger()
        camera.until(lambda: camera.session.model.cells.run.running)
        camera.rest()
        yield camera


@contextmanager
def cells_refused(folder: Path) -> Iterator[Camera]:
    """An image out of focus: its cells are not counted."""
    folder.mkdir(parents=True)
    marked = PngImagePlugin.PngInfo()
    marked.add_text("leukdesk-synthetic", "1")
    with Image.open(paths.resources() / "sample" / "phantom-02.png") as image:
        image.filter(ImageFilter.GaussianBlur(14)).save(folder / "field 1.png", pnginfo=marked)
    with window("light", folder, model=MODEL) as camera:
        camera.look()
        camera.session.window.commands.cells.trigger()
        camera.until(lambda: camera.session.model.cells.reading is not None)
        camera.rest()
        yield camera


@contextmanager
def cells_failed(folder: Path) -> Iterator[Camera]:
    """An image that cannot be read."""
    folder.mkdir(parents=True)
    shutil.copy(paths.resources() / "sample" / "phantom-02.png", folder / "field 2.png")
    (folder / "field 1.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    with window("light", folder, model=MODEL) as camera:
        camera.session.window.commands.cells.trigger()
        camera.until(lambda: camera.session.model.cells.error is not None)
        camera.rest()
        yield camera


def _on_slide(views: tuple[tuple[float, float], ...]) -> Scene:
    @contextmanager
    def scene(folder: Path) -> Iterator[Camera]:
        folder.mkdir(parents=True)
        write_whole_slide(folder / "slide.tif", 20_000 if not views else 9_000)
        with window("light", folder / "slide.tif", model=MODEL) as camera:
            camera.until(lambda: camera.session.model.picture is not None)
            cells, canvas = camera.session.model.cells, camera.session.window.analyse.stage.canvas
            if not views:
                camera.session.window.commands.cells_in_view.trigger()
                camera.until(lambda: camera.session.window.analyse.banner.isVisible())
            for number, place in enumerate(views, 1):
                canvas.look_at(QPointF(*place), 0.5)
                camera.until(lambda: not canvas.gliding)
                camera.session.window.commands.cells_in_view.trigger()
                wanted = number
                camera.until(lambda wanted=wanted: cells.reading is not None and len(cells.reading.views) == wanted)
            camera.rest(1.0)
            yield camera

    return scene


CELL_SCENES: dict[str, Scene] = {
    "Cells: running": cells_running,
    "Cells: gallery": _sample("cells"),
    "Cells: differential": _sample("differential"),
    "Cells: count by hand": _sample("tally"),
    "Cells: slide": _on_slide(((3_000.0, 3_000.0), (3_900.0, 3_300.0))),
    "Cells: too much of a slide": _on_slide(()),
    "Cells: poor image": cells_refused,
    "Cells: error": cells_failed,
}


def cell_pictures(images: Path) -> None:
    """The guide's pictures."""
    for page, name in (("cells", "cells"), ("differential", "differential")):
        with _sample(page)(images) as camera:
            camera.take(images / f"{name}.png")
