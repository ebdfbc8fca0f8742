"""What is done with models: import, export, check, remove, and the way back to the one before. One thing at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.errors import KnownError
from leukdesk.domain.speed import Speed

if TYPE_CHECKING:
    from leukdesk.app.viewmodels.ports import Bench


class ModelDesk(QObject):
    """Works on a lane of its own, so that pictures are analysed meanwhile."""

    changed = Signal()  # what is going on, or the way back
    done = Signal(str, str)  # what was done ("import", "export", "verify", "speed", "remove", "return"), and of which
    measured = Signal()  # `speeds` says more
    failed = Signal(object)  # KnownError
    _came_to = Signal(str)

    def __init__(self, lane: Lane, make_bench: Callable[[], Bench], engine: Engine) -> None:
        super().__init__()
        self._lane, self._make_bench, self._engine = lane, make_bench, engine
        self._doing, self._step, self._way_back = "", "", ""
        self.speeds: Mapping[str, Speed] = {}  # what was measured on this computer, by the hash of the model
        self._token: Token | None = None
        self._came_to.connect(self._show_step, Qt.ConnectionType.QueuedConnection)
        engine.listed.connect(self._look_back)
        engine.listed.connect(self._look_for_speeds)
        engine.chosen.connect(self._note_choice)

    @property
    def doing(self) -> str:
        """What is being done, as `done` names it; empty for nothing."""
        return self._doing

    @property
    def step(self) -> str:
        """How far an import is: "unpack", "rebuild" or "try"."""
        return self._step

    @property
    def way_back(self) -> str:
        """The model that was in use before this one; empty where there is none."""
        return self._way_back

    def bring_in(self, file: Path) -> None:
        """Import a model from a file."""
        self._start("import", lambda bench, token: self._import(bench, token, file))

    def export(self, key: str, target: Path) -> None:
        """Write a model as one file."""
        self._start("export", lambda bench, _: self._export(bench, key, target))

    def verify(self, key: str) -> None:
        """Check every file of a model and run its golden samples."""
        self._start("verify", lambda bench, _: self._verify(bench, key))

    def measure(self, key: str) -> None:
        """Measure how fast a model is on this computer."""
        self._start("speed", lambda bench, _: self._measure(bench, key))

    def remove(self, key: str) -> None:
        """Remove an imported model for good."""
        self._start("remove", lambda bench, _: bench.shelf.remove(key, active=bench.active_or_none()))

    def go_back(self) -> None:
        """Use the model again that was in use before this one."""
        self._start("return", lambda bench, _: self._return(bench))

    def cancel(self) -> None:
        """Give up what is being done; nothing of it stays."""
        if self._token is not None:
            self._token.cancel()
            self._end()

    def close(self) -> None:
        """Let the lane end soon."""
        if self._token is not None:
            self._token.cancel()

    # -- on the lane

    def _import(self, bench: Bench, token: Token, file: Path) -> str:
        bundle = bench.shelf.add(file, progress=self._came_to.emit, cancelled=lambda: token.cancelled)
        return bundle.folder.name

    @staticmethod
    def _export(bench: Bench, key: str, target: Path) -> str:
        bench.shelf.export(key, target)
        return key

    @staticmethod
    def _verify(bench: Bench, key: str) -> str:
        run = bench.verify(key)
        return f"{key}: {run}" if run.agrees else f"! {key}: {run}"

    @staticmethod
    def _measure(bench: Bench, key: str) -> str:
        from leukdesk.speeds import measure

        measure(bench, key)  # type: ignore[arg-type]  # the window's port is a part of the workbench
        return key

    @staticmethod
    def _return(bench: Bench) -> str:
        key = bench.way_back()
        bench.note_active(key, "rolled back")
        return key

    # -- on the GUI thread

    def _start(self, what: str, work: Callable[[Bench, Token], str]) -> None:
        if self._doing:
            return
        self._doing, self._step, self._token = what, "", Token()
        job = partial(self._run, work, self._token)
        self._lane.submit(job, partial(self._finish, what), self._refuse, token=self._token)
        self.changed.emit()

    def _run(self, work: Callable[[Bench, Token], str], token: Token) -> str:
        return work(self._make_bench(), token)

    def _finish(self, what: str, model: str) -> None:
        self._end()
        if what == "return":
            self._engine.choose(model)
        if what in ("import", "remove"):
            self._engine.list_models()
        if what == "speed":
            self._look_for_speeds()
        self.done.emit(what, model)

    def _refuse(self, error: Exception) -> None:
        self._end()
        self._tell(error)

    def _tell(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.failed.emit(error)

    def _end(self) -> None:
        self._doing, self._step, self._token = "", "", None
        self.changed.emit()

    def _show_step(self, step: str) -> None:
        self._step = step
        self.changed.emit()

    def _note_choice(self, key: str) -> None:
        self._lane.submit(lambda: self._make_bench().note_active(key, "activated"), failed=self._tell)
        self._look_back()

    def _look_back(self) -> None:
        self._lane.submit(lambda: self._make_bench().shelf.activations.before(), self._show_way_back)

    def _look_for_speeds(self) -> None:
        self._lane.submit(_known_speeds, self._show_speeds)

    def _show_speeds(self, speeds: Mapping[str, Speed]) -> None:
        if speeds != self.speeds:
            self.speeds = speeds
            self.measured.emit()

    def _show_way_back(self, key: str) -> None:
        self._way_back = key
        self.changed.emit()


def _known_speeds() -> Mapping[str, Speed]:
    from leukdesk.speeds import known

    return known()
