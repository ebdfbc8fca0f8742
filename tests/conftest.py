"""What every test shares: where the repository and the real images are, a user's folder of its own, Qt on or off."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# CI draws the same examples each time, so that a change is judged by what it changed; elsewhere they are drawn anew.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    settings.load_profile("ci")

REPOSITORY = Path(__file__).resolve().parent.parent
REAL_DATA = REPOSITORY.parent / "shared" / "data"
QT_BLOCKED = os.environ.get("LEUKDESK_BLOCK_QT") == "1"

if QT_BLOCKED:
    # `make test-core`: packages that refuse to be imported stand before the real ones, in this process and in those it
    # starts, so that nothing below the window can lean on Qt unnoticed.
    _refusing = str(REPOSITORY / "tests" / "without_qt")
    sys.path.insert(0, _refusing)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [_refusing, os.environ.get("PYTHONPATH")]))
    collect_ignore = ["gui", "unit/app"]
elif sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Accept pytest-qt's settings where `make test-core` leaves that plugin out."""
    if QT_BLOCKED:
        parser.addini("qt_api", "read by pytest-qt, which is left out")
        parser.addini("qt_log_level_fail", "read by pytest-qt, which is left out")
        parser.addini("qt_log_ignore", "read by pytest-qt, which is left out", type="linelist")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs real images where they are absent: they may not be copied into the repository."""
    if REAL_DATA.is_dir():
        return
    absent = pytest.mark.skip(reason="no real images: they are expected in ../shared/data, beside the checkout")
    for item in items:
        if item.get_closest_marker("real_data"):
            item.add_marker(absent)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real images; only for tests marked `real_data`, which skip where it is absent."""
    return REAL_DATA


@pytest.fixture(autouse=True)
def user_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for everything leukdesk keeps about its user, so that no test reads or writes the developer's own."""
    folder = tmp_path_factory.mktemp("user")
    monkeypatch.setenv("LEUKDESK_DATA", str(folder))
    return folder
