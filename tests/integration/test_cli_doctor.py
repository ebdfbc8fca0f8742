"""`leukdesk doctor`: says what is broken, and never whose computer it is."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest

from tests.bundle_factory import forge
from tests.command_line import Answer, in_own_process, in_process

SHIPPED = Path(__file__).resolve().parents[2] / "models"
PERSON = "hildegard"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the demonstration bundle only."""
    (demo,) = SHIPPED.glob("phantom-demo-*")
    shutil.copytree(demo, tmp_path / PERSON / "models" / demo.name)
    monkeypatch.setenv("LEUKDESK_MODELS", str(tmp_path / PERSON / "models"))
    return tmp_path / PERSON / "models"


def lines(answer: Answer, state: str) -> list[str]:
    return [line for line in answer.out.splitlines() if line.startswith(f"{state} ")]


def test_a_sound_installation_is_well(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = in_process(capsys, "doctor", "--engine", "litert")
    assert answer.status == 0, answer.out
    assert "All is well." in answer.out
    assert lines(answer, "BROKEN") == []
    (model,) = [line for line in lines(answer, "ok") if "model phantom-demo" in line]
    assert "golden samples on LiteRT CPU" in model
    for name in ("leukdesk", "system", "libraries", "LiteRT", "TensorFlow", "GPU", "disk", "sample case"):
        assert f" {name} " in answer.out


def test_a_changed_model_is_broken(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (demo,) = models.iterdir()
    (demo / "card.md").write_text("other")
    answer = in_process(capsys, "doctor")
    assert answer.status == 3
    assert any("wrong_hash" in line for line in lines(answer, "BROKEN"))


def test_a_model_with_other_answers_is_broken(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Right hashes, but the temperature is not the one the golden samples were made with."""
    (demo,) = models.iterdir()
    forge(demo, temperature=9.0)
    answer = in_process(capsys, "doctor", "--engine", "litert")
    assert answer.status == 3
    (line,) = lines(answer, "BROKEN")
    assert "largest difference" in line


def test_wrong_settings_are_broken_and_the_rest_is_checked(
    models: Path, user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (user_folder / "config").mkdir()
    (user_folder / "config" / "settings.json").write_text("{")
    answer = in_process(capsys, "doctor")
    assert answer.status == 3
    assert len(lines(answer, "BROKEN")) == 1
    assert "golden samples" in answer.out


def test_without_models_and_resources_both_are_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEUKDESK_MODELS", str(tmp_path))
    monkeypatch.setenv("LEUKDESK_RESOURCES", str(tmp_path))
    answer = in_process(capsys, "doctor")
    assert answer.status == 3
    assert len(lines(answer, "BROKEN")) == 2


def test_nobody_and_no_place_is_named(models: Path, tmp_path: Path) -> None:
    """With a telling name in every variable and path, and with everything broken that would print one."""
    home = tmp_path / PERSON
    kept = home / "kept"
    (kept / "config").mkdir(parents=True)
    (kept / "config" / "settings.json").write_text("[")
    (models / "damaged-1.0").mkdir()
    named = dict.fromkeys(("USER", "LOGNAME", "USERNAME"), PERSON)
    answer = in_own_process("doctor", HOME=str(home), LEUKDESK_DATA=str(kept), cwd=home, **named)
    assert answer.status == 3
    said = answer.out + answer.err
    assert len(lines(answer, "BROKEN")) == 2
    for telling in (PERSON, str(tmp_path), str(Path(__file__).parents[2]), socket.gethostname()):
        assert telling not in said
