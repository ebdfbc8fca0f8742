"""How long the event loop is kept from running while the images of the window are analysed.

Run: `python -m benchmarks.heartbeat [FOLDER] [--seconds N] [--runs N]` on a display (`packaging/with-display.sh` brings
one). Without a folder, images made of the sample case are analysed. The goal is 100 ms for the median of the runs'
worst gaps; the row of the empty window says how much of that is the machine's own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication

from benchmarks.window_frame import Scene, fields, head, row, several, window
from leukdesk.app.main import Session

IMAGES = 6_000


def main() -> int:
    """Print one row for each way of using the window."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    application = QApplication(["leukdesk"])
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["LEUKDESK_DATA"] = scratch
        folder = chosen.folder or fields(Path(scratch) / "images", IMAGES)
        head()
        for name, scene in (
            ("an empty window, for comparison", empty),
            ("predictions", predicting(lambda _session, _tick: None)),
            ("predictions, scrolling, stepping", predicting(busy)),
        ):
            row(name, several(scene, folder, runs=chosen.runs, seconds=chosen.seconds))
    del application
    return 0


@contextmanager
def empty(_folder: Path) -> Iterator[Scene]:
    """Nobody touches an empty window."""
    with window():
        yield Scene()


def predicting(use: Callable[[Session, int], None]) -> Callable[[Path], object]:
    """All images are analysed meanwhile; how many a second is noted."""

    @contextmanager
    def scene(folder: Path) -> Iterator[Scene]:
        with window([folder]) as session:
            batch = session.model.batch
            yield Scene(
                lambda tick: use(session, tick),
                lambda: f"{batch.progress.rate:.0f} images/s" if batch.running else "done too early: name more images",
            )

    return scene


def busy(session: Session, tick: int) -> None:
    """A user who scrolls through the filmstrip all the time and goes to the next image three times a second."""
    bar = session.window.analyse.strip.view.horizontalScrollBar()
    bar.setValue((tick * 40) % max(1, bar.maximum()))
    if tick % 20 == 0:
        session.model.step(1)


if __name__ == "__main__":
    sys.exit(main())
