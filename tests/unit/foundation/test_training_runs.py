"""Runs as the window keeps them: real folders and real processes, with a small program in the trainer's place."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from leukdesk.domain.training import RunState, TrainingError, TrainingOrder, TrainingReason
from leukdesk.trainer import Trainer
from leukdesk.training_runs import TrainingRun, TrainingRuns
from tests import stand_in_trainer
from tests.adaptations import write_adaptation

COMMAND = [sys.executable, stand_in_trainer.__file__]


def order(what: str, title: str = "Stain B") -> TrainingOrder:
    return TrainingOrder(title, stand_in_trainer.RECIPE.format(what=what), Path("/data"), group_column="patient")


@pytest.fixture
def runs(tmp_path: Path) -> TrainingRuns:
    return TrainingRuns(tmp_path / "training", Trainer(COMMAND))


def begun(runs: TrainingRuns, what: str) -> str:
    key = runs.create(order(what))
    assert runs.begin_next() == key
    return key


def until(runs: TrainingRuns, key: str, *states: RunState) -> TrainingRun:
    """Wait for a run to stand so."""
    end = time.monotonic() + 20
    while (run := runs.run(key)).state not in states:
        assert time.monotonic() < end, run
        time.sleep(0.02)
    return run


def until_epoch(runs: TrainingRuns, key: str, count: int) -> TrainingRun:
    end = time.monotonic() + 20
    while len((run := runs.run(key)).progress.epochs) < count:
        assert time.monotonic() < end, run
        time.sleep(0.02)
    return run


def test_a_run_goes_from_its_order_to_its_end(runs: TrainingRuns) -> None:
    assert runs.all() == []
    key = runs.create(order("end"))
    assert runs.run(key).state is RunState.WAITING
    assert runs.run(key).progress.total == 4
    runs.begin_next()
    run = until(runs, key, RunState.TRAINED)
    assert run.title == "Stain B"
    assert "Stain" not in key
    assert [one.number for one in run.progress.epochs] == [0, 1, 2, 3]
    assert run.progress.best is not None
    assert run.progress.best.number == 3
    assert run.progress.share == 1.0
    assert [one["event"] for one in run.events] == ["split", *["epoch"] * 4, "trained"]


def test_a_run_is_stopped_and_goes_on_in_another_window(runs: TrainingRuns, tmp_path: Path) -> None:
    key = begun(runs, "hang")
    assert until_epoch(runs, key, 2).is_on
    later = TrainingRuns(tmp_path / "training", Trainer(COMMAND))  # as after closing the window
    assert later.run(key).is_on
    later.stop(key)
    assert until(later, key, RunState.STOPPED).can_go_on
    later.go_on(key)
    assert later.run(key).state is RunState.WAITING
    later.begin_next()
    assert len(until(later, key, RunState.TRAINED).progress.epochs) == 4


def test_the_second_run_waits_for_the_first(runs: TrainingRuns) -> None:
    first = begun(runs, "hang")
    second, third = runs.create(order("end", "second")), runs.create(order("end", "third"))
    assert runs.begin_next() == ""
    assert [one.key for one in runs.all()] == [third, second, first]
    runs.stop(third)
    assert runs.run(third).state is RunState.STOPPED, "it no longer waits"
    with pytest.raises(TrainingError, match="is running") as refused:
        runs.remove(first)
    assert refused.value.reason == TrainingReason.BUSY
    until_epoch(runs, first, 2)
    runs.stop(first)
    until(runs, first, RunState.STOPPED)
    assert runs.begin_next() == second
    until(runs, second, RunState.TRAINED)
    runs.remove(second)
    assert [one.key for one in runs.all()] == [third, first]
    with pytest.raises(TrainingError, match="no such run"):
        runs.run(second)
    with pytest.raises(TrainingError, match="no such run"):
        runs.remove("../training")


def test_a_killed_run_is_recognised_from_outside_and_goes_on(runs: TrainingRuns, tmp_path: Path) -> None:
    key = begun(runs, "hang")
    until_epoch(runs, key, 2)
    pid = runs._files(key).processes()[0].pid
    os.kill(pid, signal.SIGKILL)
    run = until(runs, key, RunState.INTERRUPTED)
    assert run.error is not None
    assert run.error.reason == TrainingReason.KILLED
    assert "Every finished epoch is kept" in run.error.advice
    again = TrainingRuns(tmp_path / "training", Trainer(COMMAND))
    assert again.run(key).state is RunState.INTERRUPTED, "also for a window that did not begin it"
    again.go_on(key)
    again.begin_next()
    assert [one.number for one in until(again, key, RunState.TRAINED).progress.epochs] == [0, 1, 2, 3]


def test_another_process_of_that_number_is_not_the_run(runs: TrainingRuns) -> None:
    key = begun(runs, "end")
    until(runs, key, RunState.TRAINED)
    file = runs._files(key).path / "order" / "process.json"
    file.write_text(f'{{"pid": {os.getpid()}, "began": 1.0}}')
    assert runs.run(key).state is RunState.TRAINED


@pytest.mark.parametrize(
    ("what", "reason", "words"),
    [
        ("fail", "disk", "the disk is full"),
        ("refuse", "data", "has one class"),
        ("crash", "bug", "the trainer crashed"),
    ],
)
def test_what_went_wrong_is_told(runs: TrainingRuns, what: str, reason: str, words: str) -> None:
    key = begun(runs, what)
    error = until(runs, key, RunState.FAILED, RunState.INTERRUPTED).error
    assert error is not None
    assert error.reason == reason
    assert words in str(error)
    assert runs.run(key).can_go_on


def test_a_full_disk_is_told_and_leaves_no_run(tmp_path: Path) -> None:
    (tmp_path / "training").write_text("a file where the folder should be")
    with pytest.raises(TrainingError) as told:
        TrainingRuns(tmp_path / "training", Trainer(COMMAND)).create(order("end"))
    assert told.value.reason == TrainingReason.DISK


def test_an_adaptation_is_begun_and_gone_on_with_to_its_comparison(runs: TrainingRuns, tmp_path: Path) -> None:
    given = order("lose")
    key = runs.create(replace(given, bundle=Path("/models/x-1.0"), adapts=True, original=Path("/originals")))
    runs.begin_next()
    run = until(runs, key, RunState.TRAINED)
    words = json.loads((run.folder / "words.json").read_text())
    assert words[:3] == ["adapt", "/models/x-1.0", "--recipe"]
    assert words[words.index("--original") + 1] == "/originals"
    assert "--original-split" not in words
    assert "--bundle" not in words
    assert run.lacks_comparison
    assert run.can_go_on
    with pytest.raises(TrainingError, match="cannot be read"):
        runs.adaptation(key)
    runs.go_on(key)
    runs.begin_next()
    while not (again := runs.run(key)).compared or again.is_on:
        time.sleep(0.02)
    assert not again.can_go_on
    with pytest.raises(TrainingError, match="cannot be read"):  # the stand-in compares nothing
        runs.adaptation(key)
    write_adaptation(run.folder)
    found = runs.adaptation(key)
    assert (found.bundle, found.images["replayed"]) == ("all-stage-1.0", 76)


def test_copies_of_signed_cases_go_with_the_last_run_that_learned_from_them(tmp_path: Path) -> None:
    folder = tmp_path / "training"
    copies, others = (folder / "images" / name for name in ("2026-11-21-100000", "2026-11-21-110000"))
    for one in (copies, others, own := tmp_path / "images" / copies.name):
        one.mkdir(parents=True)
        (one / "manifest.csv").write_text("path,class")
    runs = TrainingRuns(folder, Trainer(COMMAND))
    first, second, third, fourth = (
        runs.create(replace(order("end"), data=data)) for data in (copies, Path("/elsewhere"), others, own)
    )
    (folder / second / "order" / "order.json").unlink()  # begun on the command line
    (folder / second / "run.json").write_text(json.dumps({"data": str(copies)}))
    runs.remove(fourth)
    assert not runs.run(first).own_copies(runs.all())
    runs.remove(first)
    assert copies.is_dir(), "another run learned from them"
    assert runs.run(second).own_copies(runs.all())
    runs.remove(second)
    assert not copies.exists()
    assert others.is_dir()
    assert own.is_dir(), "images of the user's own"
    runs.remove(third)
    assert not others.exists()
    assert not runs.all()


def test_damaged_files_of_a_run_are_no_reason_not_to_list_it(runs: TrainingRuns, tmp_path: Path) -> None:
    key = begun(runs, "end")
    folder = until(runs, key, RunState.TRAINED).folder
    (folder / "order" / "order.json").write_text("[")
    with (folder / "events.jsonl").open("a") as stream:
        stream.write('{"event": "epoch"}\n[1]\nnot json\n{"event": "published", "bundle": "x-1.0"}\n{"event": "fai')
    run = TrainingRuns(tmp_path / "training", Trainer(COMMAND)).run(key)
    assert run.title == key
    assert run.state is RunState.PUBLISHED
