"""Small pictures of cells for the gallery: made on a lane when they are first seen, the last few thousand kept."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from leukdesk.app.viewmodels.cell_faces import CellRef
from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.app.workers.lanes import Lane
from leukdesk.domain.cell import Box, Cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage

SIDE = 96  # px
_KEPT = 2_000  # pictures: 70 MiB
_AT_ONCE = 48


class CellPictures(QObject):
    """`made` says that some are there now."""

    made = Signal()

    def __init__(self, lane: Lane, pictures: PictureSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane, self._pictures = lane, pictures
        self._have: OrderedDict[tuple[Path, Box], QImage] = OrderedDict()
        self._wanted: dict[tuple[Path, Box], None] = {}
        self._asked: set[tuple[Path, Box]] = set()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._ask)

    def of(self, ref: CellRef, cell: Cell) -> QImage | None:
        """The picture of a cell; None while it is being made."""
        key = (ref.path, cell.box)
        if key in self._have:
            self._have.move_to_end(key)
            return self._have[key]
        if key not in self._asked:
            self._wanted[key] = None
            self._soon.start()
        return None

    def forget(self) -> None:
        """Other images are open, or files have changed."""
        self._have.clear()
        self._wanted.clear()
        self._asked.clear()

    def _ask(self) -> None:
        """One job for the cells of each image, since reading it costs the most."""
        by_path: dict[Path, list[Box]] = {}
        for path, box in self._wanted:
            by_path.setdefault(path, []).append(box)
        self._asked |= set(self._wanted)
        self._wanted.clear()
        for path, boxes in by_path.items():
            for at in range(0, len(boxes), _AT_ONCE):
                some = boxes[at : at + _AT_ONCE]
                work = partial(self._pictures.cells, path, some, SIDE)
                self._lane.submit(work, partial(self._take, path, some))

    def _take(self, path: Path, boxes: list[Box], made: Sequence[QImage]) -> None:
        for box, image in zip(boxes, made, strict=True):
            self._have[path, box] = image
            self._asked.discard((path, box))
        while len(self._have) > _KEPT:
            self._have.popitem(last=False)
        self.made.emit()
