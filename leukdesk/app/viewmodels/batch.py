"""The run through all open images: in list order, a few at a time, the selected one first."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from leukdesk.analysis.pace import Pace
from leukdesk.app.viewmodels.faces import RowState, is_large
from leukdesk.app.viewmodels.image_list import ImageList
from leukdesk.app.viewmodels.progress import Progress
from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.errors import KnownError
from leukdesk.domain.finding import Failure, Finding

_IN_FLIGHT = 3  # enough to keep the lane busy while results travel, few enough for the selected image to come soon
_TELL_MS = 100  # the status bar need not know of every image

Analyse = Callable[[Path], Finding]


class Batch(QObject):
    """Classifies the rows of an `ImageList` on the inference lane."""

    progressed = Signal()
    finished = Signal(int)  # the place of a row that just got its outcome

    def __init__(self, lane: Lane, images: ImageList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane, self._images = lane, images
        self._analyse: Analyse | None = None
        self._going = False
        self._token = Token()
        self._flying: set[int] = set()
        self._cursor = 0
        self._wish: int | None = None
        self._pace = Pace()
        self._telling = QTimer(self)
        self._telling.setSingleShot(True)
        self._telling.setInterval(_TELL_MS)
        self._telling.timeout.connect(self.progressed)

    @property
    def running(self) -> bool:
        """Whether images are being analysed, one after the other."""
        return self._going and bool(self._flying)

    @property
    def progress(self) -> Progress:
        """How far the run is."""
        done, failed = self._images.counts()
        total = self._images.rowCount()
        return Progress(done, total, failed, self._pace.rate(time.monotonic()), self.running)

    def start(self, analyse: Analyse) -> None:
        """Analyse every waiting row; `analyse` runs on the lane."""
        self.stop()
        self._analyse, self._going, self._cursor = analyse, True, 0
        self._pace.start(time.monotonic())
        if self._wish is not None:
            self.prefer(self._wish)
        self._refill()
        self.progressed.emit()

    def prefer(self, place: int) -> None:
        """The selected image jumps the queue; it is analysed even while the run is stopped."""
        self._wish = place
        if self._analyse is not None and self._waits(place):
            self._submit(place, urgent=True)

    def go_on(self, place: int) -> None:
        """Rows from `place` on wait that did not before; a run that was not stopped takes them along."""
        self._cursor = min(self._cursor, place)
        if self._going and not self._flying:
            self._pace.start(time.monotonic())
        self._refill()
        self.progressed.emit()

    def stop(self) -> None:
        """End the run: what is under way is dropped and waits again, as all other unfinished rows do."""
        self._token.cancel()
        self._token = Token()
        self._going = False
        for place in self._flying:
            if place < self._images.rowCount():
                self._images.mark(place, RowState.WAITING)
        self._flying.clear()
        self.progressed.emit()

    def forget(self) -> None:
        """End the run because the rows themselves are about to be replaced."""
        self._wish, self._analyse = None, None
        self.stop()

    def _refill(self) -> None:
        while self._going and len(self._flying) < _IN_FLIGHT and self._cursor < self._images.rowCount():
            if self._waits(self._cursor):
                self._submit(self._cursor, urgent=False)
            self._cursor += 1

    def _waits(self, place: int) -> bool:
        return 0 <= place < self._images.rowCount() and self._images.row(place).state is RowState.WAITING

    def _submit(self, place: int, *, urgent: bool) -> None:
        assert self._analyse is not None  # for the type checker: both callers have made sure
        path = self._images.row(place).path
        self._images.mark(place, RowState.RUNNING)
        self._flying.add(place)
        self._lane.submit(
            partial(self._analyse, path),
            partial(self._done, place),
            partial(self._failed, place),
            token=self._token,
            urgent=urgent,
        )

    def _done(self, place: int, finding: Finding) -> None:
        self._images.mark(place, RowState.DONE, finding)
        self._landed(place)

    def _failed(self, place: int, error: Exception) -> None:
        known = error if isinstance(error, KnownError) else self._bug()
        failure = Failure(self._images.row(place).path, known)
        self._images.mark(place, RowState.DONE if is_large(failure) else RowState.FAILED, failure)
        self._landed(place)

    def _landed(self, place: int) -> None:
        self._flying.discard(place)
        self._pace.tick(time.monotonic())
        self._refill()
        self.finished.emit(place)
        if not self._flying:
            self._telling.stop()
            self.progressed.emit()
        elif not self._telling.isActive():
            self._telling.start()

    def _bug(self) -> KnownError:
        return KnownError(
            self.tr("leukdesk made a mistake with this image"),
            reason="bug",
            advice=self.tr("Other images are not affected. Please send the report that was shown."),
        )
