"""`leukdesk doctor --self-test`: works through a short case, says what fails, and files a text that shows edits."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from leukdesk.cli import installed_files, self_test
from leukdesk.cli.checks import State
from leukdesk.cli.qualification import is_unchanged
from tests.command_line import in_process

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _one_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (demo,) = (ROOT / "models").glob("phantom-demo-*")
    shutil.copytree(demo, tmp_path / "models" / demo.name)
    monkeypatch.setenv("LEUKDESK_MODELS", str(tmp_path / "models"))


def test_a_sound_installation_passes_and_files_it(
    tmp_path: Path, user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = in_process(capsys, "doctor", "--self-test", "--engine", "litert", "--to", tmp_path / "filed")
    assert answer.status == 0, answer.out
    (file,) = (tmp_path / "filed").glob("leukdesk-self-test-*.txt")
    text = file.read_text(encoding="utf-8")
    assert "Result:      PASSED" in text
    for step in ("search", "batch", "audit chain", "report", "backup and restore"):
        assert f"\nok      {step} " in text
    assert str(tmp_path) not in text
    assert is_unchanged(file)
    file.write_text(text.replace("ok ", "OK "), encoding="utf-8")
    assert not is_unchanged(file)
    assert not (user_folder / "history").exists()  # it worked in a place of its own


def test_another_answer_than_the_known_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "resources", tmp_path / "resources", ignore=shutil.ignore_patterns("backbones"))
    case = tmp_path / "resources" / "sample" / "case.json"
    told = json.loads(case.read_text(encoding="utf-8"))
    told["images"][0]["role"] = "rejected"
    case.write_text(json.dumps(told), encoding="utf-8")
    monkeypatch.setenv("LEUKDESK_RESOURCES", str(tmp_path / "resources"))
    answer = in_process(capsys, "doctor", "--self-test", "--to", tmp_path / "filed")
    assert answer.status == 3
    assert "BROKEN  batch" in answer.out
    (file,) = (tmp_path / "filed").iterdir()
    assert "Result:      FAILED, 1 broken" in file.read_text(encoding="utf-8")


def test_a_changed_file_of_a_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    package.mkdir()
    stamp = {"flavour": "viewer", "version": "1", "commit": "c0ffee", "date": "2026-01-01", "platform": "Linux"}
    (package / installed_files.STAMP).write_text(json.dumps(stamp))
    for name in ("whole.txt", "changed.txt"):
        (package / name).write_text("as packaged")
    wanted = hashlib.sha256(b"as packaged").hexdigest()
    (package / installed_files.LIST).write_text(f"{wanted}  whole.txt\n{wanted}  changed.txt\n")
    (package / "changed.txt").write_text("changed")
    monkeypatch.setattr("leukdesk.paths.shipped", lambda: package)
    stated, files = installed_files.installed_files()
    assert (stated.state, files.state) == (State.OK, State.BROKEN)
    assert "1 of 2 files changed or gone: changed.txt" in files.text


def test_each_step_stands_in_the_guide() -> None:
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    assert [name for name, _ in self_test.STEPS if name not in page] == []
