"""The workbench joins the rooms: which bundle is active, and what a saved setting changes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from leukdesk import paths, settings
from leukdesk.bootstrap import FLAGSHIP, Workbench, usable_cores
from leukdesk.domain.errors import BundleError, BundleReason, SettingsError
from leukdesk.settings import Settings
from tests.bundle_factory import make_bundle


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("LEUKDESK_MODELS", str(folder))
    return folder


def test_the_flagship_is_active_until_another_is_set(models: Path) -> None:
    for name in ("another", FLAGSHIP):
        make_bundle(models, name=name, synthetic=False)
    assert Workbench(Settings()).active() == f"{FLAGSHIP}-1.0"
    assert Workbench(Settings(active_model="another")).active() == "another-1.0"
    assert Workbench(Settings(active_model="another-1.0")).load().card.name == "another"


def test_without_the_flagship_a_model_of_real_smears_comes_first(models: Path) -> None:
    make_bundle(models, name="a-demo", synthetic=True)
    assert Workbench(Settings()).active() == "a-demo-1.0"
    make_bundle(models, name="b-real", synthetic=False)
    assert Workbench(Settings()).active() == "b-real-1.0"


def test_the_newest_version_is_active(models: Path) -> None:
    for version in ("1.9", "1.10"):
        make_bundle(models, name=FLAGSHIP, version=version)
    assert Workbench(Settings()).active() == f"{FLAGSHIP}-1.10"


def test_a_damaged_flagship_is_never_replaced_in_silence(models: Path) -> None:
    make_bundle(models, name="another", synthetic=False)
    flagship = make_bundle(models, name=FLAGSHIP)
    (flagship / "bundle.json").write_text("{}")
    with pytest.raises(BundleError) as refused:
        Workbench(Settings()).load()
    assert refused.value.reason == BundleReason.BAD_MANIFEST


@pytest.mark.parametrize("active", ["", "gone"])
def test_without_a_usable_model_it_says_so(models: Path, active: str) -> None:
    damaged = make_bundle(models, name="another")
    (damaged / "surplus.txt").write_text("x")
    with pytest.raises(BundleError) as refused:
        Workbench(Settings(active_model=active)).open()
    assert refused.value.reason == BundleReason.NOT_FOUND


def test_it_uses_the_saved_settings_and_refuses_wrong_ones() -> None:
    settings.save(paths.settings_file(), Settings(threads=7))
    assert Workbench().threads == 7
    paths.settings_file().write_text('{"threads": "many"}')
    with pytest.raises(SettingsError):
        Workbench()


def test_all_usable_cores_work_unless_a_number_is_set() -> None:
    assert Workbench(Settings()).threads == usable_cores() >= 1


def test_importing_it_loads_nothing_heavy(repository: Path) -> None:
    script = (
        "import sys, leukdesk.bootstrap;"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'numpy', 'cv2', 'PIL', 'pydantic', 'pooch'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=repository, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"
