"""What the model says of one field of a slide: a slide is never classified as one image."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.workers.lanes import Token
from leukdesk.domain.errors import KnownError
from leukdesk.domain.finding import Finding
from leukdesk.domain.image import Region


class FieldOfView(QObject):
    """The last field that was analysed of each slide."""

    changed = Signal()
    failed = Signal(object)  # KnownError

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._findings: dict[Path, Finding] = {}
        self._running: Path | None = None
        self._token = Token()

    def finding(self, path: Path | None) -> Finding | None:
        """What the model says of the field of this slide that was analysed last."""
        return self._findings.get(path) if path is not None else None

    def running(self, path: Path | None) -> bool:
        """Whether a field of this slide is being analysed."""
        return path is not None and path == self._running

    def analyse(self, path: Path, region: Region) -> None:
        """Analyse a field; needs a loaded model."""
        work = self._engine.analyser(region)
        if work is None:
            return
        self._token.cancel()
        self._running = path
        lane = self._engine.lane
        self._token = lane.submit(partial(work, path), partial(self._take, path), self._fail, urgent=True)
        self.changed.emit()

    def forget(self) -> None:
        """Another model is in force, or other images are open."""
        self._token.cancel()
        self._findings.clear()
        self._running = None
        self.changed.emit()

    def _take(self, path: Path, finding: Finding) -> None:
        self._findings[path] = finding
        self._running = None
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        self._running = None
        if isinstance(error, KnownError):
            self.failed.emit(error)
        self.changed.emit()
