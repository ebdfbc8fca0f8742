"""What was built: version, commit and date, alike for every build of the same commit.

Run: `python packaging/product/stamp.py` prints the version.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def version() -> str:
    """The version as the source states it."""
    text = (ROOT / "leukdesk" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise SystemExit("leukdesk/__init__.py states no version")
    return found.group(1)


def epoch() -> int:
    """Seconds since 1970 that every date in a package shows: SOURCE_DATE_EPOCH, else when the commit was made."""
    stated = os.environ.get("SOURCE_DATE_EPOCH", "")
    return int(stated or _git("log", "-1", "--format=%ct") or 0)


def stamp(flavour: str) -> dict[str, str]:
    """What `build.json` says."""
    commit = _git("rev-parse", "HEAD")
    changed = bool(_git("status", "--porcelain", "--untracked-files=no"))
    return {
        "version": version(),
        "flavour": flavour,
        "commit": f"{commit}+changes" if changed else commit or "unknown",
        "date": datetime.fromtimestamp(epoch(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
    }


def write(folder: Path, flavour: str) -> Path:
    """Write `build.json` into `folder`."""
    file = folder / "build.json"
    file.write_text(json.dumps(stamp(flavour), indent=1) + "\n", encoding="utf-8")
    return file


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):  # not a checkout
        return ""
    return done.stdout.strip()


if __name__ == "__main__":
    sys.stdout.write(f"{version()}\n")
