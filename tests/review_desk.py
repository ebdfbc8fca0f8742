"""A review, its signatures and its agreement on a real store, without a screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot
from window_fixtures import WAIT_MS

from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.review import Refusal, ReviewSession, ReviewState
from leukdesk.app.workers.lanes import Lanes
from leukdesk.app.workers.pictures import Pictures
from leukdesk.domain.case import Case
from leukdesk.history.history import History
from leukdesk.history.opening import open_history


class HistoryBench:
    """The part of a workbench that a casebook needs."""

    def __init__(self, history: History) -> None:
        self._history = history

    def history(self) -> History:
        return self._history

    def close(self) -> None:
        self._history.close()


class Reviewer:
    """A session on a real store."""

    def __init__(self, folder: Path, lanes: Lanes, bot: QtBot) -> None:
        self.history = open_history(folder)
        self.lane = lanes.history
        self.casebook = Casebook(self.lane, lambda: HistoryBench(self.history))  # type: ignore[arg-type, return-value]
        self.session = ReviewSession(self.casebook, lanes.pictures, Pictures(4_000_000))
        self.refused: list[Refusal] = []
        self.session.refused.connect(self.refused.append)
        self._bot = bot

    def begin(self, case: Case) -> None:
        self.casebook.begin()
        self.until(lambda: self.casebook.is_open)
        self.session.open(case.id)
        self.until(lambda: self.session.state is not ReviewState.LOADING)
        self.see()

    def see(self) -> None:
        """Wait for the picture."""
        item = self.session.item
        if item is not None:
            shown = self.session.pictures
            self.until(lambda: shown.picture(item.image.path) is not None or shown.error(item.image.path) is not None)

    def say(self, label: str) -> None:
        self.see()
        self.session.say(label)

    def accept(self) -> None:
        self.see()
        self.session.accept()

    def written(self) -> None:
        """Wait until the lane is idle."""
        done: list[bool] = []
        self.lane.submit(lambda: True, done.append)
        self.until(lambda: bool(done))

    def until(self, condition: Callable[[], bool]) -> None:
        self._bot.waitUntil(condition, timeout=WAIT_MS)
