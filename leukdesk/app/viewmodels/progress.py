"""How far a run is, how fast it goes, how long it will take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """A run's state for the status bar; `rate` is images a second, 0 while it is not known."""

    done: int = 0
    total: int = 0
    failed: int = 0
    rate: float = 0.0
    running: bool = False

    @property
    def seconds_left(self) -> float | None:
        """The estimate, or None while there is none."""
        return (self.total - self.done) / self.rate if self.running and self.rate > 0 else None
