"""Images out of an archive: zip, or tar in any compression; nothing of an archive that does not behave.

Whoever sends an archive decides what is in it. So it is read as hostile: names that lead elsewhere, links, devices,
passwords, too many entries, or far more bytes than it has itself refuse the whole of it, before or while it is
unpacked. Only images are written, to new files in a folder that the caller made.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from leukdesk.analysis.archive_entries import Entry, opened
from leukdesk.analysis.archive_limits import Limits, refused
from leukdesk.domain.errors import ArchiveReason, Cancelled
from leukdesk.domain.vocabulary import ARCHIVE_SUFFIXES, IMAGE_SUFFIXES

_CHUNK = 1 << 20
_LEFT_FREE = 256 << 20  # bytes that the disk keeps
_NAME = 120  # characters
_AWKWARD = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')


@dataclass(slots=True)
class Unpacked:
    """What came out of an archive."""

    images: list[Path] = field(default_factory=list)
    skipped: int = 0  # files that are no images by name


def is_archive(path: Path) -> bool:
    """Whether a file is an archive by its name."""
    return path.name.lower().endswith(ARCHIVE_SUFFIXES)


def unpack(
    path: Path, folder: Path, *, limits: Limits | None = None, cancelled: Callable[[], bool] = lambda: False
) -> Unpacked:
    """Write the images of an archive into an empty folder, under the names they have in it.

    Raises `ArchiveError` with the archive as its subject; what was written by then is the caller's to remove, as it is
    where `Cancelled` is raised because `cancelled` said so.
    """
    limits = limits or Limits()
    done = Unpacked()
    written = 0
    with opened(path, limits) as entries:
        for entry in _checked(path, entries, limits, folder):
            if cancelled():
                raise Cancelled
            parts = _parts(entry.name)
            if not parts or not _is_image(parts):
                done.skipped += 1
                continue
            target = _free(folder.joinpath(*parts))
            written += _write(path, entry, target, limits, limits.total_bytes - written)
            done.images.append(target)
    if not done.images:
        raise refused(path, ArchiveReason.EMPTY, "there is no image in this archive")
    return done


def _checked(path: Path, entries: Iterator[Entry], limits: Limits, folder: Path) -> Iterator[Entry]:
    """Entries that may be unpacked; the first that may not refuses the archive."""
    room = shutil.disk_usage(folder).free - _LEFT_FREE
    count = total = 0
    for entry in entries:
        count, total = count + 1, total + entry.size
        if count > limits.entries:
            raise refused(path, ArchiveReason.TOO_MANY, f"it holds more than {limits.entries} entries")
        if entry.is_link:
            raise refused(path, ArchiveReason.LINK, "it holds a link or a device, which images never need")
        if _leads_out(entry.name):
            raise refused(path, ArchiveReason.OUTSIDE, "it holds a name that leads out of its own folder")
        if total > limits.allowed(path.stat().st_size):
            raise refused(path, ArchiveReason.BOMB, "it unpacks to far more than an archive of images does")
        if total > room:
            raise refused(path, ArchiveReason.NO_ROOM, "there is no room on the disk to unpack it", "Free some space.")
        if not entry.is_folder:
            yield entry


def _leads_out(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or "\0" in plain or ".." in plain.split("/") or bool(re.match(r"[A-Za-z]:", plain))


def _parts(name: str) -> list[str]:
    """The folders and the name, without what some system cannot store."""
    return [_plain(part) for part in name.replace("\\", "/").split("/") if part not in ("", ".")]


def _plain(part: str) -> str:
    part = _AWKWARD.sub("_", part).rstrip(" .") or "_"
    stem, suffix = os.path.splitext(part)  # noqa: PTH122 - of a name, not of a path
    return stem[: _NAME - len(suffix)] + suffix if len(part) > _NAME and len(suffix) < _NAME else part[:_NAME]


def _is_image(parts: list[str]) -> bool:
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return not hidden and Path(parts[-1]).suffix.lower() in IMAGE_SUFFIXES


def _free(target: Path) -> Path:
    """A name that is not taken: archives can hold one name twice, and some systems do not tell a from A."""
    for number in range(2, 1_000):
        if not target.exists():
            break
        target = target.with_stem(f"{target.stem.removesuffix(f' ({number - 1})')} ({number})")
    return target


def _write(path: Path, entry: Entry, target: Path, limits: Limits, left: int) -> int:
    """Copy one entry; returns its true size, which an archive may lie about."""
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except OSError as error:
        raise refused(path, ArchiveReason.NO_ROOM, f"it cannot be unpacked ({error.strerror})") from error
    with os.fdopen(descriptor, "wb") as out, entry.open() as stream:
        return _copied(path, stream, out, min(limits.one_bytes, left))


def _copied(path: Path, stream: IO[bytes], out: IO[bytes], most: int) -> int:
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > most:
            raise refused(path, ArchiveReason.BOMB, "an image in it is larger than any image leukdesk opens")
        try:
            out.write(chunk)
        except OSError as error:
            raise refused(path, ArchiveReason.NO_ROOM, f"it cannot be unpacked ({error.strerror})") from error
    return size
