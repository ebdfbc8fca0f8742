"""The way to a training run, step by step: what is chosen, what the trainer says of it, and the order at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QImage

from leukdesk.app.viewmodels.progress import Progress
from leukdesk.app.viewmodels.reviewed_images import ReviewedImages
from leukdesk.app.viewmodels.train_choice import Choice, Source, Step, order_of
from leukdesk.app.viewmodels.train_sources import of_bundles, of_recipes
from leukdesk.app.workers.lanes import Lane
from leukdesk.domain.errors import KnownError, OutputError

if TYPE_CHECKING:
    from leukdesk.bundles.library import Installed
    from leukdesk.domain.reviewed import TrainingSet
    from leukdesk.training_runs import TrainingRun

_ROWS, _COLUMNS = "4", "5"  # of the preview: images, and how often each is varied
_SOON_S = 1.0  # of a stretch of work, before its pace is told
Take = Callable[[dict[str, Any]], Choice]


class Command(Protocol):
    """`trainer_command.TrainerCommand`."""

    @property
    def told(self) -> SignalInstance: ...

    @property
    def done(self) -> SignalInstance: ...

    @property
    def failed(self) -> SignalInstance: ...

    def begin(self) -> object:
        """Queue it."""

    def cancel(self) -> None:
        """End it."""


class HasMissing(Protocol):
    """The part of `leukdesk.trainer.Trainer` that is needed here."""

    @property
    def missing(self) -> KnownError | None:
        """Why nothing can be trained here."""


class Desk(Protocol):
    """The part of `train_desk.TrainDesk` that is needed here."""

    @property
    def trainer(self) -> HasMissing: ...

    @property
    def runs(self) -> Sequence[TrainingRun]: ...

    def command(self, arguments: Sequence[str]) -> Command:
        """A command of the trainer, not begun yet."""


class Shelf(Protocol):
    """The part of `engine.Engine` that is needed here."""

    @property
    def installed(self) -> Sequence[Installed]: ...


class TrainSetup(QObject):
    """One command at a time; what is asked for meanwhile takes its place."""

    changed = Signal()
    turned = Signal(int)  # Step
    ordered = Signal(object)  # TrainingOrder: a run is to be begun
    _read = Signal(object)

    def __init__(self, desk: Desk, shelf: Shelf, reviewed: ReviewedImages, lane: Lane, folder: Path) -> None:
        """`lane`: where the trainer's commands run, one after the other; `folder`: for drafts, made when needed."""
        super().__init__()
        self._desk, self._shelf, self.reviewed, self._lane, self._folder = desk, shelf, reviewed, lane, folder
        self.choice, self.step = Choice(), Step.DATA
        self.recipes: tuple[Source, ...] = ()
        self.pictures: Mapping[str, QImage] = {}  # plots of the check and the preview, by the stem of their files
        self.error: KnownError | None = None
        self.doing, self.stage, self.progress = "", "", Progress()
        self._command: Command | None = None
        self._again: Callable[[], object] = lambda: None
        self._since = 0.0
        self._read.connect(self._take_pictures, Qt.ConnectionType.QueuedConnection)

    @property
    def missing(self) -> KnownError | None:
        """Why nothing can be trained here, or None."""
        return self._desk.trainer.missing

    @property
    def sources(self) -> tuple[Source, ...]:
        """What a run can begin with, installed bundles first."""
        return (*of_bundles(self._shelf.installed), *self.recipes)

    def first_stages(self, source: Source | None) -> list[tuple[str, Path]]:
        """Title and folder of the trained runs that a recipe of two stages can begin with, the newest first."""
        if source is None or not source.stage:
            return []
        runs = [one for one in self._desk.runs if one.progress.is_trained and one.recipe == source.stage]
        return [(one.title, one.folder) for one in runs]

    # -- going back and forth

    def restart(self) -> None:
        """Begin from the first step, with nothing chosen."""
        self.cancel()
        self.choice, self.pictures = Choice(), {}
        self.go(Step.DATA)

    def go(self, step: Step) -> None:
        """Show a step whose steps before it are done, and find out what it shows."""
        if not self.choice.reachable(step):
            return
        if step is not self.step:
            self.cancel()
        self.step = step
        self.turned.emit(int(step))
        self._find_out()

    def next(self) -> None:
        """The step after this one."""
        if self.step is not Step.START and self.choice.ready(self.step):
            self.go(Step(self.step + 1))

    def back(self) -> None:
        """The step before this one."""
        if self.step is not Step.DATA:
            self.go(Step(self.step - 1))

    def try_again(self) -> None:
        """Do once more what failed."""
        self.error = None
        self._again()

    def cancel(self) -> None:
        """Give up what is being found out; what was chosen stays."""
        if self._command is not None:
            self._command.cancel()
        self._command, self.error = None, None
        self._end()

    # -- choosing

    def use_data(self, data: Path) -> None:
        """Train on the images of a folder, or of a manifest."""
        self._choose(self.choice.with_data(data))
        self.look()

    def use_columns(self, label: str, group: str) -> None:
        """Take the class, and the patient or group, from these columns of the manifest; empty: as they are found."""
        if (label, group) != (self.choice.label_column, self.choice.group_column):
            self._choose(self.choice.with_columns(label, group))
            self.look()

    def use_reviewed(self, *, cells: bool = False) -> None:
        """Train on what people labelled in signed cases: images, or single cells."""
        self.cancel()
        self._again = partial(self.use_reviewed, cells=cells)
        self._start("copy")
        self.reviewed.export(partial(self._take_reviewed, cells), self._refuse, cells=cells)

    def use_split(self, **changes: Any) -> None:
        """Divide otherwise: `method`, `validation`, `test`, `seed`."""
        self._choose(self.choice.with_split(**changes))
        self.divide()

    def use_source(self, source: Source) -> None:
        """Begin with something else."""
        self._choose(self.choice.with_source(source, next((one for _, one in self.first_stages(source)), None)))
        self.write()

    def use_first(self, run: Path) -> None:
        """Begin with the features of this run."""
        self.choice = replace(self.choice, first=run)
        self.changed.emit()

    def use_classes(self, class_map: Mapping[str, str], *, own: bool) -> None:
        """Say which of the data's classes is which of the model's (`""` leaves it out), or keep the data's `own`."""
        self._choose(self.choice.with_classes(class_map, own=own))
        self.write()

    def use_original(self, data: Path | None, split: Path | None) -> None:
        """Show images again that the bundle was made with; their division, where the trainer cannot find it."""
        self._choose(self.choice.with_original(data, split))
        self.write()

    def use_text(self, text: str) -> None:
        """Train by this text of a recipe; it is checked at once."""
        if text != self.choice.text:
            self._choose(self.choice.with_text(text))
            self.check_text()

    def use_title(self, title: str) -> None:
        """Call the run so."""
        self.choice = replace(self.choice, title=title)

    # -- asking the trainer

    def look(self) -> None:
        """Which columns and classes there are."""
        words = ["look", *self.choice.data_words(option=False), "--json"]
        self._ask("look", words, lambda found: replace(self.choice, looked=found), self.look)

    def check(self) -> None:
        """Open every image."""
        words = ["check", *self.choice.data_words(option=False), "--out", str(self._report.parent), "--json"]
        self._ask("check", words, self._take_check, self.check)

    def divide(self) -> None:
        """How the images would be divided."""
        scope = self.choice.source.scope if self.choice.source is not None else "field"
        words = ["plan", *self.choice.data_words(), *self.choice.split_words(), "--scope", scope, *self._checked()]
        self._ask("divide", words, lambda found: replace(self.choice, division=found), self.divide)

    def list_recipes(self) -> None:
        """Which recipes ship."""
        self._ask("recipes", ["recipes", "--json"], self._take_recipes, self.list_recipes)

    def write(self) -> None:
        """Write the recipe of what was chosen."""
        source = self.choice.source
        if source is None:
            return
        words = ["recipe", source.name, *self.choice.data_words(), *self.choice.split_changes()]
        words += ["--class-map", _json(self.choice.class_map)] if self.choice.class_map else []
        words += ["--own-classes"] if self.choice.own_classes else []
        words += ["--adapt", *self.choice.original_words()] if source.adapts else []
        words += ["--out", str(self._draft), "--json"]
        self._ask("write", words, self._take_recipe, self.write)

    def check_text(self) -> None:
        """What is wrong with the recipe's text, line by line."""
        self._again = self.check_text
        self._lane.submit(partial(_write, self._draft, self.choice.text), failed=self._refuse)
        words = ["recipe", str(self._draft), "--check", "--json"]
        self._ask("check_text", words, self._take_problems, self.check_text)

    def preview(self) -> None:
        """What training makes of a few images."""
        picture = self._folder / "preview.png"
        words = ["preview", str(self._draft), *self.choice.data_words(option=False), "--out", str(picture)]
        words += ["--images", _ROWS, "--epochs", _COLUMNS, "--json"]
        self._ask("preview", words, self._take_preview, self.preview)

    def estimate(self) -> None:
        """How long it takes on this machine, measured."""
        words = ["plan", str(self._draft), *self.choice.data_words(), *self._original(), *self._checked()]
        self._ask("estimate", words, lambda found: replace(self.choice, plan=found), self.estimate)

    def start(self) -> None:
        """Hand the order over."""
        choice = self.choice
        if choice.data is None or not choice.recipe:
            return
        self.cancel()
        title = choice.title.strip() or str(choice.recipe["title"])
        self.ordered.emit(order_of(choice, title))
        self.restart()

    # -- what comes back

    def _find_out(self) -> None:
        """What the step shows and is not known yet."""
        choice = self.choice
        wanted: dict[Step, tuple[bool, Callable[[], object]]] = {
            Step.DATA: (choice.data is not None and not choice.looked, self.look),
            Step.CHECK: (not choice.checked, self.check),
            Step.SPLIT: (not choice.division, self.divide),
            Step.RECIPE: (not self.recipes, self.list_recipes),
            Step.LOOK: (choice.preview is None, self.preview),
            Step.START: (not choice.plan, self.estimate),
        }
        due, ask = wanted[self.step]
        if due:
            ask()
        elif self.step is Step.RECIPE and choice.source is not None and not choice.recipe:
            self.write()
        else:
            self.changed.emit()

    def _take_check(self, found: dict[str, Any]) -> Choice:
        self._show_pictures([Path(one) for one in found["files"] if one.endswith(".png")])
        return replace(self.choice, checked=found)

    def _take_recipes(self, found: dict[str, Any]) -> Choice:
        self.recipes = of_recipes(found["recipes"])
        return self.choice

    def _take_recipe(self, found: dict[str, Any]) -> Choice:
        return replace(self.choice, recipe=found, text=str(found["text"]), edited=False, problems=())

    def _take_problems(self, found: dict[str, Any]) -> Choice:
        return replace(self.choice, problems=tuple(found["problems"]))

    def _take_preview(self, found: dict[str, Any]) -> Choice:
        self._show_pictures([Path(found["file"])])
        return replace(self.choice, preview=Path(found["file"]))

    def _take_reviewed(self, cells: bool, folder: Path, written: TrainingSet) -> None:
        left_out = len(written.left_out)
        self._choose(self.choice.with_data(folder, reviewed=True, left_out=left_out, cells=cells))
        self.look()

    def _show_pictures(self, files: Sequence[Path]) -> None:
        self._lane.submit(lambda: {one.stem: QImage(str(one)) for one in files}, self._read.emit)

    def _take_pictures(self, found: Mapping[str, QImage]) -> None:
        self.pictures = {**self.pictures, **found}
        self.changed.emit()

    # --

    @property
    def _draft(self) -> Path:
        return self._folder / "recipe.toml"

    @property
    def _report(self) -> Path:
        return self._folder / "check" / "report.json"

    def _checked(self) -> list[str]:
        return [*(("--checked", str(self._report)) if self.choice.checked else ()), "--json"]

    def _original(self) -> list[str]:
        words, source = self.choice.original_words(), self.choice.source
        return [*words, "--bundle", str(source.bundle)] if words and source is not None else []

    def _choose(self, choice: Choice) -> None:
        self.cancel()
        self.choice = choice

    def _ask(self, what: str, words: Sequence[str], take: Take, again: Callable[[], object]) -> None:
        if self._command is not None:
            self._command.cancel()
        self._again, self.error = again, None
        self._command = command = self._desk.command(words)
        command.told.connect(partial(self._hear, command))
        command.done.connect(partial(self._take, command, take))
        command.failed.connect(partial(self._refuse_of, command))
        self._start(what)
        command.begin()

    def _start(self, what: str) -> None:
        self.doing, self.stage, self.progress, self._since = what, "", Progress(), time.monotonic()
        self.changed.emit()

    def _hear(self, command: Command, event: dict[str, Any]) -> None:
        if command is not self._command or event.get("event") != "progress":
            return
        if event["step"] != self.stage:
            self.stage, self._since = event["step"], time.monotonic()
        took = time.monotonic() - self._since
        rate = event["done"] / took if took > _SOON_S else 0.0
        self.progress = Progress(event["done"], event["total"], rate=rate, running=True)
        self.changed.emit()

    def _take(self, command: Command, take: Take, found: dict[str, Any]) -> None:
        if command is self._command:
            self._command = None
            self.choice = take(found)
            self._end()
            if self.doing == "" and self.step is Step.RECIPE and self.choice.source and not self.choice.recipe:
                self.write()

    def _refuse_of(self, command: Command, error: Exception) -> None:
        if command is self._command:
            self._refuse(error)

    def _refuse(self, error: Exception) -> None:
        if self._command is not None:
            self._command.cancel()
        self._command = None
        self.error = error if isinstance(error, KnownError) else None
        self._end()

    def _end(self) -> None:
        self.doing, self.stage, self.progress = "", "", Progress()
        self.changed.emit()


def _json(values: Mapping[str, str]) -> str:
    import json

    return json.dumps(dict(values), ensure_ascii=False)


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"could not be written: {error.strerror}", subject=file) from error
