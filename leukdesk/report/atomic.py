"""Output files that are whole or not there: written beside their place, then moved into it."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from leukdesk.domain.errors import OutputError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def replacing(path: Path, *, make_folder: bool = False) -> Iterator[TextIO]:
    """A text stream (UTF-8) that becomes `path` when the block ends well; otherwise `path` stays as it was.

    Names that are not valid Unicode are written with backslashes, so that every reader can read the file. Raises
    `OutputError`: at once where nothing can be written there, later where the disk fills up.
    """
    with (
        _becoming(path, make_folder) as part,
        part.open("x", encoding="utf-8", errors="backslashreplace", newline="") as stream,
    ):
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


def write_whole(path: Path, data: bytes, *, make_folder: bool = False) -> None:
    """Write a file at once. Raises `OutputError`."""
    with _becoming(path, make_folder) as part:
        part.write_bytes(data)


@contextmanager
def becoming(path: Path) -> Iterator[Path]:
    """A path to write to, beside `path`, that becomes it when the block ends well. Raises `OutputError`."""
    with _becoming(path, make_folder=False) as part:
        yield part


def require_empty(folder: Path) -> None:
    """Raises `OutputError` for a folder that holds something."""
    try:
        filled = folder.exists() and any(folder.iterdir())
    except OSError as error:
        raise unwritable(folder, error) from error
    if filled:
        raise OutputError(
            "this folder is not empty", reason="not_empty", subject=folder, advice="Name a new or an empty folder."
        )


def require_writable(path: Path) -> None:
    """Raise the `OutputError` now that writing would raise after an hour of work."""
    with suppress(_Enough), _becoming(path, make_folder=False) as part:
        part.touch(exist_ok=False)
        raise _Enough


class _Enough(Exception):  # noqa: N818 - no error
    """So that nothing takes the file's place."""


@contextmanager
def _becoming(path: Path, make_folder: bool) -> Iterator[Path]:
    part = None
    try:
        target = path.resolve()  # a link stays a link
        if make_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
        _check(target)
        part = target.with_name(f".leukdesk-{secrets.token_hex(6)}.part")
        yield part
        if target.exists():
            part.chmod(target.stat().st_mode & 0o777)
        part.replace(target)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        if part is not None:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _check(target: Path) -> None:
    """Find out now what the move at the end would find out too late, or would ignore."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    effective = os.access in os.supports_effective_ids  # what this process may do, not who started it
    if target.exists() and not os.access(target, os.W_OK, effective_ids=effective):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def unwritable(path: Path, error: OSError) -> OutputError:
    """The `OutputError` that says why the system refused to write `path`."""
    if error.errno in _FULL:
        what, reason, advice = "the disk is full", "disk_full", "Free some space, or write somewhere else."
    elif error.errno in _FORBIDDEN:
        what, reason, advice = "you may not write here", "permission", "Choose a folder that is yours."
    elif error.errno in {errno.ENOENT, errno.ENOTDIR}:
        what, reason, advice = "its folder does not exist", "no_folder", "Make the folder first, or check the spelling."
    elif error.errno == errno.EISDIR:
        what, reason, advice = "this is a folder", "is_folder", "Name a file."
    else:
        what, reason, advice = f"it cannot be written ({error.strerror})", "unwritable", "Try another place."
    return OutputError(what, reason=reason, subject=path, advice=advice)
