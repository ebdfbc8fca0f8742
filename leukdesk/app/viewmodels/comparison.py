"""Comparing: the image beside its heatmap, two models, or two images; side by side, or taking turns at one place.

The first pane goes on showing what is selected. What the second one shows stands here.
"""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.engine import Engine, model_key
from leukdesk.app.viewmodels.heatmap import HeatmapChoice
from leukdesk.app.viewmodels.shown_picture import ShownPicture
from leukdesk.app.workers.lanes import Token
from leukdesk.domain.errors import KnownError
from leukdesk.domain.finding import Finding

if TYPE_CHECKING:
    from leukdesk.app.workers.pictures import Picture


class Compared(StrEnum):
    """What is compared."""

    NOTHING = "nothing"
    HEATMAP = "heatmap"  # the image without and with its heatmap
    MODELS = "models"  # what two models say of the image
    IMAGES = "images"  # the selected image and the one that was selected when comparing began


class Comparison(QObject):
    """What the second pane shows."""

    changed = Signal()
    failed = Signal(object)  # KnownError

    def __init__(
        self, engine: Engine, shown: ShownPicture, heatmap: HeatmapChoice, parent: QObject | None = None
    ) -> None:
        """`heatmap` belongs to the second pane alone."""
        super().__init__(parent)
        self._engine = engine
        self.shown, self.heatmap = shown, heatmap
        self._mode = Compared.NOTHING
        self._blinking = False
        self._model: str | None = None
        self._path: Path | None = None
        self._first: Finding | None = None
        self._finding: Finding | None = None
        self._asked: tuple[object, ...] = ()
        self._token = Token()
        engine.listed.connect(self.changed)

    @property
    def mode(self) -> Compared:
        """What is compared."""
        return self._mode

    @property
    def on(self) -> bool:
        """Whether there is a second pane."""
        return self._mode is not Compared.NOTHING

    @property
    def blinking(self) -> bool:
        """Whether both panes take turns at one place instead of standing side by side."""
        return self._blinking and self.on

    @property
    def finding(self) -> Finding | None:
        """What is said of the second pane's image."""
        return self._finding

    @property
    def path(self) -> Path | None:
        """The file of the second pane's image."""
        return self._path

    @property
    def waiting(self) -> bool:
        """Whether the other model is still at work."""
        return self._mode is Compared.MODELS and self._finding is None and bool(self._asked)

    @property
    def models(self) -> list[tuple[str, str]]:
        """Key and name of each model that can be the second."""
        cards = [one.card for one in self._engine.installed if one.card is not None]
        current = model_key(self._engine.card) if self._engine.card is not None else ""
        return [(model_key(one), f"{one.name} {one.version}") for one in cards if model_key(one) != current]

    @property
    def model(self) -> str | None:
        """The second model's key; the first there is, unless the user chose one."""
        keys = [key for key, _ in self.models]
        return self._model if self._model in keys else next(iter(keys), None)

    def blink(self, on: bool) -> None:
        """Take turns, or stand side by side."""
        self._blinking = on
        self.changed.emit()

    def choose_model(self, key: str) -> None:
        """Compare with this model."""
        self._model = key
        self._ask()
        self.changed.emit()

    def start(self, mode: Compared, path: Path | None, picture: Picture | None, finding: Finding | None) -> None:
        """Compare something of the image that is selected now; `NOTHING` ends it."""
        self._mode = mode
        self._drop()
        if self.on:
            self._show(path, picture, finding)
        else:
            self.shown.show(None)
            self.heatmap.explain(None)
        self.changed.emit()

    def follow(self, path: Path | None, picture: Picture | None, finding: Finding | None) -> None:
        """The selected image, its picture or its finding has changed."""
        if self.on and (self._mode is not Compared.IMAGES or path == self._path):
            self._show(path, picture, finding)
            self.changed.emit()

    def follow_choice(self, choice: HeatmapChoice) -> None:
        """Explain the class that the first pane explains, in the same way."""
        self.heatmap.mirror(choice, shown=self._mode is Compared.HEATMAP or choice.shown)

    def _show(self, path: Path | None, picture: Picture | None, finding: Finding | None) -> None:
        if path != self._path:
            self._drop()
        self._path, self._first = path, finding
        if picture is not self.shown.picture:
            self.shown.show(picture)
        if self._mode is Compared.MODELS:
            self._ask()
        elif finding is not self._finding:
            self._take(finding)

    def _ask(self) -> None:
        """Have the other model look at what the first one looked at; once."""
        key, first, path = self.model, self._first, self._path
        if key is None or first is None or path is None or self._asked == (key, first, path):
            return
        self._drop()
        self._asked = (key, first, path)
        work = partial(self._engine.second_opinion, key, first.source.region, path)
        self._token = self._engine.lane.submit(work, self._take, self._fail, urgent=True)

    def _drop(self) -> None:
        self._token.cancel()
        self._asked, self._finding = (), None
        self.heatmap.explain(None)

    def _take(self, finding: Finding | None) -> None:
        self._finding = finding
        self.heatmap.explain(finding)
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        self._asked = ()
        if isinstance(error, KnownError):
            self.failed.emit(error)
        self.changed.emit()
