"""The Train place with runs in it, and the dialogs about them, for the walk through every view."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QWidget
from window_desk import Desk

from leukdesk import paths
from leukdesk.app.views.remove_run_dialog import RemoveRunDialog
from leukdesk.app.views.training_goes_on import TrainingGoesOn
from tests.adaptations import write_adaptation
from tests.run_files import lay_out

_NOTES = ("few_groups", "few_images", "nothing_replayed", "no code of today")
_DAMAGED = {"reason": "data", "what": "it was damaged", "subject": "settings.json", "advice": "Nothing is to be done."}


def run_scenes(desk: Desk) -> Iterator[tuple[str, QWidget]]:
    """(what it is, its topmost widget) for a run that is on, one that failed, and one that is trained."""
    data, training = Path("/smears"), desk.session.training
    ends = {"1": {"event": "trained", "best_epoch": 3, "validation_loss": 0.3}, "2": {"event": "failed", **_DAMAGED}}
    for number, end in ends.items():
        lay_out(f"2026-11-21-10000{number}", "x", 4, end=end, data=data)
    folder = lay_out("2026-11-21-100003", "x", 4, alive=True, data=data)
    desk.window.commands.go_train.trigger()
    desk.until(lambda: len(training.runs) == 3)
    for run in training.runs:
        desk.window.train.show_run(run.key)
        yield f"run, {run.state}", desk.window
    write_adaptation(paths.training_folder() / "2026-11-21-100001", bundle="fake-stage", notes=_NOTES)
    training.look()
    desk.until(lambda: any(one.compared for one in training.runs))
    desk.window.adaptations.open(next(one for one in training.runs if one.compared))
    desk.until(desk.window.adaptations.view.judge.isVisible)
    yield "adapted", desk.window
    theme, over = desk.session.theme, desk.window
    for dialog in (RemoveRunDialog(theme, "x", over), RemoveRunDialog(theme, "x", over, copies=True), _goes_on(desk)):
        dialog.open()
        yield type(dialog).__name__, dialog
        dialog.reject()
    (folder / "process.json").unlink()  # it would be in the way of closing the window
    training.remove(folder.name)
    desk.until(lambda: len(training.runs) == 2)


def _goes_on(desk: Desk) -> TrainingGoesOn:
    return TrainingGoesOn(desk.session.training, desk.session.theme, desk.window)
