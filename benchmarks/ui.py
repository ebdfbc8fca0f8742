"""How long the event loop is kept from running while the window is used, beside a plain window of Qt's own widgets.

Run: `python -m benchmarks.ui [WORDS ...] [--images N] [--seconds N] [--runs N]` on a display, which
`packaging/with-display.sh` brings; WORDS choose rows. The goal is 50 ms for the median of the runs' worst gaps and 16
ms for their 99th percentile. The row of the empty window and the load of the machine say how much is not ours. Browsing
says what it cost in memory.

To add a row: a function that yields a `Scene`, named in `SCENES`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from PySide6.QtCore import QEventLoop, QSize
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QGraphicsPixmapItem,
    QGraphicsScene,
    QGraphicsView,
    QListView,
    QListWidget,
    QListWidgetItem,
    QScrollBar,
    QVBoxLayout,
    QWidget,
)

from benchmarks.window_frame import Scene, fields, head, row, several, wait, window
from leukdesk.app.views.widgets.grid import Shape

FLING, JUMP = 600, 7919  # px a tick, and rows: through the list at speed, with a leap now and then


@contextmanager
def empty(_images: Path) -> Iterator[Scene]:
    """Nobody touches an empty window."""
    with window():
        yield Scene()


def scrolling(shape: Shape, *, predict: bool = False) -> Callable[[Path], Iterator[Scene]]:
    """Through all images of the list, as a strip, a list or a gallery."""

    @contextmanager
    def scene(images: Path) -> Iterator[Scene]:
        with window([images], predict=predict) as session:
            strip = session.window.analyse.strip
            strip.show_shape(shape)
            bar = strip.view.horizontalScrollBar() if shape is Shape.STRIP else strip.view.verticalScrollBar()
            yield Scene(lambda tick: scroll(bar, tick), lambda: f"{strip.view.model().rowCount()} images")

    return scene


@contextmanager
def stepping(images: Path) -> Iterator[Scene]:
    """From image to image with the arrow key, each shown large, while all are analysed."""
    with window([images]) as session:
        yield Scene(lambda tick: session.model.step(1) if tick % 10 == 0 else None)


@contextmanager
def sorting(images: Path) -> Iterator[Scene]:
    """Sort and filter the whole list again twice a second."""
    with window([images], predict=False) as session:
        sorts, field = session.window.commands.sorts.actions(), session.window.analyse.strip.search.field

        def use(tick: int) -> None:
            if tick % 30 == 0:
                sorts[tick // 30 % len(sorts)].trigger()
            elif tick % 30 == 15:
                field.setText("" if field.text() else "7")

        yield Scene(use)


@contextmanager
def browsing(images: Path) -> Iterator[Scene]:
    """A page a tick, so that every thumbnail of the gallery is made; says what that cost in memory."""
    with window([images], predict=False) as session:
        strip, process = session.window.analyse.strip, psutil.Process()
        strip.show_shape(Shape.GALLERY)
        bar, before = strip.view.verticalScrollBar(), process.memory_info().rss
        wanted = session.model.images._thumbnails

        def use(_tick: int) -> None:
            if not wanted._wished:
                bar.setValue(bar.value() + bar.pageStep())

        def note() -> str:
            while bar.value() < bar.maximum():
                use(0)
                QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)
            now = process.memory_info().rss
            return f"all seen: {now / 2**20:.0f} MiB in use, {(now - before) / 2**20:+.0f} MiB by browsing"

        yield Scene(use, note)


@contextmanager
def plain(images: Path) -> Iterator[Scene]:
    """A QListWidget with an icon for each file, over a QGraphicsView: what one writes without more ado."""
    whole, scene, names = QWidget(), QGraphicsScene(), QListWidget()
    view, files = QGraphicsView(scene), sorted(images.iterdir())
    scene.addItem(QGraphicsPixmapItem(QPixmap(str(files[0]))))
    names.setViewMode(QListView.ViewMode.IconMode)
    names.setFlow(QListView.Flow.LeftToRight)
    names.setWrapping(False)
    names.setIconSize(QSize(120, 72))
    names.setFixedHeight(140)
    for path in files:
        names.addItem(QListWidgetItem(QIcon(str(path)), path.name))
    column = QVBoxLayout(whole)
    column.addWidget(view)
    column.addWidget(names)
    whole.resize(1280, 800)
    whole.show()
    bar = names.horizontalScrollBar()
    wait(lambda: bar.maximum() > 0)
    yield Scene(lambda tick: scroll(bar, tick))
    whole.close()


SCENES = {
    "an empty window, for comparison": empty,
    "scrolling the filmstrip": scrolling(Shape.STRIP),
    "scrolling the list": scrolling(Shape.LIST),
    "scrolling the gallery": scrolling(Shape.GALLERY),
    "scrolling, predictions running": scrolling(Shape.STRIP, predict=True),
    "gallery, predictions running": scrolling(Shape.GALLERY, predict=True),
    "stepping, predictions running": stepping,
    "sorting and searching": sorting,
    "browsing all, memory": browsing,
    "plain QListWidget, scrolling": plain,
}


def scroll(bar: QScrollBar, tick: int) -> None:
    """A fling, and every second a leap to another part."""
    leap = tick // 60 * JUMP * 40
    bar.setValue((tick * FLING + leap) % max(1, bar.maximum()))


def main() -> int:
    """Print one row for each way of using the window."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="only rows with one of these words")
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    application = QApplication(["leukdesk"])
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["LEUKDESK_DATA"] = scratch
        images = fields(Path(scratch) / "images", chosen.images)
        sys.stdout.write(f"{chosen.images} images of 224 px; ")
        head()
        for name, scene in SCENES.items():
            if not chosen.words or any(word in name for word in chosen.words):
                row(name, several(scene, images, runs=chosen.runs, seconds=chosen.seconds))
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
