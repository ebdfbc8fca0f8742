"""A trained run before the gate: judged beside the model in use, then used or not by a decision that is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

from leukdesk.app.viewmodels.engine import Engine, model_key
from leukdesk.app.viewmodels.model_desk import ModelDesk
from leukdesk.app.viewmodels.progress import Progress
from leukdesk.app.viewmodels.train_desk import TrainDesk
from leukdesk.app.viewmodels.trainer_command import TrainerCommand
from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.errors import KnownError
from leukdesk.domain.gate import Gate

if TYPE_CHECKING:
    from leukdesk.app.viewmodels.ports import Bench
    from leukdesk.bundles.decisions import Choice, Decision

OUT = "gate"  # the folder in that of a run
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RELEASE = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))?")


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a look at the folder of a run told."""

    gate: Gate | None
    decision: Decision | None
    name: str
    scope: str
    original: tuple[Path | None, Path | None]  # images the present model was made with, and their division


class GateDesk(QObject):
    """One run at a time. `changed` follows whatever happens."""

    changed = Signal()
    failed = Signal(object)  # KnownError
    decided = Signal(str)  # "used" or "kept"
    _came_to = Signal(str)

    def __init__(
        self, lane: Lane, make_bench: Callable[[], Bench], engine: Engine, models: ModelDesk, training: TrainDesk
    ) -> None:
        """`lane` is that of the models: what comes onto the shelf comes one after the other."""
        super().__init__()
        self._lane, self._make_bench, self._engine = lane, make_bench, engine
        self._models, self._training = models, training
        self._token = Token()
        self._command: TrainerCommand | None = None
        self._awaited = ""  # the model that is to be used once it is listed
        self._scope = "field"
        self.folder, self.title = Path(), ""
        self.gate: Gate | None = None
        self.decision: Decision | None = None
        self.doing = ""  # "read", "judge", "used", "kept"; empty for nothing
        self.step = ""  # of judging or of an import
        self.progress = Progress()
        self.name, self.release = "", "1.0"  # what the new model could be called
        self.original: tuple[Path | None, Path | None] = (None, None)  # images the present model was made with
        self._came_to.connect(self._show_step, Qt.ConnectionType.QueuedConnection)
        engine.listed.connect(self._use_listed)
        engine.loading_changed.connect(self.changed)
        models.changed.connect(self.changed)

    @property
    def in_use(self) -> bool:
        """Whether the judged model is the one in use."""
        return self.gate is not None and self._engine.wanted == self.gate.new.key

    @property
    def way_back(self) -> str:
        """The model that was in use before this one; empty where there is none, or this one is not in use."""
        return self._models.way_back if self.in_use and not self._models.doing else ""

    @property
    def missing(self) -> KnownError | None:
        """Why nothing can be judged here."""
        return self._training.trainer.missing

    def open(self, folder: Path, title: str) -> None:
        """Look at a run."""
        self.close()
        self.folder, self.title = folder, title
        self.gate = self.decision = None
        self._look()

    def names_well(self, name: str, release: str) -> bool:
        """Whether a model may be called so, and no other is."""
        return bool(_NAME.fullmatch(name) and _RELEASE.fullmatch(release)) and not self._taken(name, release)

    def use_original(self, data: Path | None, split: Path | None) -> None:
        """Ask both models about the test images of these too; their division, where the trainer cannot find it."""
        self.original = (data, split)
        self.changed.emit()

    def judge(self, name: str, release: str, *, audited: bool) -> None:
        """Judge the run as a model of this name, beside the one in use."""
        if self.doing:
            return
        self.name, self.release = name, release
        self._start("judge", self._against, lambda against: self._begin(against, audited))

    def use(self, why: str) -> None:
        """Use the new model from now on."""
        gate = self.gate
        if gate is not None:
            self._start("used", lambda bench, token: self._take_in(bench, token, gate, why), self._decided)

    def keep(self, why: str) -> None:
        """Go on with the present model."""
        gate = self.gate
        if gate is not None:
            self._start("kept", lambda bench, _: _decide(bench, gate, "kept", why), self._decided)

    def go_back(self) -> None:
        """Use the model again that was in use before."""
        self._models.go_back()

    def cancel(self) -> None:
        """Give up what is being done; what was judged so far is kept and not done twice."""
        self.close()
        self.changed.emit()

    def close(self) -> None:
        """Let the lanes end soon."""
        self._token.cancel()
        if self._command is not None:
            self._command.cancel()
        self._command, self.doing, self.step = None, "", ""

    # -- on the lane

    def _read(self, bench: Bench, folder: Path) -> _Looked:
        from leukdesk.judged import read_gate

        gate = read_gate(folder / OUT)
        decision = bench.shelf.decisions.last(gate.new.sha256) if gate is not None else None
        return _Looked(gate, decision, *_recipe(folder), _original(folder))

    def _against(self, bench: Bench, _token: Token) -> Path | None:
        """The folder of the model that judges the same thing now."""
        folders = {model_key(one.card): one for one in bench.models() if one.card is not None}
        active = folders.get(bench.active_or_none())
        if active is not None and active.card is not None and active.card.scope == self._scope:
            return active.folder
        if self._scope != "cell":
            return None
        try:
            return folders[bench.cell_model()].folder
        except KnownError:  # there is none yet
            return None

    def _take_in(self, bench: Bench, token: Token, gate: Gate, why: str) -> Decision:
        from leukdesk.judged import take_in

        take_in(bench.shelf, gate, progress=self._came_to.emit, cancelled=lambda: token.cancelled)
        return _decide(bench, gate, "used", why)

    # -- on the GUI thread

    def _look(self) -> None:
        folder = self.folder
        self._start("read", lambda bench, _: self._read(bench, folder), self._show)

    def _start(self, what: str, work: Callable[[Bench, Token], Any], then: Callable[[Any], None]) -> None:
        if self.doing:
            return
        self.doing, self.step, self.progress = what, "", Progress()
        self._token = token = Token()
        self._lane.submit(lambda: work(self._make_bench(), token), then, self._refuse, token=token)
        self.changed.emit()

    def _show(self, found: _Looked) -> None:
        self.gate, self.decision, self._scope = found.gate, found.decision, found.scope
        self.original = found.original
        self.name, self.release = found.name, self._next_release(found.name)
        self._end()

    def _begin(self, against: Path | None, audited: bool) -> None:
        out = self.folder / OUT
        words = ["gate", str(self.folder), "--name", self.name, "--release", self.release]
        words += ["--models", str(out / "models"), "--out", str(out)]
        words += ["--against", str(against)] if against is not None else []
        for option, path in zip(("--original", "--original-split"), self.original, strict=True):
            words += [option, str(path)] if path is not None else []
        words += [] if audited else ["--no-audit"]
        self._command = self._training.command(words)
        self._command.told.connect(self._hear)
        self._command.done.connect(self._judged)
        self._command.failed.connect(self._refuse)
        self._command.begin()

    def _hear(self, event: dict[str, Any]) -> None:
        if event.get("event") == "gate":
            self.step, self.progress = str(event.get("step", "")), Progress()
        elif event.get("event") == "answered":
            self.progress = Progress(done=int(event.get("done", 0)), total=int(event.get("images", 0)))
        self.changed.emit()

    def _judged(self, _last: dict[str, Any]) -> None:
        self._command, self.doing = None, ""
        self._look()

    def _decided(self, decision: Decision) -> None:
        self.decision = decision
        self._end()
        if decision.choice == "used":
            self._awaited = decision.new
            self._engine.list_models()
        self.decided.emit(decision.choice)

    def _use_listed(self) -> None:
        if self._awaited and self._awaited in self._keys():
            awaited, self._awaited = self._awaited, ""
            self._engine.choose(awaited)

    def _refuse(self, error: Exception) -> None:
        self._command = None
        self._end()
        if isinstance(error, KnownError):
            self.failed.emit(error)

    def _end(self) -> None:
        self.doing, self.step = "", ""
        self.changed.emit()

    def _show_step(self, step: str) -> None:
        if self.doing:
            self.step = step
            self.changed.emit()

    # -- names

    def _keys(self) -> set[str]:
        return {model_key(one.card) for one in self._engine.installed if one.card is not None}

    def _taken(self, name: str, release: str) -> bool:
        return f"{name}-{release}" in self._keys()

    def _next_release(self, name: str) -> str:
        """The first free one after those that are there."""
        number = 0
        while self._taken(name, f"1.{number}") or (self.folder / OUT / "models" / f"{name}-1.{number}").exists():
            number += 1
        return f"1.{number}"


def _decide(bench: Bench, gate: Gate, choice: Choice, why: str) -> Decision:
    from leukdesk.judged import decide

    return decide(bench.shelf, gate, choice, why)


def _recipe(folder: Path) -> tuple[str, str]:
    """What a run's recipe calls its model, and whether that judges fields or cells."""
    import tomllib

    try:
        stated = tomllib.loads((folder / "recipe.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return "", "field"
    name = re.sub(r"[^a-z0-9]+", "-", str(stated.get("name", "")).lower()).strip("-")
    return name, str(stated.get("scope", "field"))


def _original(folder: Path) -> tuple[Path | None, Path | None]:
    """What was shown again while the run adapted a model: most often one wants to know what it has forgotten of it."""
    from leukdesk.run_folder import RunFolder

    order = RunFolder(folder).order()
    return (order.original, order.original_split) if order is not None else (None, None)
