"""A second start of the program: what it was given opens in the window that is there, and there is no second window."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tempfile
from multiprocessing.connection import Client, Listener
from pathlib import Path

import pytest
from window_desk import Desk

from leukdesk import paths
from leukdesk.app.workers import hand_over as module
from leukdesk.app.workers.hand_over import hand_over

SECOND = "import sys; from pathlib import Path; from leukdesk.app.main import run; sys.exit(run([Path(sys.argv[1])]))"


@pytest.fixture
def listening(desk: Desk, smears: list[Path]) -> Desk:
    """A window with one image, which listens."""
    desk.start(smears[0])
    desk.until(paths.window_file().is_file)
    return desk


def test_a_file_from_the_file_manager_opens_in_the_window_that_is_there(listening: Desk, smears: list[Path]) -> None:
    command = [sys.executable, "-c", SECOND, smears[1].name]  # named from where the second one starts
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, cwd=smears[1].parent, env=environment) as second:
        listening.until(lambda: listening.model.path == smears[1])
        assert second.wait(timeout=60) == 0


def test_a_start_without_files_only_brings_the_window_to_the_front(listening: Desk, smears: list[Path]) -> None:
    listening.window.showMinimized()
    assert hand_over(paths.window_file(), [])
    listening.until(lambda: not listening.window.isMinimized())
    assert listening.model.path == smears[0]


def test_the_file_is_the_users_alone_and_gone_with_the_window(listening: Desk) -> None:
    file = paths.window_file()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    listening.session.close()
    assert not file.exists()
    assert not hand_over(file, [])


def test_who_does_not_know_the_key_opens_nothing(listening: Desk, smears: list[Path]) -> None:
    address = json.loads(paths.window_file().read_text())["address"]
    for said in (b"", b"[]", b"\xff", b'{"key": 1}', json.dumps({"key": "0" * 32, "paths": [str(smears[1])]}).encode()):
        with Client(address) as line:
            line.send_bytes(said)
            with pytest.raises(EOFError):
                line.recv_bytes()
    assert hand_over(paths.window_file(), [])  # it still listens
    assert listening.model.path == smears[0]


@pytest.mark.parametrize("content", ["", "[]", '{"address": 1, "key": ""}', '{"address": "/nowhere", "key": ""}'])
def test_what_a_torn_away_window_left_is_passed_over(content: str, tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    file.write_text(content)
    assert not hand_over(file, [])


def test_a_window_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ANSWER_S", 0.05)
    with tempfile.TemporaryDirectory() as short, Listener(str(Path(short) / "s"), "AF_UNIX") as hanging:
        file = tmp_path / "window.json"
        file.write_text(json.dumps({"address": hanging.address, "key": ""}))
        assert not hand_over(file, [])
