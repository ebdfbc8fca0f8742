"""How long the event loop is kept from running while a slide is zoomed and the heatmap's opacity is dragged.

Run: `python -m benchmarks.canvas [--seconds N] [--runs N]` on a display, which `packaging/with-display.sh` brings. A
phantom slide of 20 000 x 20 000 px is made first. The goal is 50 ms for the median of the runs' worst gaps and 16 ms
for their 99th percentile. The row "plain" is a QGraphicsPixmapItem with the slide's level of 5 000 px, zoomed in the
same way; the load of the machine says how much is not ours.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tifffile
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication, QGraphicsPixmapItem, QGraphicsScene, QGraphicsView

from benchmarks.window_frame import Scene, head, row, several, wait, window
from leukdesk.app.main import Session
from leukdesk.domain.image import Region
from leukdesk.paths import resources
from training.phantom.whole_slide import write_whole_slide

SIDE = 20_000


@contextmanager
def opened(path: Path) -> Iterator[Session]:
    """The window with an image in it, analysed or found to be a slide."""
    with window([path]) as session:
        model = session.model
        wait(lambda: model.picture is not None and model.images.counts()[0] == model.images.rowCount())
        yield session


@contextmanager
def zooming(slide: Path) -> Iterator[Scene]:
    """In and out again, from the whole slide to its pixels, about a point that wanders."""
    with opened(slide) as session:
        canvas = session.window.analyse.stage.canvas

        def use(tick: int) -> None:
            place = QPointF(SIDE * (0.3 + 0.4 * (tick % 97) / 97), SIDE * (0.3 + 0.4 * (tick % 61) / 61))
            canvas.look_at(place if tick % 60 == 0 else canvas.centre, zoom_at(tick))

        yield Scene(use)


@contextmanager
def dragging(slide: Path) -> Iterator[Scene]:
    """The opacity slider to and fro, over a field of the slide with its heatmap."""
    with opened(slide) as session:
        model, place = session.model, session.window
        place.analyse.stage.canvas.look_at(QPointF(SIDE / 2, SIDE / 2), 1.0)
        model.analyse_field(Region(SIDE // 2 - 600, SIDE // 2 - 400, 1200, 800))
        wait(lambda: model.finding is not None)
        place.commands.heatmap.trigger()
        wait(lambda: model.heatmap.image is not None)
        slider = place.analyse.inspector.heatmap.opacity
        yield Scene(lambda tick: slider.setValue(10 + abs(tick * 3 % 180 - 90)))


@contextmanager
def plain(slide: Path) -> Iterator[Scene]:
    """What one writes without more ado: one picture in a QGraphicsView, zoomed over the same range."""
    pixels = tifffile.imread(slide, level=2)
    image = QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], QImage.Format.Format_RGB888)
    scene = QGraphicsScene()
    scene.addItem(QGraphicsPixmapItem(QPixmap.fromImage(image)))
    view = QGraphicsView(scene)
    view.resize(1280, 800)
    view.show()

    def use(tick: int) -> None:
        view.resetTransform()
        view.scale(4 * zoom_at(tick), 4 * zoom_at(tick))

    yield Scene(use)
    view.close()


@contextmanager
def idle(_slide: Path) -> Iterator[Scene]:
    """Nobody touches the window with the sample case in it."""
    with opened(resources() / "sample") as _session:
        yield Scene()


def zoom_at(tick: int) -> float:
    """From 1:40 to 1:1 and back in 200 ticks, evenly by factor."""
    return float(0.025 * 40.0 ** (abs(tick % 200 - 100) / 100))


def main() -> int:
    """Print one row for each scene."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    application = QApplication(["leukdesk"])
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["LEUKDESK_DATA"] = scratch
        slide = Path(scratch) / "slide.tif"
        write_whole_slide(slide, SIDE)
        head()
        for name, scene in (
            ("nothing, for comparison", idle),
            (f"zooming a slide of {SIDE} x {SIDE} px", zooming),
            ("dragging the heatmap's opacity", dragging),
            ("plain: zooming a QGraphicsPixmapItem", plain),
        ):
            row(name, several(scene, slide, runs=arguments.runs, seconds=arguments.seconds))
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
