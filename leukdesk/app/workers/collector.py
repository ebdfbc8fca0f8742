"""Garbage is collected on the GUI thread only, and in small pieces while the window is in use.

Python's collector runs on whichever thread happens to allocate. On a lane it would destroy Qt objects off their thread,
which crashes now and then, and a look at all objects there stops the GUI thread too, at a moment nobody chose.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Signal

_EVERY_MS = 50
_MOST = 5_000  # objects that are looked at while the window is in use; a millisecond for each thousand at worst


class Collector(QObject):
    """Does what the automatic collector would do, by its thresholds, whenever the event loop comes round to it.

    Where there is more to look at than fits between two frames (a library was imported, 10 000 rows were read), it is
    set aside, and `put_off` says so: nearly all of it is in use. `look_at_all` is for when nobody touches the window.
    """

    put_off = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.collect_due)
        gc.disable()

    def start(self) -> None:
        """Begin to collect; what is alive now (modules, the window) is not looked at again until nobody is there."""
        gc.freeze()
        self._timer.start()

    def close(self) -> None:
        """Leave collecting to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def collect_due(self) -> int | None:
        """Collect the oldest generation that is due; its number, or None if none is or if that was put off."""
        counts = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, threshold) in enumerate(counts) if count > threshold]
        if not due:
            return None
        if _takes_long(due[-1]):
            gc.freeze()
            self.put_off.emit()
            return None
        gc.collect(due[-1])
        return due[-1]

    def look_at_all(self) -> None:
        """Collect whatever is garbage; a quarter of a second with everything imported."""
        if self._timer.isActive():
            gc.unfreeze()
            gc.collect()
            gc.freeze()


def _takes_long(generation: int) -> bool:
    """Whether collecting a generation, and those younger than it, would be noticed."""
    young = gc.get_count()[0]
    return young > _MOST or young + sum(len(gc.get_objects(one)) for one in range(1, generation + 1)) > _MOST
