"""The program itself, in a process of its own: from its start to the first finding, and out again in order."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leukdesk.app.trace import VARIABLE
from leukdesk.history.opening import open_history

ROOT = Path(__file__).resolve().parents[2]
SILENCE_S = 60
RUN = "import sys; from pathlib import Path; from leukdesk.app.main import run; sys.exit(run([Path(sys.argv[1])]))"


def told(pipe: Path) -> Iterator[str]:
    """Events until the finding is on screen, or until nothing more comes."""
    end = os.open(pipe, os.O_RDWR)
    try:
        while select.select([end], [], [], SILENCE_S)[0]:
            for line in os.read(end, 4096).decode().splitlines():
                yield (event := json.loads(line)["event"])
                if event == "prediction":
                    return
    finally:
        os.close(end)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_the_window_paints_predicts_and_ends_on_request(smear_folder: Path, tmp_path: Path) -> None:
    """The trace is a pipe, so that the test goes on exactly when the finding is on screen."""
    pipe = tmp_path / "trace"
    os.mkfifo(pipe)
    environment = os.environ | {VARIABLE: str(pipe), "LEUKDESK_DATA": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-X", "importtime", "-c", RUN, str(smear_folder / "field 1.png")]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        events = list(told(pipe))
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=60)
    assert process.returncode == 0
    assert events[0] == "painted"
    assert events[-1] == "prediction"
    assert "Traceback" not in log
    loaded = [line.split("|")[-1].strip() for line in log.splitlines() if line.startswith("import time:")]
    assert not {name for name in loaded if name.split(".")[0] in {"tensorflow", "keras", "torch"}}
    assert loaded.index("PySide6.QtWidgets") < loaded.index("numpy") < loaded.index("sqlalchemy")  # looking comes first
    history = open_history(tmp_path / "history")
    assert [one.path.name for one in history.findings.images(None)] == ["field 1.png"]  # kept before the window closed
    history.close()
