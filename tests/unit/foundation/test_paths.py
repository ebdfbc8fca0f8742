"""Where things are: environment, frozen program, installed wheel, checkout."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from leukdesk import paths


@pytest.fixture(autouse=True)
def _nothing_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LEUKDESK_MODELS", "LEUKDESK_RESOURCES"):
        monkeypatch.delenv(name, raising=False)


def test_a_checkout_uses_the_folders_beside_the_package(repository: Path, user_folder: Path) -> None:
    assert paths.models_roots() == [repository / "models", user_folder / "models"]
    assert paths.resources() == repository / "resources"
    assert paths.resources().is_dir()


def test_a_frozen_program_uses_its_own_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user_folder: Path
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.models_roots() == [tmp_path / "models", user_folder / "models"]
    assert paths.resources() == tmp_path / "resources"


def test_an_installed_wheel_uses_the_data_inside_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "_data").mkdir()
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path)
    assert paths.shipped() == tmp_path / "_data"


def test_stated_folders_take_the_place_of_all_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stated = [tmp_path / "a", tmp_path / "b"]
    monkeypatch.setenv("LEUKDESK_MODELS", os.pathsep.join(map(str, stated)) + os.pathsep)
    monkeypatch.setenv("LEUKDESK_RESOURCES", str(tmp_path / "resources"))
    assert paths.models_roots() == stated
    assert paths.resources() == tmp_path / "resources"


def test_one_stated_folder_holds_all_of_the_user(user_folder: Path) -> None:
    places = [paths.user_data(), paths.user_config(), paths.cache(), paths.settings_file(), paths.log_folder()]
    assert all(place.is_relative_to(user_folder) for place in places)
    assert len(set(places)) == len(places)


def test_without_a_stated_folder_the_system_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LEUKDESK_DATA")
    for name in ("HOME", "USERPROFILE", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / name))
    places = [paths.user_data(), paths.user_config(), paths.cache()]
    assert all(place.is_relative_to(tmp_path) and "leukdesk" in place.name for place in places)


def test_asking_makes_no_folder(user_folder: Path) -> None:
    paths.models_roots(), paths.user_config(), paths.cache(), paths.log_folder()
    assert list(user_folder.iterdir()) == []
