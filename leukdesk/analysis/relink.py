"""What became of files that were open: which came, which are gone, and where those are now."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leukdesk.analysis.archive import is_archive
from leukdesk.analysis.walk import find_images
from leukdesk.domain.errors import Cancelled, ImageError
from leukdesk.imaging.file_bytes import sha256_of

_SETTLED_S = 1.0  # a file that was written to less long ago may not be whole yet


@dataclass(slots=True)
class News:
    """What changed on the disk since the last look."""

    came: list[Path] = field(default_factory=list)
    gone: list[Path] = field(default_factory=list)
    back: list[Path] = field(default_factory=list)  # were gone
    again: list[Path] = field(default_factory=list)  # could not be opened, and were written to since
    folders: list[Path] = field(default_factory=list)  # all that hold something
    unsettled: bool = False  # something is being written: look again soon


def look_again(named: Sequence[Path], known: Mapping[Path, str], since: float) -> News:
    """Compare folders and files with the images that are open; `known` says "", "missing" or "failed" of each.

    `since` is the time of the last look, in seconds since the epoch. Never raises for what is on disk.
    """
    folders = [path for path in named if path.is_dir()]
    walk = find_images(folders, recursive=True)
    found, open_now = _names(walk.images), _names(known)
    parents = {os.path.dirname(name) for name in found | open_now}  # noqa: PTH120 - see `_names`
    news = News(folders=sorted({*folders, *map(Path, parents)}))
    for path in walk.images:
        if str(path) not in open_now:
            settled = time.time() - _changed(path) >= _SETTLED_S
            news.unsettled |= not settled
            if settled:
                news.came.append(path)
    for path, state in known.items():
        there = str(path) in found or path.exists()
        if not there and state != "missing":
            news.gone.append(path)
        elif there and state == "missing":
            news.back.append(path)
        elif there and state == "failed" and not is_archive(path) and _changed(path) > since - _SETTLED_S:
            news.again.append(path)
    return news


def find_again(
    missing: Mapping[Path, str], folder: Path, taken: Iterable[Path], cancelled: Callable[[], bool] = lambda: False
) -> dict[Path, Path]:
    """Where the images of missing files are now, below a folder: old path -> new path.

    `missing` gives each file's SHA-256, or "" where it was never read: then its name must do, if only one file there
    has it. Files of the same name are compared first. Files in `taken` are open already. Raises `Cancelled`.
    """
    used = set(taken)
    there = [path for path in find_images([folder], recursive=True).images if path not in used]
    found: dict[Path, Path] = {}
    wanted = {sha: path for path, sha in missing.items() if sha}
    names = {path.name for path in missing}
    for path in sorted(there, key=lambda one: one.name not in names):
        if cancelled():
            raise Cancelled
        if not wanted:
            break
        old = wanted.pop(_sha(path), None)
        if old is not None:
            found[old] = path
    for old in (path for path, sha in missing.items() if not sha):
        same = [path for path in there if path.name == old.name and path not in found.values()]
        if len(same) == 1:
            found[old] = same[0]
    return found


def _sha(path: Path) -> str:
    try:
        return sha256_of(path)
    except ImageError:
        return "unreadable"


def _names(paths: Iterable[Path]) -> set[str]:
    """Paths as text: to compare ten thousand of them takes a tenth of the time, and other threads wait meanwhile."""
    return {str(path) for path in paths}


def _changed(path: Path) -> float:
    try:
        return os.stat(path).st_mtime  # noqa: PTH116 - ten thousand of them, where Path costs as much as the call
    except OSError:
        return 0.0
