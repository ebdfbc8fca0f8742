"""What need not be done at once is done in small pieces, while nothing else waits for the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer

_FIRST_MS = 300  # after the first model: its answers come first
_PAUSE_MS = 30  # between two pieces: whatever waits has its turn


class AtLeisure(QObject):
    """Does one piece after the other on the GUI thread, with the event loop in between."""

    def __init__(self, pieces: Iterator[Callable[[], object]], parent: QObject) -> None:
        super().__init__(parent)
        self._pieces = pieces
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._do_next)

    def begin(self) -> None:
        """Begin soon, or go on as before."""
        if not self._timer.isActive():
            self._timer.start(_FIRST_MS)

    def end(self) -> None:
        """Do no more of it."""
        self._timer.stop()
        self._pieces = iter(())

    def _do_next(self) -> None:
        piece = next(self._pieces, None)
        if piece is not None:
            piece()
            self._timer.start(_PAUSE_MS)
