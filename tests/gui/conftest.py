"""The real window on Qt's offscreen platform, driven with mouse and keyboard."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # no window manager decides about the focus

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_desk import Desk
from window_fixtures import (
    SLIDE_SIDE,
    _frozen_modules,
    broken,
    garbage_stays_here,
    no_thread_is_left,
    smear_folder,
    smears,
)

from leukdesk.settings import Settings
from training.phantom.whole_slide import write_whole_slide

__all__ = ["_frozen_modules", "broken", "garbage_stays_here", "no_thread_is_left", "smear_folder", "smears"]


@pytest.fixture
def desk_with(qapp: QApplication, qtbot: QtBot) -> Iterator[Callable[[Settings], Desk]]:
    """Makes a desk with some settings."""
    made: list[Desk] = []

    def make(settings: Settings) -> Desk:
        made.append(Desk(qapp, qtbot, settings))
        return made[-1]

    yield make
    for one in made:
        one.bench.go.set()
        one.window.close()
        one.session.close()
        one.window.deleteLater()


@pytest.fixture
def desk(desk_with: Callable[[Settings], Desk]) -> Desk:
    """A desk in the light theme."""
    return desk_with(Settings(theme="light"))


@pytest.fixture(scope="session")
def slide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A phantom slide of `SLIDE_SIDE` px, in two levels."""
    path = tmp_path_factory.mktemp("slide") / "slide.tif"
    write_whole_slide(path, SLIDE_SIDE, levels=2, compression="deflate")
    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the offscreen platform say what it cannot do; every other Qt warning fails the test."""
    for item in items:
        if "tests/gui" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))
