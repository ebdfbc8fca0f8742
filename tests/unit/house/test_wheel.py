"""What `pip install leukdesk` puts on a machine without a checkout: models and resources come along and are found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def run(*arguments: str, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder a freshly built wheel was installed into (its dependencies are this environment's)."""
    folder = tmp_path_factory.mktemp("wheel")
    run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(ROOT), cwd=folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    target = folder / "site"
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index")
    run(*pip, "--target", str(target), str(wheel), cwd=folder)
    return target


def ask(installed: Path, expression: str) -> object:
    script = f"import json, leukdesk, leukdesk.paths as paths; print(json.dumps({expression}))"
    return json.loads(run("-c", script, cwd=installed.parent, PYTHONPATH=str(installed)))


@pytest.mark.slow
def test_the_wheel_is_used_and_not_the_checkout(installed: Path) -> None:
    assert Path(str(ask(installed, "leukdesk.__file__"))).is_relative_to(installed)


@pytest.mark.slow
def test_models_and_resources_are_found_in_the_wheel(installed: Path) -> None:
    models = Path(str(ask(installed, "str(paths.models_roots()[0])")))
    resources = Path(str(ask(installed, "str(paths.resources())")))
    assert models.is_relative_to(installed)
    assert resources.is_relative_to(installed)
    guide = Path(str(ask(installed, "str(paths.guide())")))
    for here, there in ((ROOT / "models", models), (ROOT / "resources", resources), (ROOT / "docs" / "guide", guide)):
        assert files_below(there) == files_below(here)


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_the_wheel_carries_its_licence_and_nothing_of_the_tests(installed: Path) -> None:
    assert list(installed.glob("leukdesk-*.dist-info/licenses/LICENSE"))
    assert not (installed / "tests").exists()
