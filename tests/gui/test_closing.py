"""What a closed window leaves behind."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from window_desk import Desk

from leukdesk.app.workers.lanes import Lane
from leukdesk.settings import Settings


def parentless() -> list[QWidget]:
    return [one for one in QApplication.topLevelWidgets() if one.parent() is None]


def test_no_widget_outlives_its_window(qapp: QApplication, qtbot: QtBot, smear_folder: Path) -> None:
    """One that does would be styled anew with every change of the theme."""
    before = set(parentless())
    desk = Desk(qapp, qtbot, Settings(theme="light"))
    desk.start(smear_folder)
    for way in desk.window.commands.ways():
        way.trigger()
    assert [one for one in parentless() if one not in before] == [desk.window]
    desk.window.close()
    desk.session.close()
    desk.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert [one for one in parentless() if one not in before] == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows priorities of threads")
def test_a_lane_lets_the_window_go_first(qtbot: QtBot) -> None:
    lane, found = Lane("behind"), []
    lane.submit(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()), found.append)
    qtbot.waitUntil(lambda: bool(found))
    lane.close()
    assert found[0] > os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
