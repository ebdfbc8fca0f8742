"""Garbage is collected on the GUI thread only.

Python's collector runs on whichever thread happens to allocate. On a lane it would destroy Qt objects off their thread,
which crashes now and then, and a look at all objects there stops the GUI thread too, at a moment nobody chose.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 200


class Collector(QObject):
    """Does what the automatic collector would do, by its thresholds, whenever the event loop comes round to it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.collect_due)
        gc.disable()

    def start(self) -> None:
        """Begin to collect; what is alive now (modules, the window) is not looked at again."""
        gc.freeze()
        self._timer.start()

    def close(self) -> None:
        """Leave collecting to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def collect_due(self) -> int | None:
        """Collect the oldest generation that is due; its number, or None if none is."""
        counts = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, threshold) in enumerate(counts) if count > threshold]
        if not due:
            return None
        gc.collect(due[-1])
        return due[-1]
