"""How long the event loop is kept from running while a batch of predictions runs.

Run: `python -m benchmarks.heartbeat [FOLDER] [--seconds N]` on a display (`packaging/with-display.sh` brings one).
Without a folder, copies of the sample case are classified. A timer wants to beat every 2 ms; its worst gap is how long
a click could have waited. The goal is 100 ms for the median of the runs' worst gaps; the row of the empty window says
how much of that is the machine's own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from leukdesk.app.main import Session, favour_the_window, workbench
from leukdesk.app.workers.heartbeat import Heartbeat
from leukdesk.app.workers.pictures import Pictures
from leukdesk.paths import resources
from leukdesk.settings import Settings

COPIES = 400
SETTLE_MS = 500  # after the model was loaded: start-up is measured elsewhere


def main() -> int:
    """Print one row for each way of using the window."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    application = QApplication(["leukdesk"])
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["LEUKDESK_DATA"] = scratch
        folder = arguments.folder or copies(Path(scratch) / "images")
        sys.stdout.write(f"{'':34}{'median worst':>14}{'worst':>8}{'p99':>7}{'images/s':>10}   ms\n")
        ways = (
            ("an empty window, for comparison", [], idle),
            ("predictions", [folder], idle),
            ("predictions, scrolling, stepping", [folder], busy),
        )
        for name, opened, use in ways:
            found = [run(application, opened, arguments.seconds, use) for _ in range(arguments.runs)]
            worst = [one[0] for one in found]
            p99, rate = (statistics.median(one[at] for one in found) for at in (1, 2))
            sys.stdout.write(f"{name:34}{statistics.median(worst):14.0f}{max(worst):8.0f}{p99:7.0f}{rate:10.0f}\n")
    return 0


def run(
    application: QApplication, opened: list[Path], seconds: float, use: Callable[[Session, int], None]
) -> tuple[float, float, float]:
    """Worst gap and 99th percentile in ms, and images a second, of one window that classifies what is opened."""
    favour_the_window()
    settings = Settings(theme="light")
    session = Session(application, settings, workbench(settings), Pictures(settings.limit_px))
    heart, ticks = Heartbeat(), iter(range(1_000_000))
    user = QTimer()
    user.setInterval(16)
    user.timeout.connect(lambda: use(session, next(ticks)))
    session.engine.opened.connect(lambda: QTimer.singleShot(SETTLE_MS, heart.start))
    session.engine.opened.connect(user.start)
    session.engine.opened.connect(lambda: QTimer.singleShot(SETTLE_MS + round(seconds * 1000), application.quit))
    session.open(opened)
    application.exec()
    heart.stop()
    rate = session.model.batch.progress.rate
    if opened and not session.model.batch.running:
        raise SystemExit("all images were done too early: name a folder with more, or fewer seconds")
    user.stop()
    session.window.close()
    session.close()
    gaps = sorted(heart.gaps_ms)
    return gaps[-1], gaps[int(0.99 * len(gaps))], rate


def idle(_session: Session, _tick: int) -> None:
    """Nobody touches the window."""


def busy(session: Session, tick: int) -> None:
    """A user who scrolls through the filmstrip all the time and goes to the next image three times a second."""
    bar = session.window.analyse.strip.view.horizontalScrollBar()
    bar.setValue((tick * 40) % max(1, bar.maximum()))
    if tick % 20 == 0:
        session.model.step(1)


def copies(folder: Path) -> Path:
    """Many phantoms under different names."""
    folder.mkdir()
    for path in sorted((resources() / "sample").glob("*.png")):
        for number in range(COPIES):
            shutil.copyfile(path, folder / f"{path.stem}-{number:03d}.png")
    return folder


if __name__ == "__main__":
    sys.exit(main())
