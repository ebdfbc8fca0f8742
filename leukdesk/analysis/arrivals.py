"""New images of a folder that another program writes into: each once it is completely written.

A file is complete when its size and time of change have stayed the same for some looks and it can be read whole. One
that cannot is waited for: a camera still writes it, or keeps it locked. After a while it is handed over all the same,
so that whoever reads it says why it cannot be read. A folder that is gone (a network share) is waited for too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from leukdesk.analysis.walk import natural_key
from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.domain.vocabulary import IMAGE_SUFFIXES

_STEADY_LOOKS = 2
_OLD_S = 10.0  # nobody writes a file that has not changed for so long
_PATIENCE_S = 60.0  # since a file that cannot be read whole changed last
# What may pass by itself, when a file is still being written or is locked.
_PASSING = frozenset(
    {ImageReason.TRUNCATED, ImageReason.EMPTY, ImageReason.PERMISSION, ImageReason.UNREADABLE, ImageReason.VANISHED}
)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found."""

    complete: tuple[Path, ...] = ()  # to be read now, in natural order
    waited_for: tuple[Path, ...] = ()  # there, but not complete yet
    there: bool = True  # whether the folder itself is


@dataclass(slots=True)
class _File:
    sign: tuple[int, int]  # size in bytes, time of change in ns
    since: float  # when it was first seen so, in seconds of a steady clock
    looks: int = 0
    handed_over: bool = False


@dataclass
class Arrivals:
    """Looks into one folder again and again; what it has handed over it hands over again only when it changed."""

    folder: Path
    recursive: bool
    check: Callable[[Path], object]  # reads an image whole; raises `ImageError`
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    known: frozenset[Path] = frozenset()  # were handed over by another watch before: only once they change
    _files: dict[Path, _File] = field(default_factory=dict)

    def look(self) -> Look:
        """Look once. Raises nothing for what is on the disk."""
        try:
            found = dict(self._list(self.folder))
        except OSError:
            return Look((), tuple(self._unfinished()), there=False)
        for path in self._files.keys() - found.keys():
            del self._files[path]
        complete = [path for path in sorted(found, key=_order) if self._is_complete(path, found[path])]
        for path in complete:
            self._files[path].handed_over = True
        return Look(tuple(complete), tuple(self._unfinished()))

    def _unfinished(self) -> list[Path]:
        return sorted((path for path, one in self._files.items() if not one.handed_over), key=_order)

    def _list(self, folder: Path) -> list[tuple[Path, tuple[int, int]]]:
        found: list[tuple[Path, tuple[int, int]]] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                try:
                    if self.recursive and entry.is_dir(follow_symlinks=False):
                        found += self._list(Path(entry.path))
                    elif Path(entry.name).suffix.lower() in IMAGE_SUFFIXES:
                        status = entry.stat()
                        found.append((Path(entry.path), (status.st_size, status.st_mtime_ns)))
                except OSError:  # gone between two questions, or a folder that may not be read
                    continue
        return found

    def _is_complete(self, path: Path, sign: tuple[int, int]) -> bool:
        file = self._files.get(path)
        if file is None or file.sign != sign:
            before = file is None and path in self.known
            file = self._files[path] = _File(sign, self.clock(), handed_over=before)
        if file.handed_over:
            return False
        file.looks += 1
        old = self.now() - sign[1] / 1e9 > _OLD_S
        if not (old and file.looks == 1 and sign[0]) and file.looks <= _STEADY_LOOKS:
            return False
        return self._reads(path) or self.clock() - file.since > _PATIENCE_S

    def _reads(self, path: Path) -> bool:
        try:
            self.check(path)
        except ImageError as error:
            return error.reason not in _PASSING
        return True


def _order(path: Path) -> tuple[list[tuple[int, int, str]], str]:
    return natural_key(path.name), str(path)
