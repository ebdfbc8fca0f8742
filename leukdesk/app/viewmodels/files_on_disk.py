"""The files behind the open images: new ones join the list, vanished ones are shown and can be found again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from leukdesk.app.viewmodels.batch import Batch
from leukdesk.app.viewmodels.faces import Row, RowState
from leukdesk.app.viewmodels.image_list import ImageList
from leukdesk.app.workers.folder_watch import FolderWatch
from leukdesk.app.workers.lanes import Lanes, Token
from leukdesk.domain.finding import Finding

if TYPE_CHECKING:
    from leukdesk.analysis.relink import News

_LOOK_MS = 700  # after the first sign of a change: a camera writes many files, and each more than once
_MISSING_MS = 5_000  # a disk that is connected again tells nobody


class FilesOnDisk(QObject):
    """Follows the folders of an opening once it is started. All disks are looked at on lanes."""

    changed = Signal()
    relinked = Signal(int, int)  # how many files were found again, and how many are still missing

    def __init__(self, lanes: Lanes, images: ImageList, batch: Batch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes, self._images, self._batch = lanes, images, batch
        self._watch: FolderWatch | None = None
        self._named: Sequence[Path] = ()
        self._since = 0.0
        self._token, self._search = Token(), Token()
        self._finding = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.look)

    @property
    def searching(self) -> bool:
        """Whether missing files are being searched for."""
        return self._finding

    def start(self) -> None:
        """Begin to watch."""
        self._watch = FolderWatch(self)
        self._watch.changed.connect(partial(self._look_in, _LOOK_MS))

    def close(self) -> None:
        """End the watch's thread."""
        self._soon.stop()
        self._search.cancel()
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def follow(self, named: Sequence[Path]) -> None:
        """Other images are open."""
        self._named, self._since = named, time.time()
        self._soon.stop()
        for token in (self._token, self._search):
            token.cancel()
        self._finding = False
        if self._watch is not None:
            self._look_in(_LOOK_MS)  # the folders below are known only after a look

    def look(self) -> None:
        """Compare with the disk now."""
        known = {row.path: _state(row) for row in self._images.rows()}
        work = partial(_look_again, tuple(self._named), known, self._since)
        self._since = time.time()
        self._token.cancel()
        self._token = self._lanes.pictures.submit(work, self._take)

    def find(self, folder: Path) -> None:
        """Search a folder for the files that are missing."""
        rows = self._images.rows()
        missing = {row.path: _sha(row) for row in rows if row.missing}
        taken = [row.path for row in rows if not row.missing]
        self._search.cancel()
        token = self._search = Token()
        self._finding = True
        work = partial(_find_again, missing, folder, taken, lambda: token.cancelled)
        self._lanes.network.submit(work, self._relink, token=token)  # a lane that seldom has anything else to do
        self.changed.emit()

    def _look_in(self, ms: int) -> None:
        if not self._soon.isActive():
            self._soon.start(ms)

    def _take(self, news: News) -> None:
        first = self._images.rowCount()
        self._images.append(news.came)
        self._images.set_missing(news.gone, True)
        self._images.set_missing(news.back, False)
        waits = [self._wait(path) for path in (*news.back, *news.again)]
        if news.came or waits:
            self._batch.go_on(min([first, *waits]))
        if self._watch is not None:
            self._watch.watch(news.folders)
        if news.came or news.gone or waits:
            self.changed.emit()
        if news.unsettled:
            self._look_in(_LOOK_MS)
        elif self._images.missing:
            self._look_in(_MISSING_MS)

    def _wait(self, path: Path) -> int:
        """An image that is there (again) is made anew, and analysed unless that was done."""
        place = self._images.place_of(path)
        assert place is not None  # for the type checker: it is one of the rows that were looked at
        self._images.forget_thumbnail(path)
        if not isinstance(self._images.row(place).outcome, Finding):
            self._images.mark(place, RowState.WAITING)
        return place

    def _relink(self, found: dict[Path, Path]) -> None:
        self._finding = False
        waits = []
        for old, new in found.items():
            place = self._images.place_of(old)
            if place is not None:
                self._images.relink(place, new)
                waits.append(self._wait(new))
        if waits:
            self._batch.go_on(min(waits))
        self.changed.emit()
        self.relinked.emit(len(found), self._images.missing)


def _look_again(named: Sequence[Path], known: Mapping[Path, str], since: float) -> News:
    """Runs on a lane; what it needs is imported there, and not before the first paint."""
    from leukdesk.analysis.relink import look_again

    return look_again(named, known, since)


def _find_again(
    missing: Mapping[Path, str], folder: Path, taken: Sequence[Path], cancelled: Callable[[], bool]
) -> dict[Path, Path]:
    """As `_look_again`."""
    from leukdesk.analysis.relink import find_again

    return find_again(missing, folder, taken, cancelled)


def _state(row: Row) -> str:
    if row.missing:
        return "missing"
    return "failed" if row.state is RowState.FAILED else ""


def _sha(row: Row) -> str:
    return row.outcome.source.sha256 if isinstance(row.outcome, Finding) else ""
