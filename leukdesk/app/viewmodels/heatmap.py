"""The heatmap over the image: off until asked for, since it anchors the reader; made on a lane."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.finding import Finding

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

DEFAULT_OPACITY = 0.65


class HeatmapChoice(QObject):
    """Whether, for which class and how strongly the heatmap is shown, and its picture."""

    changed = Signal()

    def __init__(self, lane: Lane, pictures: PictureSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane, self._pictures = lane, pictures
        self._shown = False
        self._opacity = DEFAULT_OPACITY
        self._threshold = 0.0
        self._class: str | None = None
        self._finding: Finding | None = None
        self._image: QImage | None = None
        self._bar: QImage | None = None
        self._token = Token()

    @property
    def shown(self) -> bool:
        """Whether the user wants to see it."""
        return self._shown

    @property
    def opacity(self) -> float:
        """0 (clear) to 1."""
        return self._opacity

    @property
    def threshold(self) -> float:
        """Values below this share of the image's strongest stay clear, 0 to 1."""
        return self._threshold

    @property
    def chosen(self) -> str | None:
        """The class the user wants explained; None follows the predicted one."""
        return self._class

    @property
    def label(self) -> str | None:
        """The class that is explained; None without a finding."""
        if self._finding is None:
            return None
        known = self._finding.prediction.classes
        return self._class if self._class in known else self._finding.prediction.label

    @property
    def available(self) -> bool:
        """Whether the finding comes with maps."""
        return self._finding is not None and self._finding.prediction.heatmap is not None

    @property
    def finding(self) -> Finding | None:
        """What is explained."""
        return self._finding

    @property
    def image(self) -> QImage | None:
        """The picture to lay over the image; None while there is none or it is not wanted."""
        return self._image if self._shown else None

    @property
    def bar(self) -> QImage | None:
        """The legend's colours, strong at the top."""
        return self._bar

    def show(self, on: bool) -> None:
        """Show or hide it."""
        self._shown = on
        self._refresh()

    def choose(self, class_id: str | None) -> None:
        """Explain another class; None follows the predicted one."""
        self._class = class_id
        self._refresh()

    def set_opacity(self, opacity: float) -> None:
        """0 (clear) to 1."""
        self._opacity = min(1.0, max(0.0, opacity))
        self.changed.emit()

    def set_threshold(self, threshold: float) -> None:
        """0 (show all) to 1."""
        self._threshold = min(1.0, max(0.0, threshold))
        self._refresh(keep=True)

    def mirror(self, other: HeatmapChoice, *, shown: bool) -> None:
        """Show the same class in the same way as another choice."""
        before = self._shown, self._class, self._threshold
        self._shown, self._class, self._threshold = shown, other.chosen, other.threshold
        self._opacity = other.opacity
        if before != (self._shown, self._class, self._threshold):
            self._refresh(keep=before[0] and before[1] == self._class)
        else:
            self.changed.emit()

    def explain(self, finding: Finding | None) -> None:
        """Another finding is on screen."""
        self._finding = finding
        self._refresh()

    def _refresh(self, *, keep: bool = False) -> None:
        """`keep`: the old picture stays until the new one is made."""
        self._token.cancel()
        self._image = self._image if keep else None
        heatmap = self._finding.prediction.heatmap if self._finding is not None else None
        if self._shown and self._finding is not None and heatmap is not None and self.label is not None:
            source = self._finding.source
            work = partial(self._pictures.heatmap, heatmap, self.label, source.width, source.height, self._threshold)
            self._token = self._lane.submit(work, self._take, urgent=True)
            if self._bar is None:
                self._lane.submit(self._pictures.colour_bar, self._take_bar)
        self.changed.emit()

    def _take(self, image: QImage) -> None:
        self._image = image
        self.changed.emit()

    def _take_bar(self, bar: QImage) -> None:
        self._bar = bar
        self.changed.emit()
