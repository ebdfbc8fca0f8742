"""Every step of the way to a run, one after the other, in its states; the trainer's answers have long names in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from leukdesk.app.main import Session
from leukdesk.app.viewmodels.train_choice import Step
from leukdesk.domain.training import TrainingError
from tests.training_desk import ESTIMATE, RECIPES, WARNING, StandInDesk, finding

LONG = "abnormal promyelocytes with many rods and granules, confirmed by two readers"
COLUMNS = [{"name": name} for name in ("path", "diagnosis", "chart", f"column of {LONG}")]
ORIGINAL = Path("/media/archive-of-the-department") / LONG.replace(" ", "-")
FINDINGS = (
    finding("unreadable", "error", f"unreadable, 2: copy them again ({LONG} 003.png: damaged)", blocks=True),
    finding("mislabelled", "error", "mislabelled, 1: named after another class, check their labels"),
    finding("near", "note", "43 pairs of nearly the same view within a class; a split must keep them together"),
)
NAMES = (
    "LYT",
    "Monocyte",
    "MobileNetV2",
    "raju2025",
    "abed2022",
    "leukdesk",
    "r-net",
    "two-stage",
    "cells-local",
    "own",
)
PROBLEM = {"line": 2, "key": "batch", "words": "Input should be less than or equal to 4096."}

FULL = TrainingError("the disk is full", reason="disk", subject=f"{LONG} preview.png")
# All that the trainer says here, and the names of things in it: no words of the window.
SAID = (
    *(one["words"] for one in FINDINGS),
    *(one["words"] for one in (PROBLEM, WARNING)),
    *(one["title"] for one in RECIPES),
    *(one["description"] for one in RECIPES),
    *(one["name"] for one in COLUMNS),
    *("There is no class column", "images are left out", FULL.what, "preview.png", PROBLEM["key"], WARNING["advice"]),
    *("Type of a single blood cell", "CPU, 2 cores", "wbc-type", LONG, *NAMES),
)


def setup_states(session: Session, folder: Path) -> Iterator[str]:
    """Bring the page into each state; says what it is."""
    desk, setup = StandInDesk(), session.train_setup
    setup._desk = desk
    session.window.commands.go_train.trigger()
    session.window.train.new_wished.emit()
    yield "new run, no images"
    setup.use_data(folder)
    desk.looked(columns=COLUMNS, classes={}, problem="There is no class column.")
    yield "new run, no class column"
    classes = {"neutrophils": 40, "LYT": 30, LONG: 1206}
    setup.use_columns("diagnosis", "")
    desk.looked(columns=COLUMNS, classes=classes)
    yield "new run, images"
    setup.next()
    desk.last.told.emit({"event": "progress", "step": "checking", "done": 31, "total": 1276})
    yield "new run, checking"
    desk.checked(*FINDINGS)
    yield "new run, what blocks"
    setup.check()
    desk.checked(*FINDINGS[1:])
    setup.next()
    desk.divided()
    yield "new run, division"
    setup.next()
    desk.listed()
    yield "new run, recipes"
    yield from _recipe_states(session, desk)


def _recipe_states(session: Session, desk: StandInDesk) -> Iterator[str]:
    setup = session.train_setup
    setup.use_source(next(one for one in setup.sources if one.stage))
    desk.written()
    yield "new run, two stages"
    setup.use_source(setup.sources[0])
    warning = {"code": "left_out", "severity": "warning", "words": f"1206 images are left out: {LONG}.", "advice": ""}
    mapped = {"neutrophils": "neutrophil", "LYT": "lymphocyte", LONG: ""}
    desk.written(mapped, warnings=[warning])
    yield "new run, classes"
    setup.use_original(ORIGINAL, ORIGINAL / "split.json")
    desk.written(mapped, warnings=[warning], replayed={"train": 57, "validation": 19})
    yield "new run, originals"
    page = session.window.train.pages.currentWidget()
    page.way[Step.RECIPE].text.open.setChecked(True)
    setup.use_text(setup.choice.text + "\n# mine")
    desk.say(problems=[PROBLEM])
    yield "new run, a wrong recipe"
    page.way[Step.RECIPE].text.open.setChecked(False)
    setup.use_classes({}, own=False)
    desk.written(mapped)
    setup.next()
    desk.last.failed.emit(FULL)
    yield "new run, a failure"
    setup.next()
    desk.last.told.emit({"event": "progress", "step": "timing", "done": 1, "total": 4})
    yield "new run, timing"
    desk.divided(estimate=ESTIMATE)
    yield "new run, ready to start"
