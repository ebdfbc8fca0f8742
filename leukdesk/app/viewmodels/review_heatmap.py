"""The heatmap in a review: off until asked for, and off again with the next image, since it anchors the reader."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.heatmap import HeatmapChoice
from leukdesk.app.viewmodels.review_queue import ReviewItem
from leukdesk.app.workers.lanes import Token
from leukdesk.domain.errors import KnownError
from leukdesk.domain.recorded import WHOLE_IMAGE

if TYPE_CHECKING:
    from leukdesk.domain.finding import Finding


class ReviewHeatmap(QObject):
    """The history keeps no heatmaps: the model that gave the answer is asked again."""

    failed = Signal(object)  # KnownError
    running_changed = Signal()

    def __init__(self, engine: Engine, choice: HeatmapChoice, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine, self.choice = engine, choice
        self._token = Token()
        self.running = False

    def can_explain(self, item: ReviewItem | None) -> bool:
        """Whether there is a heatmap of this: of whole images, by models that are installed."""
        if item is None or item.finding.cell != WHOLE_IMAGE:
            return False
        return bool(self._engine.vocabulary_of(model_of(item)).classes)

    def off(self) -> None:
        """Another item is shown."""
        self._token.cancel()
        self._run(False)
        self.choice.show(False)
        self.choice.explain(None)

    def toggle(self, item: ReviewItem) -> None:
        """Show or hide it; the first time of an item the model has to look at it again."""
        if self.choice.shown or self.running:
            self.off()
        elif self.can_explain(item):
            self._run(True)
            work = partial(self._engine.second_opinion, model_of(item), None, item.image.path)
            self._token = self._engine.lane.submit(work, self._take, self._refuse, urgent=True)

    def _run(self, on: bool) -> None:
        self.running = on
        self.running_changed.emit()

    def _take(self, finding: Finding) -> None:
        self._run(False)
        self.choice.explain(finding)
        self.choice.show(True)

    def _refuse(self, error: Exception) -> None:
        self._run(False)
        if isinstance(error, KnownError):
            self.failed.emit(error)


def model_of(item: ReviewItem) -> str:
    """The key of the model that gave the answer."""
    return f"{item.finding.bundle.name}-{item.finding.bundle.version}"
