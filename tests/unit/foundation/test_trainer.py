"""The trainer from the window's side, with a small program in its place."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from leukdesk.domain.errors import Cancelled
from leukdesk.domain.training import Started, TrainingError, TrainingOrder, TrainingReason
from leukdesk.trainer import NICE, Trainer, environment, own_command

SAYS = """
import json, os, sys, time
what = sys.argv[1]
print(json.dumps({"event": "reading", "nice": os.nice(0)}), flush=True)
print("Keras says something", flush=True)
if what == "fail":
    failed = {"event": "failed", "reason": "disk", "what": "it is full", "subject": "x", "advice": "Free some."}
    print(json.dumps(failed), flush=True); sys.exit(2)
if what == "break":
    raise IndexError("oh")
if what == "die":
    os.kill(os.getpid(), 9)
if what == "wait":
    sys.stderr.write("a word\\n"); sys.stderr.flush(); time.sleep(30)
print(json.dumps({"event": "trained", "best_epoch": 3}))
"""


@pytest.fixture
def trainer(tmp_path: Path) -> Trainer:
    (tmp_path / "says.py").write_text(SAYS)
    return Trainer([sys.executable, str(tmp_path / "says.py")])


def test_a_command_is_heard_line_by_line_at_lower_priority(trainer: Trainer) -> None:
    heard: list[dict] = []
    last = trainer.run(["well"], told=heard.append, cancelled=lambda: False)
    assert [one["event"] for one in heard] == ["reading", "trained"]
    assert last == {"event": "trained", "best_epoch": 3}
    assert heard[0]["nice"] == min(19, os.nice(0) + NICE) or heard[0]["nice"] == NICE


@pytest.mark.parametrize(
    ("what", "reason", "words"),
    [("fail", "disk", "x: it is full. Free some."), ("break", TrainingReason.BUG, "IndexError: oh"),
     ("die", TrainingReason.KILLED, "signal 9")],
)  # fmt: skip
def test_a_failure_says_what_the_trainer_said(trainer: Trainer, what: str, reason: str, words: str) -> None:
    with pytest.raises(TrainingError) as told:
        trainer.run([what], told=lambda _: None, cancelled=lambda: False)
    assert told.value.reason == reason
    assert words in str(told.value)


def test_a_command_is_ended_when_nobody_wants_it(trainer: Trainer) -> None:
    heard: list[dict] = []
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        trainer.run(["wait"], told=heard.append, cancelled=lambda: bool(heard))
    assert time.monotonic() - begun < 10


def test_what_is_begun_has_a_session_of_its_own_and_is_known_by_number_and_start(
    trainer: Trainer, tmp_path: Path
) -> None:
    started = trainer.begin(["wait"], tmp_path / "order" / "trainer.log")
    another = Trainer(["another"])
    assert os.getsid(started.pid) == started.pid
    assert another.runs(started)
    assert not another.runs(Started(started.pid, started.began - 100)), "another process of that number"
    os.kill(started.pid, signal.SIGKILL)
    while trainer.runs(started):
        time.sleep(0.01)
    assert not another.runs(started)
    assert trainer.status(started.pid) == -signal.SIGKILL
    assert another.status(started.pid) is None


def test_without_a_trainer_leukdesk_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "leukdesk"))
    assert own_command() == []
    with pytest.raises(TrainingError, match="without the part that trains"):
        Trainer().run(["recipes"], told=print, cancelled=lambda: False)
    (tmp_path / "leukdesk-train").touch()
    assert own_command() == [str(tmp_path / "leukdesk-train")]


def test_one_core_is_left_to_the_window() -> None:
    assert environment(8)["TF_NUM_INTRAOP_THREADS"] == "7"
    assert environment(1)["TF_NUM_INTRAOP_THREADS"] == "1"


def test_an_order_comes_back_from_a_file_as_it_went() -> None:
    order = TrainingOrder("Stain B", "name = 'toy'", Path("/data/b"), "class", "patient", bundle=Path("/m/all-1.0"))
    assert TrainingOrder.from_mapping(order.as_mapping()) == order
