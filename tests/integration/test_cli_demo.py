"""`leukdesk demo` and the way to the window."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest

from leukdesk.cli.main import main
from tests.command_line import in_own_process, in_process

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")


class Window:
    """Stands for the window: remembers what it was opened on."""

    def __init__(self) -> None:
        self.opened: list[tuple[list[Path], bool]] = []

    def __call__(
        self, paths: list[Path], *, sample: bool = False, theme: str = "", widgets: bool = False, alone: bool = False
    ) -> int:
        self.opened.append((paths, sample))
        return 0


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@LINUX
def test_without_a_display_the_sample_case_becomes_files(
    no_display: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    no_display.chdir(tmp_path)
    answer = in_process(capsys, "demo")
    assert answer.status == 0, answer.err
    with (tmp_path / "output" / "demo" / "results.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    heatmaps = sorted(path.name for path in (tmp_path / "output" / "demo" / "heatmaps").iterdir())
    assert heatmaps == sorted(f"{Path(row['path']).stem}.{row['label']}.png" for row in rows)
    assert "output/demo/results.csv" in answer.err
    table = answer.out.splitlines()[2:]
    assert len(table) == len(rows) >= 5
    for words in ("accepted, right", "WRONG", "unidentified", "rejected"):
        assert any(words in line for line in table), f"the sample case shows no {words}"


def test_headless_on_request(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISPLAY", ":7")
    answer = in_process(capsys, "demo", "--headless", "--to", tmp_path / "here")
    assert answer.status == 0
    assert (tmp_path / "here" / "results.csv").is_file()


@LINUX
def test_with_a_display_the_window_opens_on_the_sample_case(no_display: pytest.MonkeyPatch) -> None:
    no_display.setenv("DISPLAY", ":7")
    window = Window()
    assert main(["demo"], window) == 0
    assert window.opened == [([], True)]


@LINUX
def test_a_platform_nobody_sees_is_no_display(
    no_display: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    no_display.setenv("DISPLAY", ":7")
    no_display.setenv("QT_QPA_PLATFORM", "offscreen")
    assert in_process(capsys, "demo", "--to", tmp_path).status == 0


def test_paths_open_the_window() -> None:
    window = Window()
    assert main(["--", "-odd name.png", "folder"], window) == 0
    assert window.opened == [([Path("-odd name.png"), Path("folder")], False)]


@LINUX
@pytest.mark.parametrize("arguments", [[], ["smear.png"]])
def test_a_window_without_a_display_is_refused_in_words(no_display: pytest.MonkeyPatch, arguments: list[str]) -> None:
    answer = in_own_process(*arguments)
    assert answer.status == 2
    assert "no display" in answer.err


def test_damaged_resources_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEUKDESK_RESOURCES", str(tmp_path))
    answer = in_process(capsys, "demo", "--headless", "--to", tmp_path)
    assert answer.status == 2
    assert "sample case is missing" in answer.err
