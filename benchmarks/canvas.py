"""How long the event loop is kept from running while a slide is zoomed and the heatmap's opacity is dragged.

Run: `python -m benchmarks.canvas [--seconds N] [--runs N]` on a display, which `packaging/with-display.sh` brings. A
phantom slide of 20 000 x 20 000 px is made first. A timer wants to beat every 2 ms; its worst gap is how long a key
could have waited. The goal is 50 ms for the median of the runs' worst gaps and 16 ms for their 99th percentile. The row
"plain" is a QGraphicsPixmapItem with the slide's level of 5 000 px, zoomed in the same way; the load of the machine
says how much is not ours.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import tifffile
from PySide6.QtCore import QEventLoop, QPointF, QTimer
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication, QGraphicsPixmapItem, QGraphicsScene, QGraphicsView

from leukdesk.app.main import Session, favour_the_window, workbench
from leukdesk.app.workers.heartbeat import Heartbeat
from leukdesk.app.workers.pictures import Pictures
from leukdesk.domain.image import Region
from leukdesk.paths import resources
from leukdesk.settings import Settings
from training.phantom.whole_slide import write_whole_slide

SIDE, LIMIT_S = 20_000, 60
Use = Callable[[int], None]


@contextmanager
def opened(path: Path) -> Iterator[Session]:
    """The window with an image in it, analysed or found to be a slide."""
    settings = Settings(theme="light", welcomed=True)
    session = Session(QApplication.instance(), settings, workbench(settings), Pictures(settings.limit_px))
    session.open([path])
    model = session.model
    wait(lambda: model.picture is not None and model.images.counts()[0] == model.images.rowCount())
    try:
        yield session
    finally:
        session.window.close()
        session.close()


@contextmanager
def zooming(slide: Path) -> Iterator[Use]:
    """In and out again, from the whole slide to its pixels, about a point that wanders."""
    with opened(slide) as session:
        canvas = session.window.analyse.stage.canvas

        def use(tick: int) -> None:
            place = QPointF(SIDE * (0.3 + 0.4 * (tick % 97) / 97), SIDE * (0.3 + 0.4 * (tick % 61) / 61))
            canvas.look_at(place if tick % 60 == 0 else canvas.centre, zoom_at(tick))

        yield use


@contextmanager
def dragging(slide: Path) -> Iterator[Use]:
    """The opacity slider to and fro, over a field of the slide with its heatmap."""
    with opened(slide) as session:
        model, window = session.model, session.window
        window.analyse.stage.canvas.look_at(QPointF(SIDE / 2, SIDE / 2), 1.0)
        model.analyse_field(Region(SIDE // 2 - 600, SIDE // 2 - 400, 1200, 800))
        wait(lambda: model.finding is not None)
        window.commands.heatmap.trigger()
        wait(lambda: model.heatmap.image is not None)
        slider = window.analyse.inspector.heatmap.opacity
        yield lambda tick: slider.setValue(10 + abs(tick * 3 % 180 - 90))


@contextmanager
def plain(slide: Path) -> Iterator[Use]:
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

    yield use
    view.close()


@contextmanager
def idle(_slide: Path) -> Iterator[Use]:
    """Nobody touches the window with the sample case in it."""
    with opened(resources() / "sample") as _session:
        yield lambda _tick: None


def zoom_at(tick: int) -> float:
    """From 1:40 to 1:1 and back in 200 ticks, evenly by factor."""
    return float(0.025 * 40.0 ** (abs(tick % 200 - 100) / 100))


def wait(condition: Callable[[], bool]) -> None:
    """Let the window work until something is true."""
    timer = QTimer()
    timer.start(20)  # so that there is always an event to wait for
    for _ in range(LIMIT_S * 50):
        if condition():
            return
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    raise SystemExit("the window did not get there")


def measure(scene: Callable[[Path], object], slide: Path, seconds: float) -> tuple[float, float]:
    """Worst gap and 99th percentile in ms."""
    with scene(slide) as use:  # type: ignore[attr-defined]
        heart, ticks, user, loop = Heartbeat(), iter(range(1_000_000)), QTimer(), QEventLoop()
        user.timeout.connect(lambda: use(next(ticks)))
        user.start(16)
        QTimer.singleShot(500, heart.start)
        QTimer.singleShot(500 + round(seconds * 1000), loop.quit)
        loop.exec()
        user.stop()
        heart.stop()
        gaps = sorted(heart.gaps_ms)
    return gaps[-1], gaps[int(0.99 * len(gaps))]


def main() -> int:
    """Print one row for each scene."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    application = QApplication(["leukdesk"])
    favour_the_window()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["LEUKDESK_DATA"] = scratch
        slide = Path(scratch) / "slide.tif"
        write_whole_slide(slide, SIDE)
        sys.stdout.write(f"{'':44}{'median worst':>14}{'worst':>8}{'p99':>7}   ms, load\n")
        for name, scene in (
            ("nothing, for comparison", idle),
            (f"zooming a slide of {SIDE} x {SIDE} px", zooming),
            ("dragging the heatmap's opacity", dragging),
            ("plain: zooming a QGraphicsPixmapItem", plain),
        ):
            found = [measure(scene, slide, arguments.seconds) for _ in range(arguments.runs)]
            worst, p99 = [one[0] for one in found], statistics.median(one[1] for one in found)
            load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
            sys.stdout.write(f"{name:44}{statistics.median(worst):14.0f}{max(worst):8.0f}{p99:7.0f}   {load:.1f}\n")
            sys.stdout.flush()
    application.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
