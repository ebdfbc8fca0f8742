"""Render the window: `python docs/screenshots.py` (under a display, or with QT_QPA_PLATFORM=offscreen).

Synthetic smears go into `docs/images/`, marked as synthetic; real ones, where `../shared/data` is at hand, only into
the git-ignored `output/screenshots/`. Every view in every state is in `states.png` (see `states.py`).
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from camera import window

from leukdesk import paths

ROOT = Path(__file__).resolve().parents[1]
SHOWN, HIDDEN = ROOT / "docs" / "images", ROOT / "output" / "screenshots"
REAL = ROOT.parent / "shared" / "data" / "taleqani-all"


def synthetic(theme: str) -> None:
    """The pictures of README and guide."""
    if theme == "light":
        with window(theme) as camera:
            camera.take(SHOWN / "welcome.png")
    with window(theme, paths.resources() / "sample") as camera:
        commands = camera.session.window.commands
        camera.look("hit")
        commands.heatmap.trigger()
        camera.look()
        camera.take(SHOWN / f"window-{theme}.png")
        if theme == "dark":
            return
        commands.heatmap.trigger()
        commands.truth.trigger()
        for role in ("miss", "unidentified", "rejected"):
            camera.look(role)
            camera.take(SHOWN / f"{role}.png")
        commands.go_models.trigger()
        camera.take(SHOWN / "models.png")


def real() -> None:
    """For our own eyes only."""
    chosen = [
        sorted(folder.iterdir())[number] for folder in sorted(REAL.iterdir()) if folder.is_dir() for number in (0, 9)
    ]
    HIDDEN.mkdir(parents=True, exist_ok=True)
    with window("dark", *chosen) as camera:
        camera.session.window.commands.heatmap.trigger()
        for place in (0, 3, 5, 7):
            camera.session.model.select(place)
            camera.look()
            camera.see().save(str(HIDDEN / f"real-{place}.png"))
        camera.session.window.commands.as_list.trigger()
        camera.see().save(str(HIDDEN / "real-list.png"))


def main() -> int:
    """All pictures but the contact sheet."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["LEUKDESK_DATA"] = scratch  # nobody's own settings
        synthetic("light")
        synthetic("dark")
        if REAL.is_dir():
            real()
    return 0


if __name__ == "__main__":
    sys.exit(main())
