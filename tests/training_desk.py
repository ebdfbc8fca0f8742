"""A training desk whose trainer says what a test lets it say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from leukdesk.domain.errors import KnownError

NEUTROPHILS = {"neutrophils": 40, "LYT": 30, "unclear": 6}
OFFERED = [{"id": one, "display": one.capitalize()} for one in ("neutrophil", "lymphocyte", "monocyte")]
WARNING = {"code": "few_test", "severity": "warning", "words": "Few images in the test part: LYT 6.", "advice": "Add."}
PARTS = {
    "train": {"LYT": 20, "neutrophils": 26},
    "validation": {"LYT": 4, "neutrophils": 6},
    "test": {"LYT": 6, "neutrophils": 8},
}
SPLIT = {
    "method": "grouped holdout",
    "level": "grouped",
    "parts": PARTS,
    "images": {"train": 46, "validation": 10, "test": 14},
    "groups": {"train": 9, "validation": 3, "test": 4},
}
ESTIMATE = {"low_s": 240, "high_s": 420, "memory_mb": 900, "device": "CPU, 2 cores", "batches": 4, "early_stop": True}
DATA = {"images": 76, "unlabelled": 2, "classes": NEUTROPHILS, "groups": 16, "grouping": "patient", "columns": []}
RECIPES = [
    {
        "name": name,
        "title": f"Cells as {system} saw them",
        "system": system,
        "model": "MobileNetV2",
        "classes": OFFERED,
        "scope": "cell",
        "input_size": 224,
        "epochs": 30,
        "backbone_is_here": False,
        "start_from": start,
        "description": "Shows which type a cell resembles.",
    }
    for name, system, start in (("own", "leukdesk", ""), ("r-net", "raju2025", ""), ("two-stage", "abed2022", "pcam"))
]
TEXT = 'name = "cells-local"\nbatch = 32\n'


def finding(code: str, severity: str, words: str, *, blocks: bool = False) -> dict[str, Any]:
    """A finding of the data check."""
    return {"code": code, "severity": severity, "words": words, "blocks": blocks}


class SaidCommand(QObject):
    """A command that a test answers."""

    told = Signal(dict)
    done = Signal(dict)
    failed = Signal(object)

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self.words, self.begun, self.cancelled = list(words), False, False

    def begin(self) -> SaidCommand:
        self.begun = True
        return self

    def cancel(self) -> None:
        self.cancelled = True

    def after(self, option: str) -> str:
        """What follows an option."""
        return self.words[self.words.index(option) + 1]


class StandInTrainer:
    """Whether there is a trainer."""

    def __init__(self, missing: KnownError | None = None) -> None:
        self.missing = missing


class StandInDesk:
    """Keeps every command; `say` answers the last one."""

    def __init__(self, missing: KnownError | None = None) -> None:
        self.trainer = StandInTrainer(missing)
        self.commands: list[SaidCommand] = []
        self.runs: tuple[Any, ...] = ()

    def command(self, arguments: Sequence[str]) -> SaidCommand:
        self.commands.append(SaidCommand(arguments))
        return self.commands[-1]

    @property
    def last(self) -> SaidCommand:
        return self.commands[-1]

    def say(self, **fields: Any) -> None:
        """Answer the last command."""
        self.last.done.emit(fields)

    # -- what the trainer's commands answer

    def looked(self, **other: Any) -> None:
        self.say(**{**DATA, "problem": "", **other})

    def checked(self, *findings: dict[str, Any], files: Sequence[Path] = ()) -> None:
        self.say(images=76, classes=NEUTROPHILS, findings=list(findings), files=[str(one) for one in files])

    def divided(self, **other: Any) -> None:
        self.say(**{"split": SPLIT, "warnings": [WARNING], "data": DATA, "estimate": None, **other})

    def listed(self) -> None:
        self.say(recipes=RECIPES)

    def written(self, class_map: dict[str, str] | None = None, **other: Any) -> None:
        mapped = {"neutrophils": "neutrophil", "LYT": "lymphocyte", "unclear": ""} if class_map is None else class_map
        said = {"name": "cells-local", "title": "Type of a single blood cell", "class_map": mapped, "offered": OFFERED}
        self.say(**{**said, "text": TEXT, "bundle": "wbc-type 1.1", "warnings": [], **other})
