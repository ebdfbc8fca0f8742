"""The picture in one pane: its tiles if it is large, and what it looks like adjusted for viewing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.adjustment import Adjustment
from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.app.viewmodels.tiles import Cache, Tiles
from leukdesk.app.workers.lanes import Lane, Lanes, Token

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from leukdesk.app.workers.pictures import Picture


class ShownPicture(QObject):
    """Follows an `Adjustment`; `shaded_changed` says that the levels to show are others now."""

    shaded_changed = Signal()

    def __init__(
        self, lanes: Lanes, cache: Cache, pictures: PictureSource, adjustment: Adjustment, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._lane: Lane = lanes.pictures
        self._pictures, self._adjustment = pictures, adjustment
        self.tiles = Tiles(lanes.tiles, cache, self)
        self._picture: Picture | None = None
        self._shaded: tuple[QImage, ...] = ()
        self._token = Token()
        adjustment.changed.connect(self._shade)

    @property
    def picture(self) -> Picture | None:
        """What is shown."""
        return self._picture

    @property
    def shaded(self) -> tuple[QImage, ...]:
        """The picture's levels adjusted for viewing; empty where it is shown as it is."""
        return self._shaded

    def show(self, picture: Picture | None) -> None:
        """Show another picture, or none."""
        self._picture = picture
        self.tiles.show(picture.tiled if picture is not None else None)
        self._shade()

    def _shade(self) -> None:
        self._token.cancel()
        shades = self._adjustment.shades()
        self.tiles.shade(shades)
        levels = self._picture.levels if self._picture is not None else ()
        if shades and levels:
            work = partial(self._pictures.shaded, levels, shades)
            self._token = self._lane.submit(work, self._take, urgent=True)
        elif self._shaded:
            self._take(())

    def _take(self, shaded: tuple[QImage, ...]) -> None:
        self._shaded = shaded
        self.shaded_changed.emit()
