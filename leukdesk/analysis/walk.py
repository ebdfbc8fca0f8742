"""Find the images a user means: files named one by one, and folders."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.domain.finding import Failure
from leukdesk.domain.vocabulary import IMAGE_SUFFIXES, SLIDE_SUFFIXES

_DIGITS = re.compile("([0-9]+)")
_SUFFIXES = frozenset(IMAGE_SUFFIXES | SLIDE_SUFFIXES)


@dataclass(slots=True)
class Walk:
    """What was found: images in the order of the arguments, folders in natural order; each path once."""

    images: list[Path] = field(default_factory=list)
    skipped: int = 0  # files in folders that are no images by name
    folders: int = 0  # folders that were not entered for want of `recursive`
    failures: list[Failure] = field(default_factory=list)  # not there, or not readable


def find_images(paths: Sequence[Path], *, recursive: bool) -> Walk:
    """Collect images from files and folders.

    A file named in `paths` is always tried, whatever it is called. In folders, images are known by their suffix; other
    files are counted as skipped, hidden ones too (macOS leaves `._name.jpg` beside every picture). Links are followed,
    each folder once. A path stays as it was given: relative paths stay relative. Never raises for what is on disk.
    """
    walk = Walk()
    seen: set[str] = set()
    for path in paths:
        for found in _at(path, recursive, walk):
            # Not Path.resolve: it would merge links, which are paths of their own.
            key = os.path.abspath(found.path if isinstance(found, Failure) else found)  # noqa: PTH100
            if key in seen:
                continue
            seen.add(key)
            if isinstance(found, Failure):
                walk.failures.append(found)
            else:
                walk.images.append(found)
    return walk


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sorting key that puts `image 9` before `image 10`, whatever the case of letters."""
    parts = _DIGITS.split(name.casefold())  # every second one is digits
    return [(0, int(part), "") if at % 2 else (1, 0, part) for at, part in enumerate(parts) if part]


def _at(path: Path, recursive: bool, walk: Walk) -> Iterator[Path | Failure]:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        yield _unreachable(path, error)
        return
    if stat.S_ISDIR(mode):
        yield from _in_folder(path, recursive, walk)
    else:
        yield path if stat.S_ISREG(mode) else _no_file(path)


def _in_folder(top: Path, recursive: bool, walk: Walk) -> Iterator[Path | Failure]:
    """Depth first, without recursion: a path may be a thousand folders deep."""
    entered: set[tuple[int, int]] = set()
    waiting: list[Path | os.DirEntry[str]] = [top]
    while waiting:
        one = waiting.pop()
        if not (one is top or _is_folder(one)):
            yield from _in_folder_file(one, walk)
        elif one is not top and (not recursive or one.name.startswith(".")):
            walk.folders += 1
        else:
            try:
                waiting.extend(reversed(_content(Path(one), entered)))
            except OSError as error:
                yield _unreachable(Path(one), error)


def _in_folder_file(entry: Path | os.DirEntry[str], walk: Walk) -> Iterator[Path | Failure]:
    suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 - of every file; a Path costs as much as the rest
    if entry.name.startswith(".") or suffix not in _SUFFIXES:
        walk.skipped += 1
    else:
        yield _no_file(Path(entry)) if _would_block(entry) else Path(entry)


def _content(folder: Path, entered: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
    """A folder's entries in natural order; nothing for a folder that was entered before."""
    status = folder.stat()
    if (status.st_dev, status.st_ino) in entered:
        return []
    entered.add((status.st_dev, status.st_ino))
    with os.scandir(folder) as entries:  # its entries know their kind without another question to the disk
        return sorted(entries, key=lambda entry: (natural_key(entry.name), entry.name))


def _is_folder(entry: Path | os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself: reading it will say so
        return False


def _would_block(entry: Path | os.DirEntry[str]) -> bool:
    """Pipes and devices; a dangling link is none of them and is reported when it is read."""
    try:
        return not entry.is_file() and Path(entry).exists()
    except OSError:
        return False


def _unreachable(path: Path, error: Exception) -> Failure:
    if isinstance(error, PermissionError):
        what, reason, advice = "you may not read this", ImageReason.PERMISSION, "Ask its owner for access."
    elif isinstance(error, FileNotFoundError | NotADirectoryError | ValueError):
        what, reason = "there is no such file or folder", ImageReason.VANISHED
        advice = "Check the spelling, and whether the disk is connected."
    else:
        what, reason, advice = "the system cannot read this", ImageReason.UNREADABLE, "Check the disk."
    return Failure(path, ImageError(what, reason=reason, subject=path, advice=advice))


def _no_file(path: Path) -> Failure:
    return Failure(
        path,
        ImageError(
            "this is a pipe or a device, not a file",
            reason=ImageReason.NOT_AN_IMAGE,
            subject=path,
            advice="Name an image file or a folder.",
        ),
    )
