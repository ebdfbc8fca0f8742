"""What all measurements of the window have in common: the window, its use, and how long its event loop was kept.

A timer wants to beat every 2 ms; its worst gap is how long a key could have waited.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from leukdesk import paths
from leukdesk.app.main import Session, favour_the_window, workbench
from leukdesk.app.workers.heartbeat import Heartbeat
from leukdesk.app.workers.pictures import Pictures
from leukdesk.settings import Settings

SETTLE_MS = 500
TICK_MS = 16
LIMIT_S = 60  # for the window to get somewhere


@dataclass(frozen=True)
class Scene:
    """A window in use: `use` is called every 16 ms with the number of the tick; `note` says something at the end."""

    use: Callable[[int], object] = lambda _tick: None
    note: Callable[[], str] = lambda: ""
    going_on: Callable[[], bool] = lambda: True  # once it says no, the measurement ends


class Heard(NamedTuple):
    """What one run was like."""

    worst_ms: float
    p99_ms: float
    cpu_ms: float  # what the GUI thread computed for each tick, whatever else the machine did
    seconds: float
    note: str


@contextmanager
def window(opened: Sequence[Path] = (), *, predict: bool = True) -> Iterator[Session]:
    """leukdesk with something open and its model loaded; without `predict` nothing is classified."""
    favour_the_window()
    settings = Settings(theme="light", welcomed=True)
    pictures = Pictures(settings.limit_px, paths.cache() / "thumbnails")
    session = Session(QApplication.instance(), settings, workbench(settings), pictures)
    try:
        session.open(list(opened))
        wait(lambda: session.engine.predictor is not None)
        if opened:
            wait(lambda: session.model.images.rowCount() > 0)
        if not predict:
            session.model.batch.stop()
        yield session
    finally:
        session.window.close()
        session.close()


def wait(condition: Callable[[], object]) -> None:
    """Let the window work until something is true; ends the program where it does not become so in a minute."""
    timer = QTimer()
    timer.start(20)  # so that there is always an event to wait for
    until = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > until:
            raise SystemExit("the window did not get there")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def listen(scene: Scene, seconds: float, settle_ms: int = SETTLE_MS) -> Heard:
    """Use the window for so long and listen; the first moments count for nothing."""
    heart, ticks, user, loop = Heartbeat(), iter(range(1_000_000)), QTimer(), QEventLoop()

    def use() -> None:
        if scene.going_on():
            scene.use(next(ticks))
        else:
            loop.quit()

    user.setInterval(TICK_MS)
    user.timeout.connect(use)
    user.start()
    QTimer.singleShot(settle_ms, heart.start)
    QTimer.singleShot(settle_ms + round(seconds * 1000), loop.quit)
    began, spent = time.monotonic(), time.thread_time()
    loop.exec()
    spent, lasted = time.thread_time() - spent, time.monotonic() - began
    heart.stop()
    user.stop()
    gaps = sorted(heart.gaps_ms)
    per_tick = spent * 1000 / max(1, next(ticks))
    return Heard(gaps[-1], gaps[int(0.99 * len(gaps))], per_tick, lasted - settle_ms / 1000, scene.note())


def several(
    make: Callable[[Path], object], folder: Path, *, runs: int, seconds: float, settle_ms: int = SETTLE_MS
) -> list[Heard]:
    """Some runs of a scene, each with a window of its own; `make` is a context manager that gives the scene."""
    found = []
    for _ in range(runs):
        with make(folder) as scene:  # type: ignore[attr-defined]
            found.append(listen(scene, seconds, settle_ms))
    return found


def head() -> None:
    """The head of the table, with what else the machine does."""
    sys.stdout.write(f"load {load()} on {os.cpu_count()} cores\n")
    sys.stdout.write(f"{'':38}{'median worst':>13}{'worst':>8}{'p99':>7}   ms, load\n")
    sys.stdout.flush()


def row(name: str, found: Sequence[Heard]) -> None:
    """What one scene was like."""
    worst, p99 = [one.worst_ms for one in found], statistics.median(one.p99_ms for one in found)
    numbers = f"{statistics.median(worst):13.0f}{max(worst):8.0f}{p99:7.1f}   {load()}"
    sys.stdout.write(f"{name:38}{numbers}  {found[-1].cpu_ms:.1f} ms cpu a tick  {found[-1].note}\n")
    sys.stdout.flush()


def load() -> str:
    """What the machine does beside, over the last minute."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "?"


def fields(folder: Path, count: int) -> Path:
    """So many different JPEGs of 224 px, made of the sample case."""
    folder.mkdir()
    sample = [cv2.imread(str(one)) for one in sorted((paths.resources() / "sample").glob("*.png"))]
    small = [cv2.resize(one, (224, 224), interpolation=cv2.INTER_AREA) for one in sample]
    for number in range(count):
        pixels = np.roll(small[number % len(small)], number // len(small), axis=1)
        cv2.imwrite(str(folder / f"field {number:05d}.jpg"), pixels)
    return folder
