"""A place for images that exist only while they are looked at: out of an archive, or pasted.

It is the user's alone, and it is emptied: what is no longer open is removed with the next images, the rest when the
window closes, and what a crash left behind at the next start.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

_NAME = re.compile(r"(\d+)-[0-9a-f]{8}")  # process, and something to tell windows apart


class PrivateFolder:
    """Folders of this window below a root that windows share. Every method may be slow: call them on a lane."""

    def __init__(self, root: Callable[[], Path] | None = None) -> None:
        """`root`: where they are made; the system's own folder for such things without one."""
        self._root = root or (lambda: Path(tempfile.gettempdir()) / "leukdesk")
        self._own: Path | None = None

    def make(self) -> Path:
        """A new empty folder. Raises `OSError`."""
        if self._own is None:
            root = self._root()
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._own = root / f"{os.getpid()}-{secrets.token_hex(4)}"
            self._own.mkdir(mode=0o700)
        made = self._own / secrets.token_hex(4)
        made.mkdir(mode=0o700)
        return made

    def holds(self, path: Path) -> bool:
        """Whether a file is one of those that will go."""
        return self._own is not None and path.is_relative_to(self._own)

    def keep_only(self, paths: Iterable[Path]) -> None:
        """Remove every folder made so far that holds none of these."""
        if self._own is None:
            return
        parts = [path.relative_to(self._own).parts for path in paths if path.is_relative_to(self._own)]
        kept = {one[0] for one in parts if one}
        for folder in self._own.iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Remove all of them."""
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)
            self._own = None

    def sweep(self) -> None:
        """Remove what windows left that are no more."""
        import psutil

        try:
            names = [path.name for path in self._root().iterdir()]
        except OSError:
            return
        for name in names:
            owner = _NAME.fullmatch(name)
            if owner is not None and not psutil.pid_exists(int(owner.group(1))):
                shutil.rmtree(self._root() / name, ignore_errors=True)
