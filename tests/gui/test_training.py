"""The Train place with a real trainer process: ordered, watched, stopped, found again by another window."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog
from window_desk import Desk

from leukdesk import paths
from leukdesk.app.views.training_goes_on import TrainingGoesOn
from leukdesk.domain.training import RunState, TrainingOrder
from leukdesk.settings import Settings
from leukdesk.trainer import Trainer
from leukdesk.training_runs import TrainingRun
from tests import stand_in_trainer, toy_runs

LEFT = Qt.MouseButton.LeftButton
STAND_IN = [sys.executable, stand_in_trainer.__file__]


def opened(desk: Desk, command: list[str] | None = None) -> Desk:
    """At the Train place, where the runs are known."""
    if command is not None:
        desk.session.training.trainer = desk.session.training._store._trainer = Trainer(command)
    desk.start()
    desk.window.commands.go_train.trigger()
    desk.until(lambda: desk.session.training.known)
    return desk


def ordered(desk: Desk, order: TrainingOrder) -> str:
    """The key of a run that was begun by this order."""
    keys: list[str] = []
    desk.session.training.begun.connect(keys.append)
    desk.session.training.begin(order)
    desk.until(lambda: bool(keys))
    desk.until(lambda: desk.session.training.run(keys[0]) is not None)
    return keys[0]


def toy(what: str, title: str = "Stain B") -> TrainingOrder:
    return TrainingOrder(title, stand_in_trainer.RECIPE.format(what=what), Path("/data/stain-b"))


def standing(desk: Desk, key: str) -> TrainingRun:
    run = desk.session.training.run(key)
    assert run is not None
    return run


def until_state(desk: Desk, key: str, state: RunState) -> None:
    desk.bot.waitUntil(lambda: standing(desk, key).state is state, timeout=90_000)


@pytest.fixture
def pids(user_folder: Path) -> Iterator[Callable[[], list[int]]]:
    """The processes of all runs; none outlives its test."""

    def found() -> list[int]:
        files = paths.training_folder().rglob("process.json")
        return [int(json.loads(file.read_text())["pid"]) for file in files]

    yield found
    for pid in found():
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


@pytest.mark.slow
def test_a_run_is_watched_stopped_found_again_by_another_window_and_ends(
    desk_with: Callable[[Settings], Desk], tmp_path: Path, pids: Callable[[], list[int]]
) -> None:
    data = toy_runs.write_images(tmp_path / "images")
    recipe = toy_runs.RECIPE.replace("epochs = 1", "epochs = 40")
    first = opened(desk_with(Settings(theme="light")))
    assert first.window.train.empty.isVisible()
    key = ordered(first, TrainingOrder("Toy colours again", recipe, data))
    page = first.window.train.page
    first.bot.waitUntil(lambda: len(standing(first, key).progress.epochs) >= 3, timeout=90_000)
    assert page.isVisible()
    assert "epoch 1" in page.losses.accessibleDescription()
    assert "Epoch 2: loss" in page.log.toPlainText()
    first.bot.mouseClick(page.stop, LEFT)
    until_state(first, key, RunState.STOPPED)
    done = len(standing(first, key).progress.epochs)
    assert 3 <= done < 40, "it was stopped before its end"
    first.window.close()
    first.session.close()
    folder = paths.training_folder() / key
    written = (folder / "recipe.toml").read_text()  # a shorter way to the end, so that the test is quick
    (folder / "recipe.toml").write_text(written.replace("epochs = 40", f"epochs = {done + 2}"))

    second = opened(desk_with(Settings(theme="light")))
    again = second.window.train.page
    assert again.title.text() == "Toy colours again"
    assert standing(second, key).state is RunState.STOPPED
    second.bot.mouseClick(again.go_on, LEFT)
    until_state(second, key, RunState.TRAINED)
    run = standing(second, key)
    assert [one.number for one in run.progress.epochs] == list(range(done + 2))
    assert (folder / "best.safetensors").is_file()
    assert again.next.isVisible()
    wished: list[TrainingRun] = []
    second.window.train.judge_wished.connect(wished.append)
    second.bot.mouseClick(again.judge, LEFT)
    assert [one.key for one in wished] == [key]


def test_a_killed_run_is_told_with_what_to_do_and_goes_on(desk: Desk, pids: Callable[[], list[int]]) -> None:
    opened(desk, STAND_IN)
    key = ordered(desk, toy("hang"))
    desk.until(lambda: len(standing(desk, key).progress.epochs) == 2)
    note = desk.window.train.page
    os.kill(pids()[0], signal.SIGKILL)
    until_state(desk, key, RunState.INTERRUPTED)
    assert note.error.isVisible()
    assert "ended from outside" in note.error.accessibleName()
    desk.bot.mouseClick(note.copy, LEFT)
    desk.until(lambda: key in QGuiApplication.clipboard().text())
    assert "'event': 'epoch'" in QGuiApplication.clipboard().text()
    desk.bot.mouseClick(note.go_on, LEFT)
    until_state(desk, key, RunState.TRAINED)
    assert not note.error.isVisible()
    assert "Goes on with epoch 3." in note.log.toPlainText()
    assert "Training has ended: Trained" in [one.text() for one in desk.window.status.findChildren(type(note.copy))]


def test_closing_the_window_says_that_training_goes_on_and_it_does(
    desk_with: Callable[[Settings], Desk], pids: Callable[[], list[int]]
) -> None:
    first = opened(desk_with(Settings(theme="light")), STAND_IN)
    key = ordered(first, toy("hang"))
    first.until(lambda: standing(first, key).is_on)
    first.window.close()
    dialog = first.window.findChildren(TrainingGoesOn)[0]
    assert first.window.isVisible()
    dialog.reject()
    first.until(lambda: not first.window.findChildren(QDialog))
    first.window.close()
    first.bot.mouseClick(first.window.findChildren(TrainingGoesOn)[0].leave, LEFT)
    first.until(lambda: not first.window.isVisible())
    first.session.close()

    second = opened(desk_with(Settings(theme="light")), STAND_IN)
    assert standing(second, key).is_on, "found by its process"
    second.window.close()
    second.bot.mouseClick(second.window.findChildren(TrainingGoesOn)[0].stop, LEFT)
    second.until(lambda: not second.window.isVisible())
    second.session.close()

    third = opened(desk_with(Settings(theme="light")), STAND_IN)
    until_state(third, key, RunState.STOPPED)


def test_a_second_run_waits_and_a_failed_one_says_why(desk: Desk, pids: Callable[[], list[int]]) -> None:
    opened(desk, STAND_IN)
    first = ordered(desk, toy("hang"))
    second = ordered(desk, toy("refuse", "One class only"))
    assert standing(desk, second).state is RunState.WAITING
    texts = [item.text() for item in desk.window.train.list._items()]
    assert texts[0].startswith("One class only\nWaiting for its turn")
    desk.window.train.show_run(first)
    desk.until(lambda: len(standing(desk, first).progress.epochs) == 2)
    desk.bot.mouseClick(desk.window.train.page.stop, LEFT)
    until_state(desk, second, RunState.FAILED)
    desk.window.train.show_run(second)
    error = desk.window.train.page.error
    assert "x: has one class. Add images." in error.accessibleName()
    desk.bot.mouseClick(desk.window.train.page.remove, LEFT)
    dialog = next(one for one in desk.window.findChildren(QDialog) if one.isVisible())
    desk.bot.mouseClick(dialog.remove, LEFT)  # type: ignore[attr-defined]
    desk.until(lambda: [one.key for one in desk.session.training.runs] == [first])


def test_where_there_is_no_trainer_the_place_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leukdesk.trainer.own_command", list)
    opened(desk, [])
    desk.bot.mouseClick(desk.window.train.begin, LEFT)
    assert "without the part that trains models" in desk.window.train.banner.accessibleName()
