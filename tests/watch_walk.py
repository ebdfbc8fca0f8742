"""Keeping watch in its states, for the tests that walk every view."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QWidget

if TYPE_CHECKING:
    from window_desk import Desk


def watch_scenes(desk: Desk, folder: Path) -> Iterator[tuple[str, QWidget]]:
    """Without a control set, with one whose folder is gone after two runs, and the dialog about base lines."""
    window, watch = desk.window, desk.session.watch
    window.commands.go_models.trigger()
    watch.watched = None  # what was known before the images of this walk were recorded
    window.watch.button.click()
    desk.until(lambda: watch.watched is not None)
    yield "nothing kept watch of", window
    control = folder.parent / "control"
    (control / "Pre").mkdir(parents=True)
    for number in range(4):
        for one in sorted(folder.glob("*.png"))[:3]:
            shutil.copy(one, control / "Pre" / f"{number} {one.name}")
    for step in (partial(watch.choose, control), watch.run, partial(watch.run, control)):
        step()
        desk.until(lambda: not watch.doing)
    shutil.rmtree(control)
    watch.look()
    desk.until(lambda: window.watch.view.state.error.isVisible())
    yield "keeping watch", window
    window.watch.ask_why()
    dialog = next(one for one in window.findChildren(QDialog) if one.isVisible())
    yield "base lines anew", dialog
    dialog.reject()
    window.models.show_models()
