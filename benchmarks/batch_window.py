"""How long the event loop is kept from running while a batch runs and its gallery is open and scrolled.

Run: `python -m benchmarks.batch_window [--images N] [--seconds N] [--runs N]` on a display, which
`packaging/with-display.sh` brings. The goal is 100 ms for the median of the runs' worst gaps. Beside it stands the same
window with nothing to do, and how many images a second were classified meanwhile: a window that is fluid because the
batch is slow would be no gain.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.ui import fields, wait, window
from leukdesk import paths
from leukdesk.app.main import Session
from leukdesk.app.workers.heartbeat import Heartbeat
from leukdesk.domain.job import ItemState

SETTLE_MS = 1_500  # the model is loaded and the first results are there
MODEL = "all-stage-1.0"


def measure(images: Path, seconds: float, *, run: bool) -> tuple[float, float, float, float]:
    """Worst gap and 99th percentile in ms, images a second, and ms of the GUI thread's time in a second."""
    shutil.rmtree(paths.history_folder(), ignore_errors=True)
    with window(None) as session:
        session.casebook.begin_if_new()
        wait(lambda: session.casebook.user is not None)
        session.window.commands.go_batch.trigger()
        if run:
            begin(session, images)
        return beat(session, seconds)


def begin(session: Session, images: Path) -> None:
    """Start a batch as a user does, and wait for its first results."""
    place, desk = session.window.batch, session.batches
    place.add_sources([images])
    for key, switch in place.setup.models.items():
        switch.setChecked(key == MODEL)
    place.setup.start.click()
    wait(lambda: desk.items.rowCount() > 0)


def beat(session: Session, seconds: float) -> tuple[float, float, float, float]:
    """Scroll for so long and listen."""
    heart, user, loop, desk = Heartbeat(), QTimer(), QEventLoop(), session.batches
    bar = session.window.batch.work.gallery.view.verticalScrollBar()
    user.setInterval(16)
    user.timeout.connect(lambda: bar.setValue((bar.value() + 40) % max(1, bar.maximum())))
    QTimer.singleShot(SETTLE_MS, user.start)
    QTimer.singleShot(SETTLE_MS, heart.start)
    QTimer.singleShot(SETTLE_MS + round(seconds * 1000), loop.quit)
    began, before, spent = time.monotonic(), done(session), time.thread_time()
    loop.exec()
    rate = (done(session) - before) / (time.monotonic() - began)
    spent = (time.thread_time() - spent) * 1000 / (time.monotonic() - began)
    heart.stop()
    user.stop()
    if desk.standing is not None and not desk.running:
        raise SystemExit("the batch ended before the measurement: ask for more images")
    gaps = sorted(heart.gaps_ms)
    return gaps[-1], gaps[int(0.99 * len(gaps))], rate, spent


def done(session: Session) -> int:
    """How many images are classified."""
    standing = session.batches.standing
    return standing.counts.get(ItemState.DONE, 0) if standing is not None else 0


def main() -> int:
    """Print one row for the idle window and one for the batch."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    application = QApplication(["leukdesk"])
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["LEUKDESK_DATA"] = scratch
        images = fields(Path(scratch) / "images", chosen.images)
        sys.stdout.write(f"{chosen.images} images of 224 px; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
        sys.stdout.write(f"{'':24}{'median worst':>13}{'worst':>8}{'p99':>7}   ms, images/s, GUI thread ms/s, load\n")
        for name, run in (("idle, for comparison", False), ("a batch, scrolled", True)):
            found = [measure(images, chosen.seconds, run=run) for _ in range(chosen.runs)]
            worst = [one[0] for one in found]
            p99, rate, spent = (statistics.median(one[at] for one in found) for at in (1, 2, 3))
            numbers = f"{statistics.median(worst):13.0f}{max(worst):8.0f}{p99:7.1f}"
            sys.stdout.write(f"{name:24}{numbers}   {rate:.0f}/s  {spent:.0f}  {os.getloadavg()[0]:.1f}\n")
            sys.stdout.flush()
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
