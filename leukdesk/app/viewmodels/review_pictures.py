"""Pictures of a review: the one that is judged, and the next ones before they are asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.errors import KnownError

if TYPE_CHECKING:
    from leukdesk.app.workers.pictures import Picture

AHEAD = 2
_KEPT = AHEAD + 2  # with the one before, for a look back


class ReviewPictures(QObject):
    """A few pictures around the one that is judged; `arrived` names the file that was read or could not be."""

    arrived = Signal(Path)

    def __init__(self, lane: Lane, pictures: PictureSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane, self._pictures = lane, pictures
        self._read: OrderedDict[Path, Picture | KnownError] = OrderedDict()
        self._wished: dict[Path, Token] = {}

    def picture(self, path: Path) -> Picture | None:
        """The picture of a file; None while it is read, and where it cannot be."""
        found = self._read.get(path)
        return None if isinstance(found, KnownError) else found

    def error(self, path: Path) -> KnownError | None:
        """Why a file could not be read."""
        found = self._read.get(path)
        return found if isinstance(found, KnownError) else None

    def want(self, now: Path, following: Sequence[Path]) -> None:
        """Read one picture at once and the following ones after it; what is further away is forgotten."""
        wanted = [now, *following]
        for path in [one for one in self._wished if one not in wanted]:
            self._wished.pop(path).cancel()
        for path in dict.fromkeys(wanted):
            if path in self._read:
                self._read.move_to_end(path)
            elif path not in self._wished:
                self._wish(path, urgent=path == now)
        while len(self._read) > _KEPT:
            self._read.popitem(last=False)

    def forget(self, path: Path) -> None:
        """Read a file anew when it is wanted again."""
        self._read.pop(path, None)

    def clear(self) -> None:
        """Forget all pictures."""
        for token in self._wished.values():
            token.cancel()
        self._wished.clear()
        self._read.clear()

    def _wish(self, path: Path, *, urgent: bool) -> None:
        work, keep = partial(self._pictures.picture, path), partial(self._keep, path)
        self._wished[path] = self._lane.submit(work, keep, keep, urgent=urgent)

    def _keep(self, path: Path, result: Picture | Exception) -> None:
        self._wished.pop(path, None)
        if isinstance(result, KnownError) or not isinstance(result, Exception):
            self._read[path] = result
            self.arrived.emit(path)
