"""`leukdesk models`: listed, shown, verified, and refused with the reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bundle_factory import forge, make_bundle
from tests.command_line import in_process

SHIPPED = Path(__file__).resolve().parents[2] / "models"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of bundles of its own: the demonstration, two versions of a toy, and one damaged."""
    folder = tmp_path / "models"
    (demo,) = SHIPPED.glob("phantom-demo-*")
    shutil.copytree(demo, folder / demo.name)
    make_bundle(folder, version="1.0", synthetic=False)
    make_bundle(folder, version="1.10", synthetic=False)
    damaged = make_bundle(folder, name="broken")
    (damaged / "LICENSE").write_text("something else")
    monkeypatch.setenv("LEUKDESK_MODELS", str(folder))
    return folder


def test_list_marks_the_active_one_and_names_the_refused(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = in_process(capsys, "models", "list")
    assert answer.status == 3
    lines = [line.split() for line in answer.out.splitlines()]
    assert ["toy", "1.0", "field", "Benign,", "Early,", "Pre"] in [line[:6] for line in lines]
    assert [line[1:3] for line in lines if line[0] == "*"] == [["toy", "1.10"]]
    assert [line[0:2] for line in lines if line[0] == "refused"] == [["refused", "broken-1.0:"]]
    assert "wrong_hash" in answer.out


def test_the_model_set_as_active_is_marked(models: Path, user_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(models / "broken-1.0")
    (user_folder / "config").mkdir()
    (user_folder / "config" / "settings.json").write_text('{"active_model": "toy-1.0"}')
    answer = in_process(capsys, "models", "list")
    assert answer.status == 0
    assert [line.split()[1:3] for line in answer.out.splitlines() if line.startswith("*")] == [["toy", "1.0"]]


def test_show_prints_the_card(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = in_process(capsys, "models", "show", "toy")
    assert answer.status == 0
    for words in ("toy 1.10", "Tests of leukdesk.", "Knows nothing of blood.", "Early: Early pre-B.", "0.9000 (0.8000"):
        assert words in answer.out


def test_verify_checks_files_and_answers(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The toys have the right hashes, but noise for a network: only running them tells."""
    answer = in_process(capsys, "models", "verify")
    assert answer.status == 3
    words = {line.split()[1]: line for line in answer.out.splitlines()}
    assert len(words) == 4
    assert "LICENSE was changed" in words["broken-1.0:"]
    assert all(words[name].startswith("refused") for name in ("broken-1.0:", "toy-1.0:", "toy-1.10:"))
    (demo,) = [line for line in words.values() if "phantom-demo" in line]
    assert demo.startswith("ok")
    assert "files as sealed; 4 golden samples" in demo


def test_a_model_that_answers_otherwise_is_broken(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (demo,) = models.glob("phantom-demo-*")
    forge(demo, temperature=9.0)
    answer = in_process(capsys, "models", "verify", "phantom-demo")
    assert answer.status == 3
    assert answer.out.startswith("broken")


@pytest.mark.parametrize(("name", "status"), [("phantom-demo", 0), ("toy-1.10", 3), ("broken", 3), ("none", 2)])
def test_verify_one(models: Path, capsys: pytest.CaptureFixture[str], name: str, status: int) -> None:
    answer = in_process(capsys, "models", "verify", name)
    assert answer.status == status
    assert name in answer.out + answer.err
    assert len(answer.out.splitlines()) == (status != 2)


def test_without_models_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEUKDESK_MODELS", str(tmp_path))
    for action in ("list", "verify"):
        answer = in_process(capsys, "models", action)
        assert (answer.status, answer.out) == (3, "")
        assert "No model is installed" in answer.err
    assert in_process(capsys, "models", "show").status == 2


def test_the_shipped_models_are_as_sealed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEUKDESK_MODELS", raising=False)
    answer = in_process(capsys, "models", "verify")
    assert answer.status == 0, answer.out
    assert any(line.startswith("ok") and "phantom-demo" in line for line in answer.out.splitlines())


def test_an_action_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert in_process(capsys, "models").status == 2
