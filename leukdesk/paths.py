"""Where leukdesk finds what it ships and keeps what the user makes: the only place that knows.

Environment variables move everything: `LEUKDESK_MODELS` (one or more folders of bundles, separated as in PATH),
`LEUKDESK_RESOURCES` (one folder), `LEUKDESK_TRANSLATIONS` (one folder, to try a translation out) and `LEUKDESK_DATA`
(one folder for data, settings and cache together).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped() -> Path:
    """The folder that holds the shipped `models/` and `resources/`: frozen, installed from a wheel, or a checkout."""
    if getattr(sys, "frozen", False):
        return Path(getattr(sys, "_MEIPASS", Path(sys.executable).parent))
    installed = _PACKAGE / "_data"
    return installed if installed.is_dir() else _PACKAGE.parent


def models_roots() -> list[Path]:
    """Folders of bundles; of two bundles with one name and version the earlier folder's is used."""
    stated = os.environ.get("LEUKDESK_MODELS", "")
    if stated:
        return [Path(one) for one in stated.split(os.pathsep) if one]
    return [shipped() / "models", imported_models()]


def imported_models() -> Path:
    """Where bundles are imported to. Not created here."""
    return user_data() / "models"


def resources() -> Path:
    """Icons, the sample case and the list of openly licensed fields."""
    stated = os.environ.get("LEUKDESK_RESOURCES", "")
    return Path(stated) if stated else shipped() / "resources"


def translations() -> Path:
    """Compiled translations of the window, `leukdesk_<language>.qm`."""
    stated = os.environ.get("LEUKDESK_TRANSLATIONS", "")
    return Path(stated) if stated else resources() / "translations"


def guide() -> Path:
    """The user guide: Markdown pages and their pictures."""
    installed = shipped() / "guide"
    return installed if installed.is_dir() else shipped() / "docs" / "guide"


def user_data() -> Path:
    """What the user would miss: imported bundles, logs, later the history. Not created here."""
    return _of_user("", "user_data_path")


def user_config() -> Path:
    """Settings. Not created here."""
    return _of_user("config", "user_config_path")


def cache() -> Path:
    """What can be made again: thumbnails, fetched images. Not created here."""
    return _of_user("cache", "user_cache_path")


def settings_file() -> Path:
    """The user's settings."""
    return user_config() / "settings.json"


def history_folder() -> Path:
    """The case history with its head file and backups; only its owner may read it. Not created here."""
    return user_data() / "history"


def training_folder() -> Path:
    """Training runs, a folder each. Not created here."""
    return user_data() / "training"


def watch_folder() -> Path:
    """The control set and its runs. Not created here."""
    return user_data() / "watch"


def workspace_file() -> Path:
    """What was open, and how the window stood."""
    return user_data() / "workspace.json"


def window_file() -> Path:
    """Where the window that is open can be reached."""
    return user_data() / "window.json"


def log_folder() -> Path:
    """The rotating log."""
    return user_data() / "logs"


def _of_user(below: str, platform_name: str) -> Path:
    stated = os.environ.get("LEUKDESK_DATA", "")
    if stated:
        return Path(stated) / below
    import platformdirs  # here, because `--version` and a stated folder need none of it

    return Path(getattr(platformdirs, platform_name)("leukdesk", appauthor=False))
