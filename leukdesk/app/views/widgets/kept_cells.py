"""Finished cells of a list, each as one pixmap.

Drawing a cell takes some thirty calls into Qt. While other threads run Python, each such call may have to wait for the
interpreter, so that a screen full of cells could take a tenth of a second; painting a finished one is a single call.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from PySide6.QtGui import QPixmap

_KEPT_BYTES = 48 * 2**20  # some four screens of a gallery, at one pixel to one
_LEAST = 64  # cells, however large they are


class KeptCells:
    """A bounded store; the cell that was not painted for the longest time is forgotten first."""

    def __init__(self) -> None:
        self._cells: OrderedDict[Hashable, tuple[QPixmap, object]] = OrderedDict()

    def of(self, key: Hashable) -> QPixmap | None:
        """The cell that shows this, if it is there."""
        kept = self._cells.get(key)
        if kept is None:
            return None
        self._cells.move_to_end(key)
        return kept[0]

    def keep(self, key: Hashable, cell: QPixmap, shows: object) -> None:
        """Keep a cell, and what it shows: nothing else may get the identity by which the key may know it."""
        self._cells[key] = cell, shows
        each = max(1, cell.width() * cell.height() * 4)
        while len(self._cells) > max(_LEAST, _KEPT_BYTES // each):
            self._cells.popitem(last=False)

    def clear(self) -> None:
        """Forget all: colours, sizes or fonts are others."""
        self._cells.clear()
