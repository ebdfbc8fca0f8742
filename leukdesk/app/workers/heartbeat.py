"""How long the event loop was kept from running: the measure of whether a window feels alive."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer


class Heartbeat(QObject):
    """Beats as often as the event loop lets it, and keeps the gaps between beats, in milliseconds."""

    def __init__(self, every_ms: int = 2, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.gaps_ms: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(every_ms)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to measure, from nothing."""
        self.gaps_ms.clear()
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """End the measurement, the gap since the last beat included."""
        self._beat()
        self._timer.stop()

    @property
    def worst_ms(self) -> float:
        """The longest gap."""
        return max(self.gaps_ms, default=0.0)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps_ms.append((now - self._last) * 1000)
        self._last = now
