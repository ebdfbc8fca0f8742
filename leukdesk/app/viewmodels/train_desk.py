"""What the window knows of training: its runs, and the trainer they are run by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from leukdesk.app.viewmodels.trainer_command import TrainerCommand
from leukdesk.app.workers.lanes import Lanes
from leukdesk.trainer import Trainer


class TrainDesk(QObject):
    """Whatever touches a file or the trainer happens on a lane."""

    def __init__(self, lanes: Lanes, trainer: Trainer, folder: Path) -> None:
        """`folder`: where the runs lie."""
        super().__init__()
        self._lanes, self.trainer, self.folder = lanes, trainer, folder
        self._commands: list[TrainerCommand] = []

    def command(self, arguments: Sequence[str]) -> TrainerCommand:
        """A command of the trainer for the window to wait for: connect its signals, then `begin` it.

        It is ended when the window closes; a run is begun by `begin` instead, and goes on.
        """
        made = TrainerCommand(self._lanes.trainer, self.trainer, arguments, self)
        self._commands.append(made)
        for over in (made.done, made.failed):
            over.connect(lambda _result: self._forget(made))
        return made

    def close(self) -> None:
        """Let the lanes end soon. Runs go on."""
        for one in self._commands:
            one.cancel()

    def _forget(self, command: TrainerCommand) -> None:
        if command in self._commands:
            self._commands.remove(command)
