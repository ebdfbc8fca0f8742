"""A new history, made once for all tests that drive the window: opening a copy takes a tenth of the time."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path


def lay_out(folder: Path) -> None:
    """Put a new, closed history into a folder, unless something is there."""
    if not folder.exists():
        shutil.copytree(_template(), folder)


@cache
def _template() -> Path:
    from leukdesk.history.opening import open_history

    made = Path(tempfile.mkdtemp(prefix="leukdesk-history-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    open_history(made / "history").close()
    return made / "history"
