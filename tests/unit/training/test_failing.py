"""Every command that fails ends with the event `failed`: on standard output, and in the run's folder if it has one."""

from __future__ import annotations

import argparse
import errno
import json
from pathlib import Path

import numpy as np
import pytest

from leukdesk.domain.errors import DataError, OutputError
from training.__main__ import main
from training.failing import failure_of, tell_failure
from training.run import begin_run


def test_a_command_that_is_refused_says_why_for_programs_too(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "order").mkdir()
    assert main(["resume", str(tmp_path)]) == 2
    said = json.loads(capsys.readouterr().out)
    assert (said["event"], said["reason"], said["subject"]) == ("failed", "data", str(tmp_path))
    assert json.loads((tmp_path / "events.jsonl").read_text()) == said


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DataError("has one class"), "data"),
        (OutputError("could not be written"), "disk"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk"),
        (FileNotFoundError(errno.ENOENT, "No such file", "a.png"), "data"),
        (MemoryError(), "memory"),
        (np._core._exceptions._ArrayMemoryError((1,), np.dtype("u1")), "memory"),
        (IndexError("oh"), "bug"),
    ],
)
def test_each_cause_has_its_reason_and_says_what_to_do(error: Exception, reason: str) -> None:
    failure = failure_of(error)
    assert failure["reason"] == reason
    assert failure["what"]


def test_a_bug_is_told_and_still_ends_with_its_trace(monkeypatch: pytest.MonkeyPatch, tmp_path, capsys) -> None:
    monkeypatch.setattr("training.command.add_parsers", _with_a_bug)
    with pytest.raises(ZeroDivisionError):
        main(["break", str(tmp_path)])
    assert json.loads(capsys.readouterr().out)["reason"] == "bug"


def test_what_cannot_be_written_leaves_the_error_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "order").mkdir()
    (tmp_path / "events.jsonl").mkdir()
    tell_failure(DataError("has one class"), argparse.Namespace(run=tmp_path))
    assert "has one class" in capsys.readouterr().out


def test_a_folder_with_an_order_becomes_a_run_and_one_with_a_run_does_not(tmp_path: Path) -> None:
    from tests import toy_runs

    data, out = toy_runs.write_images(tmp_path / "images"), tmp_path / "run"
    (out / "order").mkdir(parents=True)
    begin_run(out, toy_runs.write_recipe(tmp_path), data)
    with pytest.raises(DataError, match="there is a run already"):
        begin_run(out, toy_runs.write_recipe(tmp_path), data)


def _with_a_bug(subparsers: argparse._SubParsersAction) -> None:
    breaking = subparsers.add_parser("break")
    breaking.add_argument("run", type=Path)
    breaking.set_defaults(func=lambda _arguments: 1 // 0)
