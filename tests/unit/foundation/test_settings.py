"""Settings as validated data: defaults, round trips, and refusals that name the setting."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk import settings
from leukdesk.domain.errors import OutputError, SettingsError
from leukdesk.settings import Settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def write(file: Path, content: Any) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def test_without_a_file_the_defaults_hold(file: Path) -> None:
    assert settings.load(file) == Settings()


def test_what_was_saved_is_loaded(file: Path) -> None:
    chosen = Settings(limit_px=1_000_000, engine="litert", active_model="wbc-type", theme="dark", threads=3)
    settings.save(file, chosen)
    assert settings.load(file) == chosen


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("engine", "cuda", "auto, litert, tensorflow"),
        ("engine", ["auto"], "auto, litert, tensorflow"),
        ("theme", "pink", "system, light, dark"),
        ("limit_px", 12, "from 1000"),
        ("limit_px", "64000000", "a whole number"),
        ("limit_px", True, "a whole number"),
        ("threads", -1, "from 0 to 256"),
        ("threads", 1.5, "a whole number"),
        ("active_model", 7, "a model's name"),
        ("signatures", 3, "from 1 to 2"),
        ("blind_review", "yes", "true or false"),
        ("keep_copies", 1, "true or false"),
        ("version", 0, "a whole number"),
        ("version", "1", "a whole number"),
    ],
)
def test_a_wrong_value_is_refused_by_name(file: Path, name: str, value: Any, allowed: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings.load(write(file, {name: value}))
    assert name in str(refused.value)
    assert allowed in str(refused.value)


@pytest.mark.parametrize("content", ["", "{", "[]", '"auto"', "[" * 100_000, "\x00"])
def test_a_damaged_file_is_refused_with_the_file_as_subject(file: Path, content: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings.load(write(file, content))
    assert refused.value.subject == str(file)


@pytest.mark.parametrize("content", ["", "{", "[]", "\x00", "[" * 100_000])
def test_a_damaged_file_is_set_aside_and_the_window_starts(file: Path, content: str) -> None:
    chosen, problem = settings.load_or_mend(write(file, content))
    assert chosen == Settings()
    assert problem is not None
    assert "settings.damaged.json" in problem.advice
    assert not file.exists()
    assert file.with_suffix(".damaged.json").read_text(encoding="utf-8") == content
    assert settings.load_or_mend(file) == (Settings(), None)


def test_one_wrong_value_costs_only_itself(file: Path) -> None:
    content = {"theme": "dark", "threads": -3, "text_size": 150, "keys": {"heatmap": ["J"]}, "language": "klingon"}
    chosen, problem = settings.load_or_mend(write(file, content))
    assert chosen == Settings(theme="dark", text_size=150, keys={"heatmap": ("J",)})
    assert problem is not None


def test_sound_settings_are_left_where_they_are(file: Path) -> None:
    assert settings.load_or_mend(write(file, {"theme": "dark"})) == (Settings(theme="dark"), None)
    assert file.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "Deutsch"),
        ("language", 7),
        ("welcomed", 1),
        ("keys", ["J"]),
        ("keys", {"a": "J"}),
        ("keys", {"a": [1]}),
    ],
)
def test_languages_keys_and_the_welcome_are_checked(file: Path, name: str, value: Any) -> None:
    with pytest.raises(SettingsError, match=name):
        settings.load(write(file, {name: value}))


def test_a_file_that_is_not_text_is_refused(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError):
        settings.load(file)


def test_what_a_newer_version_wrote_survives_loading_and_saving(file: Path) -> None:
    newer = {"version": 9, "engine": "litert", "calibration": {"100x": 0.064}}
    settings.save(file, settings.load(write(file, newer)))
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert {key: kept[key] for key in newer} == newer


def test_each_migration_step_runs_once_from_the_stated_version(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def second(data: dict[str, Any]) -> dict[str, Any]:
        return data | {"threads": data.pop("cores")}

    def third(data: dict[str, Any]) -> dict[str, Any]:
        return data | {"threads": data["threads"] + 1}

    monkeypatch.setattr(settings, "_MIGRATIONS", (second, third))
    monkeypatch.setattr(settings, "VERSION", 3)
    assert settings.load(write(file, {"version": 1, "cores": 4})).threads == 5
    assert settings.load(write(file, {"version": 2, "threads": 4})).threads == 5
    assert settings.load(write(file, {"version": 3, "threads": 4})).threads == 4


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(OutputError):
        settings.save(tmp_path / "config" / "settings.json", Settings())


names = st.text(min_size=1, max_size=10).filter(lambda name: name not in Settings.__dataclass_fields__)


@given(st.dictionaries(names, st.none() | st.integers() | st.text() | st.lists(st.booleans()), max_size=4))
def test_unknown_keys_never_change_the_known_ones(
    tmp_path_factory: pytest.TempPathFactory, extra: dict[str, Any]
) -> None:
    extra.pop("version", None)
    file = tmp_path_factory.mktemp("settings") / "settings.json"
    loaded = settings.load(write(file, extra | {"theme": "light"}))
    assert loaded == Settings(theme="light", unknown=extra)
