"""Keeps what is open and how the window stands, and knows at the next start whether the window was torn away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from leukdesk import workspace
from leukdesk.app.workers.lanes import Lane
from leukdesk.domain.errors import KnownError
from leukdesk.workspace import Workspace

_PAUSE_MS = 500  # at most two writes a second, however fast somebody leafs through images


class LastWork(QObject):
    """One window writes at a time: a second one leaves the first one's notes alone."""

    interrupted = Signal(object)  # Workspace: the last window did not end in order, and this was open
    failed = Signal(object)  # KnownError, once

    def __init__(self, file: Path, lane: Lane, before: Workspace, parent: QObject | None = None) -> None:
        """`before`: what `workspace.load` found."""
        super().__init__(parent)
        self._file, self._lane, self.before = file, lane, before
        self._lock = QLockFile(str(file.with_suffix(".lock")))
        self._present: Callable[[], Workspace] = Workspace
        self._ours = self._told = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._write)

    def begin(self, present: Callable[[], Workspace]) -> None:
        """Start to keep; `present` says what is to be kept."""
        self._present = present
        self._lane.submit(partial(_take_lock, self._lock, self._file.parent), self._start)

    def forget(self) -> None:
        """Keep no trace of what was open."""
        self.before = Workspace()
        self.note()

    def note(self) -> None:
        """Something has changed."""
        if self._ours and not self._pause.isActive():
            self._pause.start()

    def end(self) -> None:
        """The window was closed in order. Writes at once: call it when the lanes are closed and nothing is shown."""
        self._pause.stop()
        if self._ours:
            self._ours = False
            try:
                workspace.save(self._file, self._now(ended=True))
            except KnownError as error:
                self._tell(error)
            self._lock.unlock()

    def _start(self, taken: bool) -> None:
        self._ours = taken
        if taken and not self.before.ended and self.before.open:
            self.interrupted.emit(self.before)
        self.note()

    def _now(self, *, ended: bool) -> Workspace:
        """What is open; as long as nothing is, what was open last stays known."""
        now = replace(self._present(), ended=ended)
        return now if now.open else replace(now, open=self.before.open, image=self.before.image)

    def _write(self) -> None:
        self._lane.submit(partial(workspace.save, self._file, self._now(ended=False)), failed=self._tell)

    def _tell(self, error: Exception) -> None:
        if isinstance(error, KnownError) and not self._told:
            self._told = True
            self.failed.emit(error)


def _take_lock(lock: QLockFile, folder: Path) -> bool:
    """Whether this is the only window. A lock whose process is gone is taken over, whatever its age."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only home keeps nothing, and nothing is lost by it
        return False
    lock.setStaleLockTime(0)
    return lock.tryLock(0)
