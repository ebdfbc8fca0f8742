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
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot
from window_desk import Desk

from leukdesk import model_shelf, paths, trainer
from leukdesk.app.main import Session, workbench
from leukdesk.app.views.training_goes_on import TrainingGoesOn
from leukdesk.app.workers.pictures import Pictures
from leukdesk.bootstrap import Workbench
from leukdesk.domain.training import RunState, TrainingOrder
from leukdesk.settings import Settings
from leukdesk.trainer import Trainer
from leukdesk.training_runs import TrainingRun
from tests import stand_in_trainer, toy_runs
from tests.guided_way import walked

LEFT = Qt.MouseButton.LeftButton
LONG_MS = 240_000  # for what the real trainer does
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
    desk.bot.waitUntil(lambda: standing(desk, key).state is state, timeout=LONG_MS)


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


@pytest.fixture
def real(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Session]]:
    """Opens a window with the real workbench; the user's own key stands for the rebuilding, which other tests do."""
    monkeypatch.delenv("LEUKDESK_MODELS", raising=False)
    monkeypatch.setattr(model_shelf, "find_spec", lambda _: None)
    chosen, made = Settings(theme="light"), []

    def make() -> Session:
        made.append(Session(qapp, chosen, workbench(chosen), Pictures(4_000_000)))
        return made[-1]

    yield make
    for one in made:
        one.window.close()
        one.close()
        one.window.deleteLater()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_from_the_guided_pages_over_a_closed_window_to_a_model_in_use_and_back(
    desk_with: Callable[[Settings], Desk],
    real: Callable[[], Session],
    qtbot: QtBot,
    tmp_path: Path,
    pids: Callable[[], list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trainer, "NICE", 0)  # or a busy machine that runs other tests would let it wait
    data = toy_runs.write_images(tmp_path / "images")
    key = _watched_and_stopped(opened(desk_with(Settings(theme="light"))), data)
    done = _shortened(paths.training_folder() / key, by=2)

    Workbench(Settings()).shelf.keys.make("Lab A")
    session = real()
    session.open([])
    qtbot.waitUntil(lambda: session.engine.predictor is not None, timeout=LONG_MS)
    session.window.commands.go_train.trigger()
    page = session.window.train.page
    qtbot.waitUntil(page.go_on.isVisible, timeout=LONG_MS)
    assert page.title.text() == "Toy colours again"
    qtbot.mouseClick(page.go_on, LEFT)
    qtbot.waitUntil(page.next.isVisible, timeout=LONG_MS)
    run = session.training.run(key)
    assert run is not None
    assert [one.number for one in run.progress.epochs] == list(range(done + 2))
    assert (run.folder / "best.safetensors").is_file()

    qtbot.mouseClick(page.judge, LEFT)
    view = session.window.gating.view
    qtbot.waitUntil(lambda: view.form.judge.isVisible() and view.form.judge.isEnabled(), timeout=LONG_MS)
    view.form.audited.setChecked(False)
    qtbot.mouseClick(view.form.judge, LEFT)
    qtbot.waitUntil(lambda: view.decision.use.isVisible() and not session.gate.doing, timeout=LONG_MS)
    qtbot.keyClicks(view.decision.why, "These are other classes")
    qtbot.mouseClick(view.decision.use, LEFT)
    _until_used(qtbot, session, "toy")

    session.window.open_paths([data / "red-00.png"])
    qtbot.waitUntil(lambda: session.model.finding is not None, timeout=LONG_MS)
    assert session.model.finding is not None
    assert (session.model.finding.bundle.name, session.model.finding.prediction.label) == ("toy", "red")
    session.window.commands.go_train.trigger()
    qtbot.waitUntil(view.decision.back.isVisible, timeout=LONG_MS)
    qtbot.mouseClick(view.decision.back, LEFT)
    _until_used(qtbot, session, "all-stage")


def _watched_and_stopped(first: Desk, data: Path) -> str:
    """Order a run on the guided pages, train it until curves have grown, stop, and close the window."""
    assert first.window.train.empty.isVisible()
    key, page = walked(first, data, "Toy colours again"), first.window.train.page
    first.bot.waitUntil(lambda: len(standing(first, key).progress.epochs) >= 3, timeout=LONG_MS)
    assert page.isVisible()
    assert "epoch 1" in page.losses.accessibleDescription()
    assert "Epoch 2: loss" in page.log.toPlainText()
    first.bot.mouseClick(page.stop, LEFT)
    until_state(first, key, RunState.STOPPED)
    first.window.close()
    first.session.close()
    return key


def _shortened(folder: Path, *, by: int) -> int:
    """Let a run end `by` epochs after those that are done, so that the test is quick; returns how many are done."""
    done = sum('"event": "epoch"' in line for line in (folder / "events.jsonl").read_text().splitlines())
    assert 3 <= done < 40, "it was stopped before its end"
    recipe = folder / "recipe.toml"
    recipe.write_text(recipe.read_text().replace("epochs = 40", f"epochs = {done + by}"))
    return done


def _until_used(bot: QtBot, session: Session, name: str) -> None:
    engine = session.engine
    bot.waitUntil(lambda: engine.card is not None and engine.card.name == name and not engine.loading, timeout=LONG_MS)


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
