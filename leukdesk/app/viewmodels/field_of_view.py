"""What the model says of one field of a slide: a slide is never classified as one image."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.progress import Progress
from leukdesk.app.viewmodels.whole_read import WholeRead
from leukdesk.app.workers.lanes import Token
from leukdesk.domain.errors import KnownError
from leukdesk.domain.finding import Finding
from leukdesk.domain.image import Region

_TELL_MS = 150


class FieldOfView(QObject):
    """The last field that was analysed of each slide."""

    changed = Signal()
    failed = Signal(object)  # KnownError
    reading_changed = Signal()  # while one is analysed

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._findings: dict[Path, Finding] = {}
        self._running: Path | None = None
        self._token = Token()
        self._reading = WholeRead(self._token)
        self._watch = QTimer(self)
        self._watch.setInterval(_TELL_MS)
        self._watch.timeout.connect(self.reading_changed)

    def finding(self, path: Path | None) -> Finding | None:
        """What the model says of the field of this slide that was analysed last."""
        return self._findings.get(path) if path is not None else None

    def running(self, path: Path | None) -> bool:
        """Whether a field of this slide is being analysed."""
        return path is not None and path == self._running

    @property
    def reading(self) -> Progress | None:
        """How far the slide is read for its hash, where that takes long; None while it is not."""
        return self._reading.progress if self._running is not None else None

    def analyse(self, path: Path, region: Region) -> None:
        """Analyse a field; needs a loaded model."""
        token = Token()
        reading = WholeRead(token)
        work = self._engine.analyser(region, reading.told)
        if work is None:
            return
        self._token.cancel()
        self._running, self._token, self._reading = path, token, reading
        lane = self._engine.lane
        lane.submit(partial(work, path), partial(self._take, path), self._fail, token=token, urgent=True)
        self._watch.start()
        self.changed.emit()

    def stop(self) -> None:
        """Give up the field that is being analysed."""
        self._token.cancel()
        self._end()

    def forget(self) -> None:
        """Another model is in force, or other images are open."""
        self._token.cancel()
        self._findings.clear()
        self._end()

    def _take(self, path: Path, finding: Finding) -> None:
        self._findings[path] = finding
        self._end()

    def _fail(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.failed.emit(error)
        self._end()

    def _end(self) -> None:
        self._running = None
        self._watch.stop()
        self.changed.emit()
