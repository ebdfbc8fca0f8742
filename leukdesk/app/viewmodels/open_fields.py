"""Openly licensed real fields: the program's only network access, when the user asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from leukdesk.app.viewmodels.ports import Bench
from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.errors import KnownError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from leukdesk.fetch import OpenFields


class OpenFieldsViewModel(QObject):
    """Says what can be fetched, fetches it, and hands over the images."""

    changed = Signal()
    fetched = Signal(list)  # list[Path]
    failed = Signal(object)  # KnownError
    _came = Signal(int, int)

    def __init__(self, lane: Lane, make_bench: Callable[[], Bench], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane, self._make_bench = lane, make_bench
        self._offer: OpenFields | None = None
        self._running: Token | None = None
        self._done, self._total = 0, 0
        self._came.connect(self._count, Qt.ConnectionType.QueuedConnection)

    @property
    def offer(self) -> OpenFields | None:
        """What can be fetched; None until it was looked up."""
        return self._offer

    @property
    def running(self) -> bool:
        """Whether it is being fetched."""
        return self._running is not None

    @property
    def progress(self) -> tuple[int, int]:
        """Images fetched, and of how many."""
        return self._done, self._total

    def look_up(self) -> None:
        """Read what can be fetched; no network is used."""
        self._lane.submit(lambda: self._make_bench().open_fields(), self._show_offer)

    def fetch(self) -> None:
        """Fetch, unless that is under way."""
        if self._running is None:
            token = Token()
            self._running = self._lane.submit(lambda: self._fetch(token), self._take, self._refuse, token=token)
            self.changed.emit()

    def cancel(self) -> None:
        """Stop fetching; what has come is kept."""
        if self._running is not None:
            self._running.cancel()
            self._running = None
            self.changed.emit()

    def _fetch(self, token: Token) -> Sequence[Path]:
        return self._make_bench().fetch_open_fields(progress=self._came.emit, cancelled=lambda: token.cancelled)

    def _count(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        self.changed.emit()

    def _show_offer(self, offer: OpenFields) -> None:
        self._offer = offer
        self.changed.emit()

    def _take(self, paths: Sequence[Path]) -> None:
        self._running = None
        self.changed.emit()
        self.fetched.emit(list(paths))

    def _refuse(self, error: Exception) -> None:
        self._running = None
        self.changed.emit()
        if isinstance(error, KnownError):
            self.failed.emit(error)
