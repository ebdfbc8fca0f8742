"""The program as a process: statuses, its log, and how it ends when things go wrong."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from leukdesk import __version__
from tests.command_line import ROOT, command, in_own_process

SAMPLE = ROOT / "resources" / "sample"


def log_of(user_folder: Path) -> str:
    return (user_folder / "logs" / "leukdesk.log").read_text(encoding="utf-8")


def test_version_and_help() -> None:
    assert in_own_process("--version").out == f"leukdesk {__version__}\n"
    answer = in_own_process("--help")
    assert answer.status == 0
    for name in ("classify", "models", "demo", "fetch-samples", "doctor", "For Research Use Only"):
        assert name in answer.out


@pytest.mark.parametrize("arguments", [["--nonsense"], ["classify"], ["models", "eat"], ["doctor", "--engine", "x"]])
def test_wrong_words_are_a_matter_of_usage(arguments: list[str]) -> None:
    answer = in_own_process(*arguments)
    assert answer.status == 2
    assert "usage: leukdesk" in answer.err


def test_the_log_says_what_happened_and_nothing_of_whom(tmp_path: Path, user_folder: Path) -> None:
    folder = tmp_path / "Anna Schmidt"
    folder.mkdir()
    (folder / "Anna 1.png").write_bytes((SAMPLE / "phantom-01.png").read_bytes())
    assert in_own_process("classify", folder, "--model", "phantom-demo", "--out", folder / "r.csv").status == 0
    assert in_own_process("classify", folder, "--model", "no-such").status == 2
    log = log_of(user_folder)
    assert "classify ended with 0" in log
    assert "BundleError: not_found" in log
    assert "Anna" not in log
    assert str(tmp_path) not in log


def test_a_bug_shows_its_traceback_and_is_logged(tmp_path: Path, user_folder: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import leukdesk.cli.doctor as room\n"
        "def broken(*_):\n"
        "    raise ZeroDivisionError('Anna Schmidt')\n"
        "room.checks = broken\n"
    )
    answer = in_own_process("doctor", PYTHONPATH=os.pathsep.join([str(tmp_path), str(ROOT)]))
    assert answer.status == 1
    assert "ZeroDivisionError: Anna Schmidt" in answer.err
    assert "ZeroDivisionError" in log_of(user_folder)
    assert "leukdesk/cli/doctor.py" in log_of(user_folder)
    assert "Anna" not in log_of(user_folder)


@pytest.mark.skipif(os.name == "nt", reason="needs pipes as POSIX has them")
def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    images = [SAMPLE / f"phantom-0{number}.png" for number in (1, 2, 3)]
    with subprocess.Popen(
        command("classify", *images, "--model", "phantom-demo"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        said = running.stderr.read()
    assert running.returncode == 0
    assert "Traceback" not in said
    assert "BrokenPipe" not in said


def test_without_the_users_folder_it_still_works(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert in_own_process("models", "verify", LEUKDESK_DATA=str(tmp_path / "file" / "below")).status == 0
