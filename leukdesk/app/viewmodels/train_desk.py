"""What the window knows of training: its runs and how they stand, and the trainer they are run by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from leukdesk.app.viewmodels.trainer_command import TrainerCommand
from leukdesk.app.workers.lanes import Lanes
from leukdesk.domain.adaptation import Adaptation
from leukdesk.domain.errors import KnownError
from leukdesk.domain.training import RunState, TrainingOrder
from leukdesk.trainer import Trainer
from leukdesk.training_runs import TrainingRun, TrainingRuns

_LOOK_MS = 1000  # while a run is on or waits; otherwise only when somebody comes here


class TrainDesk(QObject):
    """Whatever touches a file or the trainer happens on a lane. One run is on at a time, others wait."""

    listed = Signal()  # `runs` is another: a run came, went, or stands otherwise
    changed = Signal(str)  # something else about this run: its key
    begun = Signal(str)  # an order was taken: the key of its run
    ended = Signal(object)  # TrainingRun that was on and is not any more
    failed = Signal(object)  # KnownError

    def __init__(self, lanes: Lanes, trainer: Trainer, folder: Path) -> None:
        """`folder`: where the runs lie."""
        super().__init__()
        self._lanes, self.trainer, self.folder = lanes, trainer, folder
        self._store = TrainingRuns(folder, trainer)
        self._commands: list[TrainerCommand] = []
        self._looking = self._closed = False
        self.runs: tuple[TrainingRun, ...] = ()
        self.known = False  # whether anybody has looked yet
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)

    # -- how it stands

    def run(self, key: str) -> TrainingRun | None:
        """A run as it stood when somebody last looked."""
        return next((one for one in self.runs if one.key == key), None)

    @property
    def on(self) -> TrainingRun | None:
        """The run that is on."""
        return next((one for one in self.runs if one.is_on), None)

    def look(self) -> None:
        """Look how the runs stand, and start the next one that waits."""
        if not (self._looking or self._closed):
            self._looking = True
            self._lanes.runs.submit(self._looked, self._show, self._not_looked)

    # -- what the user asks for

    def begin(self, order: TrainingOrder) -> None:
        """Train: at once, or as soon as no other run is on. `begun` says which run it became."""
        self._change(lambda: self._store.create(order), self.begun.emit)

    def stop(self, key: str) -> None:
        """Stop a run, its finished epochs kept."""
        self._change(lambda: self._store.stop(key))

    def go_on(self, key: str) -> None:
        """Go on with a run: at once, or as soon as no other run is on."""
        self._change(lambda: self._store.go_on(key))

    def remove(self, key: str) -> None:
        """Remove a run for good."""
        self._change(lambda: self._store.remove(key))

    def read_log(self, key: str, done: Callable[[str], object]) -> None:
        """Hand over the end of what the trainer said beside its events."""
        self._lanes.runs.submit(lambda: self._store.log(key), done, self._tell)

    def read_adaptation(
        self, key: str, done: Callable[[Adaptation], object], failed: Callable[[Exception], object]
    ) -> None:
        """Hand over how an adapted model did beside the one it was."""
        self._lanes.runs.submit(lambda: self._store.adaptation(key), done, failed)

    def has_own_copies(self, run: TrainingRun) -> bool:
        """Whether copies of signed cases go with this run when it is removed."""
        return bool(run.own_copies(self.runs))

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
        self._closed = True
        self._timer.stop()
        for one in self._commands:
            one.cancel()

    # -- on the lane

    def _looked(self) -> tuple[list[TrainingRun], KnownError | None]:
        problem = None
        try:
            self._store.begin_next()
        except KnownError as error:
            problem = error
        return self._store.all(), problem

    # -- on the GUI thread

    def _change(self, work: Callable[[], str | None], done: Callable[[str], object] = lambda _: None) -> None:
        if self._closed:
            return

        def after(key: str | None) -> None:
            done(key or "")
            self._looking = False  # what is under way may have looked before the change
            self.look()

        self._lanes.runs.submit(work, after, self._tell)

    def _show(self, found: tuple[list[TrainingRun], KnownError | None]) -> None:
        self._looking = False
        before = {one.key: one for one in self.runs}
        self.runs, problem = tuple(found[0]), found[1]
        first, self.known = not self.known, True
        if first or [(one.key, one.state) for one in self.runs] != [(k, one.state) for k, one in before.items()]:
            self.listed.emit()
        for one in self.runs:
            if one != before.get(one.key):
                self.changed.emit(one.key)
        for one in self.runs:
            if one.key in before and before[one.key].is_on and not one.is_on:
                self.ended.emit(one)
        if problem is not None:
            self.failed.emit(problem)
        self._pace()

    def _pace(self) -> None:
        busy = any(one.is_on or one.state is RunState.WAITING for one in self.runs)
        if busy and not self._closed and not self._timer.isActive():
            self._timer.start()
        elif not busy:
            self._timer.stop()

    def _not_looked(self, error: Exception) -> None:
        self._looking = False
        self._tell(error)

    def _tell(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.failed.emit(error)

    def _forget(self, command: TrainerCommand) -> None:
        if command in self._commands:
            self._commands.remove(command)
