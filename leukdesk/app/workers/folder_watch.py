"""Notices that folders change, on a thread of its own: to watch a folder on a slow disk can take seconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import shiboken6
from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, QThread, Signal, Slot

_MOST = 256  # folders: systems allow a user some thousands


class FolderWatch(QObject):
    """`changed` is emitted, on the thread that made the watch, whenever something appears in a folder or goes."""

    changed = Signal()
    _wanted = Signal(list)
    _over = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread()
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._worker.changed.connect(self.changed, Qt.ConnectionType.QueuedConnection)
        self._wanted.connect(self._worker.watch, Qt.ConnectionType.QueuedConnection)
        self._over.connect(self._worker.end, Qt.ConnectionType.BlockingQueuedConnection)

    def watch(self, folders: Sequence[Path]) -> None:
        """Watch these folders and no others; what lies in folders within them is not noticed."""
        if not self._thread.isRunning():
            self._thread.start()
        self._wanted.emit([str(folder) for folder in folders[:_MOST]])

    def close(self) -> None:
        """End the thread."""
        if self._thread.isRunning():
            self._over.emit()
            self._thread.quit()
            self._thread.wait()


class _Worker(QObject):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._watcher: QFileSystemWatcher | None = None

    @Slot(list)
    def watch(self, folders: list[str]) -> None:
        if self._watcher is None:
            self._watcher = QFileSystemWatcher(self)
            self._watcher.directoryChanged.connect(self.changed)
        before = set(self._watcher.directories())
        if gone := before - set(folders):
            self._watcher.removePaths(sorted(gone))
        if new := [folder for folder in folders if folder not in before and Path(folder).is_dir()]:
            self._watcher.addPaths(new)

    @Slot()
    def end(self) -> None:
        """Let go of the watcher on the thread it lives on."""
        if self._watcher is not None:
            shiboken6.delete(self._watcher)
            self._watcher = None
