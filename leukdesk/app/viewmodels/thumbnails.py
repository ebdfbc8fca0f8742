"""Thumbnails on demand: asked for by painting, made on a lane, the newest wish first, the oldest forgotten."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.app.workers.lanes import Lane, Token

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

_KEPT = 640  # pictures of 160 px: at most 63 MiB, some four screens of a gallery
_WAITING = 256  # the lane drops older wishes; painting wishes again


class Thumbnails(QObject):
    """A bounded store of small pictures; `made` says that one arrived."""

    made = Signal(Path)

    def __init__(self, lane: Lane, pictures: PictureSource, size: int, parent: QObject | None = None) -> None:
        """`size`: longer side in px."""
        super().__init__(parent)
        self._lane, self._pictures, self._size = lane, pictures, size
        self._kept: OrderedDict[Path, QImage | None] = OrderedDict()
        self._wished: OrderedDict[Path, None] = OrderedDict()
        self._token = Token()

    def of(self, path: Path) -> QImage | None:
        """The picture, or None while there is none (it is being made, or the file cannot be read)."""
        if path in self._kept:
            self._kept.move_to_end(path)
            return self._kept[path]
        if path not in self._wished:
            self._wish(path)
        return None

    def forget(self, path: Path) -> None:
        """One file is another now."""
        self._kept.pop(path, None)
        self._wished.pop(path, None)

    def clear(self) -> None:
        """Forget all: another set of images is open."""
        self._token.cancel()
        self._token = Token()
        self._kept.clear()
        self._wished.clear()

    def _wish(self, path: Path) -> None:
        self._wished[path] = None
        while len(self._wished) > _WAITING:
            self._wished.popitem(last=False)
        self._lane.submit(
            partial(self._pictures.thumbnail, path, self._size),
            partial(self._keep, path),
            lambda _error: self._keep(path, None),
            token=self._token,
            urgent=True,
        )

    def _keep(self, path: Path, picture: QImage | None) -> None:
        self._wished.pop(path, None)
        self._kept[path] = picture
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self.made.emit(path)
