"""Render the window: `python docs/screenshots.py` (under a display, or with QT_QPA_PLATFORM=offscreen).

Synthetic smears go into `docs/images/`, marked as synthetic; real ones, where `../shared/data` is at hand, only into
the git-ignored `output/screenshots/`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from leukdesk import paths
from leukdesk.app.main import Session, workbench
from leukdesk.app.workers.pictures import Pictures
from leukdesk.settings import Settings, Theme

ROOT = Path(__file__).resolve().parents[1]
SHOWN, HIDDEN = ROOT / "docs" / "images", ROOT / "output" / "screenshots"
REAL = ROOT.parent / "shared" / "data" / "taleqani-all"
MARK = "leukdesk-synthetic"
LIMIT_S = 120


class Camera:
    """One window, looked at."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self._folder = session, folder

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the window work until something is true, and then be painted."""
        end = time.monotonic() + LIMIT_S
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
        for _ in range(20):
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)

    def look(self, role: str = "") -> None:
        """Select the first image of the sample case with this role, and wait for its heatmap if that is on."""
        model = self.session.model
        if role:
            truths = [model.truth_of(place) for place in range(model.images.rowCount())]
            model.select(next(place for place, one in enumerate(truths) if one is not None and one.role == role))
        self.until(lambda: model.picture is not None and model.finding is not None)
        self.until(lambda: not model.heatmap.shown or model.heatmap.image is not None)

    def take(self, name: str) -> None:
        """Write a picture of the window, marked as synthetic if it goes into the repository."""
        self.until(lambda: True)
        image = self.session.window.grab().toImage()
        if self._folder == SHOWN:
            image.setText(MARK, "1")
        self._folder.mkdir(parents=True, exist_ok=True)
        image.save(str(self._folder / f"{name}.png"))
        sys.stdout.write(f"{(self._folder / name).relative_to(ROOT)}.png\n")


@contextmanager
def window(theme: Theme, folder: Path, *opened: Path) -> Iterator[Camera]:
    """A window of 1280 x 800 with everything opened analysed."""
    application = QApplication.instance() or QApplication(["leukdesk"])
    assert isinstance(application, QApplication)
    settings = Settings(theme=theme)
    session = Session(application, settings, workbench(settings), Pictures(settings.limit_px))
    camera = Camera(session, folder)
    session.open(list(opened))
    try:
        camera.until(lambda: bool(session.engine.installed) and not session.engine.loading)
        camera.until(lambda: session.model.images.counts()[0] == session.model.images.rowCount())
        yield camera
    finally:
        session.window.close()
        session.close()


def synthetic(theme: Theme) -> None:
    """The pictures of README and guide."""
    if theme == "light":
        with window(theme, SHOWN) as camera:
            camera.take("welcome")
    with window(theme, SHOWN, paths.resources() / "sample") as camera:
        commands = camera.session.window.commands
        camera.look("hit")
        commands.heatmap.trigger()
        camera.look()
        camera.take(f"window-{theme}")
        if theme == "dark":
            return
        commands.heatmap.trigger()
        commands.truth.trigger()
        for role in ("miss", "unidentified", "rejected"):
            camera.look(role)
            camera.take(role)
        commands.go_models.trigger()
        camera.take("models")


def real() -> None:
    """For our own eyes only."""
    chosen = [
        sorted(folder.iterdir())[number] for folder in sorted(REAL.iterdir()) if folder.is_dir() for number in (0, 9)
    ]
    with window("dark", HIDDEN, *chosen) as camera:
        camera.session.window.commands.heatmap.trigger()
        for place in (0, 3, 5, 7):
            camera.session.model.select(place)
            camera.look()
            camera.take(f"real-{place}")
        camera.session.window.commands.as_list.trigger()
        camera.take("real-list")


def main() -> int:
    """All pictures."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["LEUKDESK_DATA"] = scratch  # nobody's own settings
        synthetic("light")
        synthetic("dark")
        if REAL.is_dir():
            real()
    return 0


if __name__ == "__main__":
    sys.exit(main())
