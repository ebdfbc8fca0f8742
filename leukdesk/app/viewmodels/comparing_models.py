"""Two models on one folder in the window: asked on a lane of their own, then shown with disagreements first."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from leukdesk.app.viewmodels.compared_images import ComparedImages
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.faces import Vocabulary
from leukdesk.app.viewmodels.progress import Progress
from leukdesk.app.viewmodels.thumbnails import Thumbnails
from leukdesk.app.workers.lanes import Lanes, Token
from leukdesk.domain.errors import KnownError

if TYPE_CHECKING:
    from leukdesk.app.viewmodels.ports import Bench, PictureSource
    from leukdesk.domain.card import Card
    from leukdesk.domain.model_comparison import BothSaid, ModelComparison

_PX = 64  # longer side of a picture
_TELL_S = 0.2


class ComparingModels(QObject):
    """One comparison at a time; `changed` follows whatever happens."""

    changed = Signal()
    failed = Signal(object)  # KnownError
    _went_on = Signal(object, object)  # Token, Progress

    def __init__(self, lanes: Lanes, make_bench: Callable[[], Bench], engine: Engine, pictures: PictureSource) -> None:
        super().__init__()
        self._lane, self._make_bench, self._engine = lanes.comparison, make_bench, engine
        self._token: Token | None = None
        self._stop = Token()  # ends the asking, so that what was found by then is shown
        self.table = ComparedImages(Thumbnails(lanes.thumbnails, pictures, _PX, self), self)
        self.progress = Progress()
        self.found: ModelComparison | None = None
        self.whole = True  # whether all images were asked about
        self._went_on.connect(self._go_on, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        """Whether models are being asked."""
        return self._token is not None

    def models(self) -> list[Card]:
        """Those that can be compared."""
        return [one.card for one in self._engine.installed if one.card is not None]

    @property
    def in_use(self) -> str:
        """The model that is in use; empty before it is known."""
        return self._engine.wanted or ""

    def begin(self, first: str, second: str, folder: Path) -> None:
        """Ask both about the images in a folder, and in folders inside it."""
        self.close()
        self.found, self.progress = None, Progress(running=True)
        self.table.show_rows((), (first, second), self._vocabularies(first, second))
        self._token, self._stop = Token(), Token()
        work = partial(self._ask, first, second, folder, self._token, self._stop)
        self._lane.submit(work, self._show, self._refuse, token=self._token)
        self.changed.emit()

    def stop(self) -> None:
        """Ask no more; what was found by then is shown."""
        self._stop.cancel()

    def close(self) -> None:
        """Let the lane end soon; nothing is shown."""
        self._stop.cancel()
        if self._token is not None:
            self._token.cancel()
        self._token = None

    # -- on the lane

    def _ask(
        self, first: str, second: str, folder: Path, token: Token, stop: Token
    ) -> tuple[ModelComparison, list[BothSaid], bool]:
        from leukdesk.comparing import open_comparison
        from leukdesk.domain.model_comparison import disagreements_first

        bench = self._make_bench()
        with open_comparison(bench, first, second, folder, recursive=True) as asked:  # type: ignore[arg-type]  # a part
            total = len(asked.images) + len(asked.failures)
            rows: list[BothSaid] = []
            begun = told = time.monotonic()
            for row in asked.rows(lambda: stop.cancelled or token.cancelled):
                rows.append(row)
                if (now := time.monotonic()) - told > _TELL_S:
                    told = now
                    rate = len(rows) / max(now - begun, 1e-6)
                    self._went_on.emit(token, Progress(len(rows), total, rate=rate, running=True))
            found = asked.result(rows)
            return found, disagreements_first(rows), len(rows) == total

    # -- on the GUI thread

    def _go_on(self, token: Token, progress: Progress) -> None:
        if token is self._token:
            self.progress = progress
            self.changed.emit()

    def _show(self, result: tuple[ModelComparison, list[BothSaid], bool]) -> None:
        self.found, rows, self.whole = result
        self._token, self.progress = None, Progress()
        names = (self.found.first, self.found.second)
        self.table.show_rows(rows, names, self._vocabularies(*names))
        self.changed.emit()

    def _refuse(self, error: Exception) -> None:
        self._token, self.progress = None, Progress()
        self.changed.emit()
        if isinstance(error, KnownError):
            self.failed.emit(error)

    def _vocabularies(self, first: str, second: str) -> tuple[Vocabulary, Vocabulary]:
        return self._engine.vocabulary_of(first), self._engine.vocabulary_of(second)
