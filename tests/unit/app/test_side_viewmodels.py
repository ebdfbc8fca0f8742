"""Preferences, openly licensed fields, the start-up trace, and what view-models may import."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from fakes import FakeBench
from pytestqt.qtbot import QtBot
from window_fixtures import WAIT_MS

from leukdesk.app import trace
from leukdesk.app.viewmodels.open_fields import OpenFieldsViewModel
from leukdesk.app.viewmodels.preferences import Preferences
from leukdesk.app.workers.lanes import Lanes
from leukdesk.domain.errors import FetchError
from leukdesk.settings import Settings, load

ROOT = Path(__file__).resolve().parents[3]


def test_a_choice_is_kept_on_disk(lanes: Lanes, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    preferences = Preferences(Settings(), lambda: file, lanes.pictures)
    preferences.set_theme("dark")
    preferences.set_active_model("all-stage-1.0")
    qtbot.waitUntil(lambda: load(file).active_model == "all-stage-1.0", timeout=WAIT_MS)
    assert load(file).theme == "dark" == preferences.settings.theme


def test_the_rules_of_the_laboratory_outlive_a_reset(lanes: Lanes, tmp_path: Path) -> None:
    server = "postgresql+psycopg://server/leukdesk"
    rules = Settings(signatures=2, blind_review=True, history_url=server, theme="dark")
    preferences = Preferences(rules, lambda: tmp_path / "settings.json", lanes.pictures)
    preferences.set_keep_copies(True)
    preferences.reset()
    now = preferences.settings
    assert (now.signatures, now.blind_review, now.history_url, now.keep_copies) == (2, True, server, True)
    assert now.theme == "system"


def test_settings_that_cannot_be_written_are_told(lanes: Lanes, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    preferences = Preferences(Settings(), lambda: tmp_path / "file" / "settings.json", lanes.pictures)
    with qtbot.waitSignal(preferences.failed, timeout=WAIT_MS):
        preferences.set_theme("dark")
    assert preferences.settings.theme == "dark"


def test_what_can_be_fetched_is_said_before_and_handed_over_after(lanes: Lanes, qtbot: QtBot) -> None:
    bench = FakeBench()
    bench.fetched = [Path("field.jpg")]
    fields = OpenFieldsViewModel(lanes.network, lambda: bench)
    with qtbot.waitSignal(fields.changed, timeout=WAIT_MS):
        fields.look_up()
    assert fields.offer is not None
    assert fields.offer.licence == "CC0"
    with qtbot.waitSignal(fields.fetched, timeout=WAIT_MS) as fetched:
        fields.fetch()
        assert fields.running
    assert fetched.args == [[Path("field.jpg")]]
    assert not fields.running
    qtbot.waitUntil(lambda: fields.progress == (1, 1), timeout=WAIT_MS)


def test_without_a_network_it_says_so(lanes: Lanes, qtbot: QtBot) -> None:
    bench = FakeBench()
    bench.fetch_error = FetchError("there is no way to the server", reason="network")
    fields = OpenFieldsViewModel(lanes.network, lambda: bench)
    with qtbot.waitSignal(fields.failed, timeout=WAIT_MS) as failed:
        fields.fetch()
    assert failed.args == [bench.fetch_error]
    assert not fields.running


def test_fetching_can_be_stopped(lanes: Lanes, qtbot: QtBot) -> None:
    bench = FakeBench()
    fields = OpenFieldsViewModel(lanes.network, lambda: bench)
    came: list[object] = []
    fields.fetched.connect(came.append)
    fields.fetch()
    fields.cancel()
    assert not fields.running
    with qtbot.waitSignal(fields.changed, timeout=WAIT_MS):
        fields.look_up()  # on the same lane, so what was cancelled has had its turn
    assert came == []


def test_the_trace_tells_each_event_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "trace.jsonl"
    monkeypatch.setenv(trace.VARIABLE, str(file))
    told = trace.Trace()
    for event in ("painted", "painted", "prediction"):
        told.mark(event)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line["event"] for line in lines] == ["painted", "prediction"]
    assert lines[0]["ns"] <= lines[1]["ns"]


def test_no_trace_is_written_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(trace.VARIABLE, raising=False)
    assert not trace.Trace().waits_for("painted")


@cache
def _modules(folder: str) -> list[str]:
    paths = sorted((ROOT / "leukdesk" / "app" / folder).rglob("*.py"))
    return [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths if path.stem != "__init__"]


@pytest.mark.parametrize(("folder", "forbidden"), [("viewmodels", "QtWidgets"), ("workers", "QtWidgets")])
def test_view_models_and_workers_load_no_widgets(folder: str, forbidden: str) -> None:
    script = (
        "import importlib, sys\n"
        "for name in sys.argv[2:]: importlib.import_module(name)\n"
        "sys.exit(f'PySide6.{sys.argv[1]}' in sys.modules)\n"
    )
    arguments = [sys.executable, "-c", script, forbidden, *_modules(folder)]
    assert subprocess.run(arguments, cwd=ROOT, timeout=120, check=False).returncode == 0
