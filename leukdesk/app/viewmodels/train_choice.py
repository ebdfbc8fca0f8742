"""What was chosen for a training run and what the trainer said of it; a choice undoes what hangs on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from pathlib import Path
from typing import Any

from leukdesk.domain.training import TrainingOrder

Told = Mapping[str, Any]  # the last line of a command of the trainer; empty where it is not known
NOTHING: Told = {}


class Step(IntEnum):
    """The way to a run."""

    DATA = 0
    CHECK = 1
    SPLIT = 2
    RECIPE = 3
    LOOK = 4
    START = 5


@dataclass(frozen=True, slots=True)
class Source:
    """What a run can begin with: an installed bundle, or a recipe that ships.

    `name` is what the trainer calls it: the bundle's folder, or the recipe's name. `stage` is the recipe
    whose trained run it begins with.
    """

    name: str
    title: str
    details: str
    group: str  # "adapt", "bundle", "leukdesk" or the published system's name
    scope: str = "field"
    bundle: Path | None = None
    stage: str = ""

    @property
    def adapts(self) -> bool:
        """Whether a bundle is adapted gently, and keeps all of its classes."""
        return self.group == "adapt"


@dataclass(frozen=True, slots=True)
class Choice:
    """Everything of one run to be; images are divided by `method` with these shares."""

    data: Path | None = None
    reviewed: bool = False  # the data are images that people labelled in signed cases here
    left_out: int = 0  # reviewed images that could not be copied
    cells: bool = False  # they are single cells out of such images
    label_column: str = ""
    group_column: str = ""
    looked: Told = field(default_factory=dict)
    checked: Told = field(default_factory=dict)
    method: str = "grouped"
    validation: float = 0.15
    test: float = 0.2
    seed: int = 0
    division: Told = field(default_factory=dict)
    source: Source | None = None
    class_map: Mapping[str, str] = field(default_factory=dict)  # what a person said otherwise than proposed
    own_classes: bool = False
    original: Path | None = None  # the images the bundle was made with, where it is adapted
    original_split: Path | None = None  # their division; None: as the trainer finds it
    first: Path | None = None  # the trained run of `source.stage`
    recipe: Told = field(default_factory=dict)
    text: str = ""
    edited: bool = False
    problems: tuple[Told, ...] = ()
    preview: Path | None = None
    plan: Told = field(default_factory=dict)
    title: str = ""

    # -- choosing

    def with_data(self, data: Path, *, reviewed: bool = False, left_out: int = 0, cells: bool = False) -> Choice:
        """Other images: all else is open again, but for what does not hang on them."""
        given = Choice(data=data, reviewed=reviewed, left_out=left_out, cells=cells)
        return replace(given, method=self.method, title=self.title)

    def with_columns(self, label: str, group: str) -> Choice:
        """Other columns of the manifest."""
        kept = Choice(self.data, self.reviewed, self.left_out, self.cells, title=self.title)
        return replace(kept, label_column=label, group_column=group, method=self.method, looked=self.looked)

    def with_split(self, **changes: Any) -> Choice:
        """Another division. What was chosen to begin with stays, and is written anew."""
        return replace(self, **changes, division={}).without_recipe()

    def with_source(self, source: Source, first: Path | None = None) -> Choice:
        """Another thing to begin with, and the run of its first stage."""
        fresh: dict[str, Any] = {"class_map": {}, "own_classes": False, "original": None, "original_split": None}
        return replace(self, source=source, first=first, **fresh).without_recipe()

    def with_classes(self, class_map: Mapping[str, str], *, own: bool) -> Choice:
        """Other classes."""
        return replace(self, class_map=dict(class_map), own_classes=own).without_recipe()

    def with_original(self, data: Path | None, split: Path | None) -> Choice:
        """Other images the bundle was made with, or none."""
        return replace(self, original=data, original_split=split).without_recipe()

    def with_text(self, text: str) -> Choice:
        """Another text of the recipe, of a person's own."""
        return replace(self, text=text, edited=True, preview=None, plan={})

    def without_recipe(self) -> Choice:
        """The recipe is to be written anew."""
        return replace(self, recipe={}, text="", edited=False, problems=(), preview=None, plan={})

    # -- how it stands

    @property
    def blocked(self) -> bool:
        """Whether the check found what training would refuse."""
        return any(one["blocks"] for one in self.checked.get("findings", ()))

    @property
    def lacks_stage(self) -> bool:
        """Whether it begins with a run that is not named yet."""
        return self.source is not None and bool(self.source.stage) and self.first is None

    def ready(self, step: Step) -> bool:
        """Whether a step is done, so that the next can be gone to."""
        return {
            Step.DATA: len(self.looked.get("classes", {})) > 0 and not self.looked.get("problem"),
            Step.CHECK: bool(self.checked) and not self.blocked,
            Step.SPLIT: bool(self.division),
            Step.RECIPE: bool(self.recipe) and not self.problems and not self.lacks_stage,
            Step.LOOK: True,
            Step.START: bool(self.plan),
        }[step]

    def reachable(self, step: Step) -> bool:
        """Whether all steps before one are done."""
        return all(self.ready(before) for before in Step if before < step)

    # -- for the trainer

    def data_words(self, *, option: bool = True) -> list[str]:
        """The data as arguments; `option`: as `--data`, else as the first word."""
        words = ["--data", str(self.data)] if option else [str(self.data)]
        words += ["--label-column", self.label_column] if self.label_column else []
        return words + (["--group-column", self.group_column] if self.group_column else [])

    def split_words(self) -> list[str]:
        """The division as arguments of `plan`."""
        shares = ["--validation", str(self.validation), "--test", str(self.test)]
        return ["--split", self.method, *shares, "--seed", str(self.seed)]

    def original_words(self) -> list[str]:
        """The images the bundle was made with as arguments; none where it is not adapted."""
        if self.original is None or self.source is None or not self.source.adapts:
            return []
        split = ["--original-split", str(self.original_split)] if self.original_split is not None else []
        return ["--original", str(self.original), *split]

    def split_changes(self) -> list[str]:
        """The division as changes of a recipe."""
        values = {"validation": self.validation, "test": self.test, "seed": self.seed}
        changes = [f'split.method="{self.method}"', *(f"split.{key}={value}" for key, value in values.items())]
        return [word for change in changes for word in ("--set", change)]


def order_of(choice: Choice, title: str) -> TrainingOrder:
    """What is handed over when all is chosen."""
    source = choice.source
    assert choice.data is not None
    return TrainingOrder(
        title,
        choice.text,
        choice.data,
        choice.label_column,
        choice.group_column,
        start_from=choice.first,
        bundle=source.bundle if source is not None else None,
        adapts=source is not None and source.adapts,
        original=choice.original,
        original_split=choice.original_split,
    )
