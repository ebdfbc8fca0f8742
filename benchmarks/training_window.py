"""How long the event loop is kept from running while a model is trained beside the window.

Run: `python -m benchmarks.training_window [--seconds N] [--runs N]` on a display (`packaging/with-display.sh`).
A network is trained by the real trainer as the window starts it, on images made of the sample case; the goal is 100 ms
for the median of the runs' worst gaps. The row of the empty window says how much of that is the machine's own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication

from benchmarks.heartbeat import IMAGES, busy, empty
from benchmarks.window_frame import Scene, fields, head, row, several, wait, window
from leukdesk import paths
from leukdesk.app.main import Session
from leukdesk.domain.training import RunState, Started, TrainingOrder
from leukdesk.run_folder import RunFolder
from leukdesk.trainer import Trainer
from leukdesk.training_runs import TrainingRuns

COUNT = 400  # training images
# Waits for this program to end, however it ends, and then ends the trainer, which would else go on.
_GUARD = """
import sys, psutil
us, trainer, began = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
try:
    psutil.Process(us).wait()
except psutil.NoSuchProcess:
    pass
try:
    process = psutil.Process(trainer)
    if abs(process.create_time() - began) < 1:
        process.kill()
except psutil.NoSuchProcess:
    pass
"""
RECIPE = """
name = "beside"
title = "Beside the window"
system = "bench"
model = "CNN"
scope = "field"
architecture = { name = "compact_cnn", parameters = { filters = [16.0, 32.0, 64.0, 96.0] } }
input_size = 128
batch = 16
split = { method = "random", validation = 0.2, test = 0.2, seed = 3 }
data_name = "made of the sample case"
data_source = "this benchmark"
data_licence = "Apache-2.0"
intended_use = "a measurement"
licence = "Apache-2.0"
[[classes]]
id = "even"
display = "Even"
colour = "#D55E00"
[[classes]]
id = "odd"
display = "Odd"
colour = "#0072B2"
[[phases]]
epochs = 1000
learning_rate = 1e-3
"""


def main() -> int:
    """Print one row for each way of using the window."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", metavar="WORD", help="only the rows with this in their name")
    chosen = parser.parse_args()
    application = QApplication(["leukdesk"])
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["LEUKDESK_DATA"] = scratch
        folder = fields(Path(scratch) / "images", IMAGES)
        head()
        if chosen.only in (alone := "an empty window, nothing trained"):
            row(alone, several(empty, folder, runs=chosen.runs, seconds=chosen.seconds))
        with trained(labelled(folder)):
            for name, scene in (
                ("an empty window", empty),
                ("the page of the run", watching),
                ("predictions, scrolling, stepping", predicting),
            ):
                if chosen.only in name:
                    row(name, several(scene, folder, runs=chosen.runs, seconds=chosen.seconds))
    del application
    return 0


def labelled(folder: Path) -> Path:
    """A manifest of some images; the classes mean nothing."""
    files = sorted(folder.glob("*.jpg"))[:COUNT]
    rows = [f"{one.name},{('even', 'odd')[at % 2]}" for at, one in enumerate(files)]
    (folder / "manifest.csv").write_text("\n".join(["path,class", *rows]), encoding="utf-8")
    return folder


@contextmanager
def trained(folder: Path) -> Iterator[None]:
    """A run is on meanwhile, and has come to its epochs."""
    runs = TrainingRuns(paths.training_folder(), Trainer())
    key = runs.create(TrainingOrder("Beside the window", RECIPE, folder))
    runs.begin_next()
    _guard(RunFolder(paths.training_folder() / key).processes()[0])
    while not runs.run(key).progress.epochs:
        if runs.run(key).state is not RunState.RUNNING:
            raise SystemExit(f"the run did not get there: {runs.run(key).error}")
        time.sleep(0.2)
    try:
        yield
    finally:
        runs.stop(key)
        while runs.run(key).is_on:
            time.sleep(0.2)


def _guard(trainer: Started) -> None:
    words = [sys.executable, "-c", _GUARD, str(os.getpid()), str(trainer.pid), str(trainer.began)]
    subprocess.Popen(words, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


@contextmanager
def watching(_folder: Path) -> Iterator[Scene]:
    """The curves of the run are looked at."""
    with window() as session:
        session.window.commands.go_train.trigger()
        wait(lambda: session.training.on is not None)
        yield Scene(note=lambda: _noted(session))
        session.window.staying._asked = True  # nobody is there to answer


@contextmanager
def predicting(folder: Path) -> Iterator[Scene]:
    """Images are analysed while a person scrolls and steps."""
    with window([folder]) as session:
        batch = session.model.batch
        wait(lambda: session.training.on is not None)
        yield Scene(lambda tick: busy(session, tick), lambda: f"{batch.progress.rate:.0f} images/s, {_noted(session)}")
        session.window.staying._asked = True


def _noted(session: Session) -> str:
    run = session.training.on
    return f"trained {run.progress.images_per_s:.0f} images/s" if run is not None else "the run ended"


if __name__ == "__main__":
    sys.exit(main())
