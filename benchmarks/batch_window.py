"""How long the event loop is kept from running while a batch runs and its gallery is open and scrolled.

Run: `python -m benchmarks.batch_window [--images N] [--seconds N] [--runs N]` on a display, which
`packaging/with-display.sh` brings; about a minute. The goal is 100 ms for the median of the runs' worst gaps. Beside it
stands the same window with nothing to do, and how many images a second were classified meanwhile: a window that is
fluid because the batch is slow would be no gain. A batch that ends early ends the measurement.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication

from benchmarks.window_frame import Scene, fields, head, row, several, wait, window
from leukdesk import paths
from leukdesk.app.main import Session
from leukdesk.domain.job import ItemState

SETTLE_MS = 1_500  # the gallery has some rows to scroll through
MODEL = "all-stage-1.0"


@contextmanager
def batch_place() -> Iterator[Session]:
    """The Batch place with an empty history."""
    shutil.rmtree(paths.history_folder(), ignore_errors=True)
    with window() as session:
        session.casebook.begin_if_new()
        wait(lambda: session.casebook.user is not None)
        session.window.commands.go_batch.trigger()
        yield session


@contextmanager
def idle(_images: Path) -> Iterator[Scene]:
    """Nobody touches it."""
    with batch_place():
        yield Scene()


@contextmanager
def running(images: Path) -> Iterator[Scene]:
    """A batch is begun as a user does, and its gallery scrolled."""
    with batch_place() as session:
        place, desk = session.window.batch, session.batches
        place.add_sources([images])
        for key, switch in place.setup.models.items():
            if switch.isChecked() != (key == MODEL):
                switch.click()
        wait(place.setup.start.isEnabled)
        place.setup.start.click()
        wait(lambda: desk.items.rowCount() > 0)
        bar = place.work.gallery.view.verticalScrollBar()
        began, before = time.monotonic(), done(session)
        yield Scene(
            lambda _tick: bar.setValue((bar.value() + 40) % max(1, bar.maximum())),
            lambda: f"{(done(session) - before) / (time.monotonic() - began):.0f} images/s",
            lambda: desk.running,
        )


def done(session: Session) -> int:
    """How many images are classified."""
    standing = session.batches.standing
    return standing.counts.get(ItemState.DONE, 0) if standing is not None else 0


def main() -> int:
    """Print one row for the idle window and one for the batch."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=4_000)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    application = QApplication(["leukdesk"])
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["LEUKDESK_DATA"] = scratch
        images = fields(Path(scratch) / "images", chosen.images)
        sys.stdout.write(f"{chosen.images} images of 224 px; ")
        head()
        for name, scene in (("idle, for comparison", idle), ("a batch, its gallery scrolled", running)):
            row(name, several(scene, images, runs=chosen.runs, seconds=chosen.seconds, settle_ms=SETTLE_MS))
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
