"""What is really in a bundle's folder: plain files and folders only, read without following a link."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.bundles.limits import ENTRIES, FOLDER_BYTES, MIB, most_bytes
from leukdesk.bundles.names import MANIFEST, SIGNATURE
from leukdesk.bundles.refusal import printable, refused, unreadable
from leukdesk.domain.errors import BundleReason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader

    from leukdesk.domain.errors import BundleError

# Where the system has them: no link is followed, and a pipe in the file's place does not make us wait for a writer.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"))
_JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT: the link to a folder that Windows does not call a link


@dataclass(frozen=True, slots=True)
class Contents:
    """What lies in a bundle's folder beside `bundle.json`: files with their sizes in bytes, and folders."""

    files: dict[str, int]
    folders: frozenset[str]
    is_signed: bool = False  # whether there is a `signature.json`, which `files` leaves out


def bundle_folder(folder: Path) -> Path:
    """`folder` as an absolute path with its own name last; raises `BundleError` where it is no folder, or a link."""
    absolute = folder.resolve() if folder.name in ("", "..") else folder.absolute()
    try:
        status = absolute.lstat()
    except OSError as error:
        raise refused(str(folder), BundleReason.NOT_FOUND, f"there is no such folder ({error.strerror})") from error
    except ValueError as error:  # a zero byte in the path
        raise refused(str(folder), BundleReason.NOT_FOUND, "this is no path") from error
    if _is_link(status):
        raise refused(str(folder), BundleReason.LINK, "the bundle's folder is a link")
    if not stat.S_ISDIR(status.st_mode):
        raise refused(str(folder), BundleReason.NOT_FOUND, "a bundle is a folder, and this is a file")
    return absolute


def contents(folder: Path) -> Contents:
    """Walk a bundle's folder. Raises `BundleError` for links, devices, pipes, and too many or too large files."""
    files: dict[str, int] = {}
    folders: set[str] = set()
    for name, status in _walk(folder):
        if stat.S_ISDIR(status.st_mode):
            folders.add(name)
        elif name != MANIFEST:
            files[name] = status.st_size
        _check_size(folder.name, name, status)
        if len(files) + len(folders) > ENTRIES:
            raise refused(folder.name, BundleReason.TOO_LARGE, f"it holds more than {ENTRIES} files and folders")
    if sum(files.values()) > FOLDER_BYTES:
        raise refused(folder.name, BundleReason.TOO_LARGE, f"it takes more than {FOLDER_BYTES // MIB} MiB")
    signed = files.pop(SIGNATURE, None) is not None
    return Contents(files, frozenset(folders), signed)


def read_file(folder: Path, name: str) -> bytes:
    """All bytes of one file of a bundle; raises `BundleError` where it cannot be read or is too large."""
    data = read_start(folder, name, most_bytes(name) + 1)
    if len(data) > most_bytes(name):
        raise _too_large(folder.name, name)
    return data


def read_start(folder: Path, name: str, count: int) -> bytes:
    """The first `count` bytes of one file of a bundle; raises `BundleError` where it cannot be read."""
    with _opened(folder, name) as stream:
        try:
            # Asked for no more than there is: a buffered read allocates what it is asked for.
            return stream.read(min(count, os.fstat(stream.fileno()).st_size + 1))
        except OSError as error:
            raise unreadable(folder.name, name, error) from error


def file_sha256(folder: Path, name: str) -> str:
    """SHA-256 of one file of a bundle, lower-case hex, in constant memory."""
    with _opened(folder, name) as stream:
        try:
            return hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise unreadable(folder.name, name, error) from error


def _walk(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Every entry below `folder` as ("golden/00.png", its own status), parents first."""
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        for entry, status in _entries(folder, current):
            name = entry.relative_to(folder).as_posix()
            if stat.S_ISDIR(status.st_mode) and not _is_link(status):
                waiting.append(entry)
            else:
                _check_plain(folder.name, name, status)
            yield name, status


def _entries(folder: Path, current: Path) -> Iterator[tuple[Path, os.stat_result]]:
    try:
        with os.scandir(current) as entries:
            for entry in entries:
                yield Path(entry.path), entry.stat(follow_symlinks=False)
    except OSError as error:
        raise unreadable(folder.name, current.relative_to(folder).as_posix(), error) from error


def _opened(folder: Path, name: str) -> BufferedReader:
    """Only a plain file is opened; the flags hold against one that is put in its place after it was looked at."""
    try:
        status = (folder / name).lstat()
        _check_plain(folder.name, name, status)
        _check_size(folder.name, name, status)
        return os.fdopen(os.open(folder / name, _FLAGS), "rb")
    except OSError as error:
        raise unreadable(folder.name, name, error) from error


def _check_plain(bundle: str, name: str, status: os.stat_result) -> None:
    if _is_link(status):
        raise refused(bundle, BundleReason.LINK, f"{printable(name)} is a link")
    if not stat.S_ISREG(status.st_mode):
        raise refused(bundle, BundleReason.LINK, f"{printable(name)} is a folder, device or pipe, not a file")


def _is_link(status: os.stat_result) -> bool:
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == _JUNCTION


def _check_size(bundle: str, name: str, status: os.stat_result) -> None:
    if stat.S_ISREG(status.st_mode) and status.st_size > most_bytes(name):
        raise _too_large(bundle, name)


def _too_large(bundle: str, name: str) -> BundleError:
    what = f"{printable(name)} takes more than the {most_bytes(name) // MIB} MiB that such a file may take"
    return refused(bundle, BundleReason.TOO_LARGE, what)
