"""One command of the trainer that the window waits for: what it says arrives on the GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.errors import KnownError
from leukdesk.trainer import Trainer


class TrainerCommand(QObject):
    """Runs on the trainer's lane, one after the other. Ends with `done` or `failed`, or silently once cancelled."""

    told = Signal(dict)  # each JSON line
    done = Signal(dict)  # the last JSON line
    failed = Signal(object)  # KnownError
    _said = Signal(object)

    def __init__(self, lane: Lane, trainer: Trainer, arguments: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane, self._trainer, self._arguments = lane, trainer, list(arguments)
        self._token = Token()
        self._said.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def begin(self) -> TrainerCommand:
        """Queue it, once its signals are connected."""
        self._lane.submit(self._run, self.done.emit, self._refuse, token=self._token)
        return self

    def cancel(self) -> None:
        """End it; what it had written stays."""
        self._token.cancel()

    def _run(self) -> dict[str, Any]:
        return self._trainer.run(self._arguments, told=self._said.emit, cancelled=lambda: self._token.cancelled)

    def _tell(self, event: dict[str, Any]) -> None:
        if not self._token.cancelled:
            self.told.emit(event)

    def _refuse(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.failed.emit(error)
