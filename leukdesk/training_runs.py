"""Training runs for the window: begun from an order, looked at, stopped, gone on with, removed. Joins rooms.

    runs = TrainingRuns(paths.training_folder(), Trainer())
    key = runs.create(order)        # waits while another run is on
    runs.begin_next()               # a process of its own, which survives this one
    for run in runs.all():
        show(run)

What a run is stands in its folder (`run_folder.py`) and nowhere else. Every method blocks: call it off the GUI thread,
always the same thread.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from leukdesk.domain.adaptation import FILE as ADAPTATION
from leukdesk.domain.adaptation import Adaptation
from leukdesk.domain.training import RunState, TrainingError, TrainingOrder, TrainingReason
from leukdesk.domain.training_progress import RunProgress
from leukdesk.lost_run import why_lost
from leukdesk.run_folder import RunFolder
from leukdesk.trainer import Trainer

IMAGES = "images"  # folder of copies of images from signed cases, beside the runs
_MANY = frozenset({"step", "asking"})  # events that are not kept: there is one every second or two


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A run as it stands now."""

    key: str  # name of its folder
    folder: Path
    state: RunState
    progress: RunProgress
    order: TrainingOrder | None = None
    error: TrainingError | None = field(default=None, compare=False)  # why it failed or was interrupted
    begun_at: float = 0.0  # seconds since the epoch
    events: tuple[dict[str, Any], ...] = ()  # all but steps, the oldest first
    judged: bool = False  # it was held against the model in use
    compared: bool = False  # an adaptation that was held against the model as it was
    recipe: str = ""  # what its recipe is called
    images: tuple[Path, ...] = ()  # folders that it learns from
    prepares: bool = False  # a first stage that other recipes begin with, no model itself
    stopping: bool = False  # a stop was asked for and it has not ended yet

    @property
    def title(self) -> str:
        """What a person called it, else its folder's name."""
        return (self.order.title if self.order is not None else "") or self.key

    @property
    def is_on(self) -> bool:
        """Whether its process is at work."""
        return self.state is RunState.RUNNING

    @property
    def can_go_on(self) -> bool:
        """Whether the trainer can take it up again."""
        return self.lacks_comparison or self.state in (RunState.STOPPED, RunState.INTERRUPTED, RunState.FAILED)

    @property
    def lacks_comparison(self) -> bool:
        """Whether it is an adaptation that was trained, and lost before it was held against the model as it was."""
        adapts = self.order is not None and self.order.adapts
        return adapts and not self.compared and self.state is RunState.TRAINED

    def own_copies(self, runs: Iterable[TrainingRun]) -> str:
        """The folder of copies of signed cases that no other of these runs learns from; empty for none."""
        copied = [one.name for one in self.images if one.parent == self.folder.parent / IMAGES]
        used = {one.name for run in runs if run.key != self.key for one in run.images if one.parent.name == IMAGES}
        return next((one for one in copied if one not in used), "")


@dataclass(slots=True)
class _Read:
    """What was read of a run's events so far."""

    offset: int = 0
    progress: RunProgress = field(default_factory=RunProgress)
    events: list[dict[str, Any]] = field(default_factory=list)
    order: TrainingOrder | None = None
    recipe: str = ""
    prepares: bool = False
    images: tuple[Path, ...] = ()


