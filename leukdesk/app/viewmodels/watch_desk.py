"""Keeping watch in the window: the control set is run when it is asked for, and once a day while nobody works."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from leukdesk.app.viewmodels.idle import Idle
from leukdesk.app.viewmodels.progress import Progress
from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.errors import KnownError

if TYPE_CHECKING:
    from leukdesk.app.viewmodels.casebook import Casebook
    from leukdesk.app.viewmodels.ports import Bench
    from leukdesk.control_watch import ControlWatch, Watched

_IDLE_MS, _AGAIN_MS = 5 * 60_000, 60 * 60_000


class WatchDesk(QObject):
    """One thing at a time, on a lane of its own; what is looked at comes back as `watched`.

    The daily run takes one thread, so that whoever comes back to the window meanwhile can work.
    """

    changed = Signal()  # what is known, or what is going on
    failed = Signal(object)  # KnownError of what somebody asked for
    done = Signal(str)  # what was done: "run", "choose", "give_up", "anew"
    drifted = Signal()  # something drifts that did not when it was last looked at
    _went_on = Signal(int, int)

    def __init__(
        self,
        lane: Lane,
        make_bench: Callable[[], Bench],
        casebook: Casebook,
        folder: Callable[[], Path],
        busy: Callable[[], bool],
    ) -> None:
        """`folder`: where the control set is kept; `busy`: whether there is other work for the machine."""
        super().__init__()
        self._lane, self._make_bench, self._casebook, self._folder = lane, make_bench, casebook, folder
        self._busy = busy
        self.watched: Watched | None = None
        self.doing = ""  # as `done` names it; "daily" for a run that nobody asked for
        self.progress = Progress()
        self._token, self._begun, self._told_of = Token(), 0.0, frozenset[str]()
        self._made: ControlWatch | None = None  # belongs to the lane
        self._idle = Idle(self)
        self._idle.passed.connect(self._check)
        self._went_on.connect(self._show_progress, Qt.ConnectionType.QueuedConnection)
        casebook.opened.connect(self._begin)

    # -- what is asked for

    def look(self) -> None:
        """Read anew how things stand; daily work is a part of it once the history is open."""
        history = (lambda: self._make_bench().history()) if self._casebook.is_open else None
        self._lane.submit(lambda: self._watch().look(history), self._take, self._tell)

    def run(self, photos: Path | None = None) -> None:
        """Run the control set now, or new photographs of its slides."""
        self._start("run", lambda watch, token: self._run(watch, token, photos))

    def choose(self, folder: Path) -> None:
        """Freeze the images of a folder as the control set."""
        self._start("choose", lambda watch, token: watch.choose(folder, self._went_on.emit, lambda: token.cancelled))

    def choose_reviewed(self) -> None:
        """Freeze copies of everything that was reviewed here."""
        user = self._casebook.user
        if user is not None:
            self._start("choose", lambda watch, _: watch.choose_reviewed(user.id))

    def give_up(self) -> None:
        """Use no control set any more."""
        self._start("give_up", lambda watch, _: watch.give_up())

    def begin_anew(self, why: str) -> None:
        """Let base lines begin anew."""
        self._start("anew", lambda watch, _: watch.begin_anew(why))

    def cancel(self) -> None:
        """Give up what is going on; nothing of it is recorded."""
        if self.doing:
            self._token.cancel()
            self._end()

    def close(self) -> None:
        """Let the lane end soon."""
        self._token.cancel()
        self._idle.wait(0)

    # -- on the lane

    def _watch(self) -> ControlWatch:
        if self._made is None:
            from leukdesk.control_watch import ControlWatch

            self._made = ControlWatch(self._make_bench(), self._folder(), by="window")  # type: ignore[arg-type]  # a part
        return self._made

    def _run(self, watch: ControlWatch, token: Token, photos: Path | None = None) -> object:
        return watch.run(photos, self._went_on.emit, lambda: token.cancelled)

    def _run_if_due(self, watch: ControlWatch, token: Token) -> object:
        return self._run(watch, token) if watch.due() else None

    # -- on the GUI thread

    def _begin(self) -> None:
        self.look()
        self._idle.wait(_IDLE_MS)

    def _check(self) -> None:
        """Nobody has touched the window for a while."""
        self._idle.wait(_AGAIN_MS)
        if not self._busy():
            self._start("daily", self._run_if_due)

    def _start(self, what: str, work: Callable[[ControlWatch, Token], object]) -> None:
        if self.doing:
            return
        self.doing, self._token, self._begun = what, Token(), time.monotonic()
        self.progress = Progress()
        job = partial(self._work, work, self._token)
        self._lane.submit(job, partial(self._finish, what), partial(self._refuse, what), token=self._token)
        self.changed.emit()

    def _work(self, work: Callable[[ControlWatch, Token], object], token: Token) -> object:
        return work(self._watch(), token)

    def _finish(self, what: str, _result: object) -> None:
        self._end()
        self.done.emit(what)
        self.look()

    def _refuse(self, what: str, error: Exception) -> None:
        self._end()
        if what != "daily":  # what nobody asked for is seen on the page, in what `look` finds
            self._tell(error)
        self.look()

    def _end(self) -> None:
        self.doing, self.progress = "", Progress()
        self.changed.emit()

    def _show_progress(self, done: int, total: int) -> None:
        if self.doing:
            rate = done / max(1e-3, time.monotonic() - self._begun)
            self.progress = Progress(done, total, 0, rate, running=True)
            self.changed.emit()

    def _take(self, watched: Watched) -> None:
        self.watched = watched
        wrong = frozenset(one.key for one in watched.newest if one.signals)
        news, self._told_of = wrong - self._told_of, wrong
        self.changed.emit()
        if news:
            self.drifted.emit()

    def _tell(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.failed.emit(error)