class TrainingRuns:
    """All runs of a folder. One is on at a time; others wait."""

    def __init__(self, folder: Path, trainer: Trainer) -> None:
        """`folder`: holds a folder for each run; made with the first."""
        self._folder, self._trainer = folder, trainer
        self._read: dict[str, _Read] = {}

    # -- looking

    def all(self) -> list[TrainingRun]:
        """Every run as it stands, the newest first."""
        found = [self.run(key) for key in self._keys()]
        return sorted(found, key=lambda one: (one.begun_at, one.key), reverse=True)

    def run(self, key: str) -> TrainingRun:
        """One run; of its events only what is new is read. Raises `TrainingError` where there is none."""
        files = self._files(key)
        seen = self._look(key, files)
        alive = any(self._trainer.runs(one) for one in files.processes())
        seen = self._look(key, files) if not alive else seen  # what it said before it ended
        state = _state(files, seen.progress, alive)
        return TrainingRun(
            key,
            files.path,
            state,
            seen.progress,
            seen.order,
            self._error(files, state, seen.progress),
            files.begun_at(),
            tuple(seen.events),
            (files.path / "gate" / "gate.json").is_file(),
            files.is_compared,
            seen.recipe,
            seen.images,
            seen.prepares,
            alive and files.is_to_stop,
        )

    def log(self, key: str) -> str:
        """The end of what the trainer said beside its events, for a colleague or a bug report."""
        return self._files(key).log_tail()

    def adaptation(self, key: str) -> Adaptation:
        """An adapted model beside the one it was. Raises `TrainingError` where that cannot be read."""
        files = self._files(key)
        found = files.adaptation()
        if found is None:
            what, advice = "cannot be read", "Remove the run and train it again, or bring the file back from a backup."
            raise TrainingError(what, reason=TrainingReason.DATA, subject=ADAPTATION, advice=advice)
        return found

    # -- changing

    def create(self, order: TrainingOrder) -> str:
        """Keep an order as a run that waits; returns its key. Raises `TrainingError`."""
        if self._trainer.missing is not None:
            raise self._trainer.missing
        with _on_disk(self._folder):
            key = self._free_key()
            RunFolder(self._folder / key).write_order(order)
        return key

    def begin_next(self) -> str:
        """Start what has waited longest, where no run is on; returns its key, empty for none. Raises `TrainingError`.

        What cannot be started waits no more.
        """
        standing = self.all()
        waiting = [one for one in standing if one.state is RunState.WAITING]
        if not waiting or any(one.is_on for one in standing):
            return ""
        key = waiting[-1].key
        files = self._files(key)
        with _on_disk(files.path):
            files.wait_no_more()
            files.stop_no_more()
            files.note_process(self._trainer.begin(self._arguments(files), files.log))
        return key

    def stop(self, key: str) -> None:
        """Stop a run, its finished epochs kept. One that has not come to training yet is ended at once."""
        run, files = self.run(key), self._files(key)
        with _on_disk(files.path):
            files.ask_to_stop()
            files.wait_no_more()
        if run.progress.phase not in ("step", "epoch"):
            for one in files.processes():
                self._trainer.end(one)

    def go_on(self, key: str) -> None:
        """Let a run wait for its turn again; `begin_next` starts it. Raises `TrainingError`."""
        if not self.run(key).can_go_on:
            return
        files = self._files(key)
        with _on_disk(files.path):
            files.wait()

    def remove(self, key: str) -> None:
        """Remove a run with its weights, for good, and the copies of signed cases that it alone learned from.

        Raises `TrainingError` while it is on.
        """
        run = self.run(key)
        if run.is_on:
            raise TrainingError("is running", reason=TrainingReason.BUSY, subject=key, advice="Stop it first.")
        copies = run.own_copies(self.all())
        gone = [self._folder / key, *([self._folder / IMAGES / copies] if copies else [])]
        for one in gone:
            if one.exists():
                with _on_disk(one):
                    shutil.rmtree(one)
        self._read.pop(key, None)

    # --

    def _keys(self) -> list[str]:
        try:
            return [one.name for one in self._folder.iterdir() if _is_run(one)]
        except OSError:
            return []

    def _files(self, key: str) -> RunFolder:
        path = self._folder / key
        if path.parent != self._folder or not _is_run(path):
            raise TrainingError("there is no such run", reason=TrainingReason.NOT_FOUND, subject=key)
        return RunFolder(path)

    def _look(self, key: str, files: RunFolder) -> _Read:
        seen = self._read.setdefault(key, _Read())
        events, offset = files.events_after(seen.offset)
        if offset < seen.offset:
            seen = self._read[key] = _Read()
            events, offset = files.events_after(0)
        seen.offset = offset
        if not (seen.progress.total and seen.recipe):
            total, seen.recipe, seen.prepares = files.asked()
            seen.progress = replace(seen.progress, total=seen.progress.total or total)
        seen.order = seen.order or files.order()
        seen.images = seen.images or files.images()
        for event in events:
            with contextlib.suppress(KeyError, TypeError, ValueError):
                seen.progress = seen.progress.after(event)
            if event["event"] not in _MANY:
                seen.events.append(event)
        return seen

    def _error(self, files: RunFolder, state: RunState, progress: RunProgress) -> TrainingError | None:
        if state is RunState.FAILED:
            return progress.failure
        if state is RunState.INTERRUPTED:
            statuses = [self._trainer.status(one.pid) for one in files.processes()]
            status = next((one for one in statuses if one is not None), None)
            return why_lost(status, files.log_tail(), progress, files.path)
        return None

    def _arguments(self, files: RunFolder) -> list[str]:
        order = files.order()
        adapted = order.bundle if order is not None and order.adapts else None
        if order is None or (files.has_begun and adapted is None):
            return ["resume", str(files.path)]
        words = ["adapt", str(adapted), "--recipe"] if adapted is not None else ["train"]  # `adapt` also goes on
        words += [str(files.recipe), "--data", str(order.data), "--out", str(files.path)]
        chosen = {
            "--label-column": order.label_column,
            "--group-column": order.group_column,
            "--start-from": order.start_from,
            "--bundle": order.bundle if adapted is None else None,
            "--original": order.original,
            "--original-split": order.original_split,
        }
        return [*words, *(word for name, value in chosen.items() if value for word in (name, str(value)))]

    def _free_key(self) -> str:
        """The moment, to the second: a title may say whose images they are."""
        key = stem = datetime.now().strftime("%Y-%m-%d-%H%M%S")
        number = 1
        while (self._folder / key).exists():
            number += 1
            key = f"{stem}-{number}"
        return key


def _is_run(path: Path) -> bool:
    return (path / "order").is_dir() or (path / "run.json").is_file()


def _state(files: RunFolder, progress: RunProgress, alive: bool) -> RunState:
    if alive:
        return RunState.RUNNING
    if files.waits:
        return RunState.WAITING
    if progress.end:
        return RunState(progress.end)
    return RunState.STOPPED if files.is_to_stop else RunState.INTERRUPTED


@contextmanager
def _on_disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        advice = "Free some space on that disk, or correct its permissions, and try again."
        what = f"could not be written: {error.strerror}"
        raise TrainingError(what, reason=TrainingReason.DISK, subject=path, advice=advice) from error
