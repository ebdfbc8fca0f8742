"""Copies of recorded images, where a laboratory wants them: beside the database, each once, named by its content.

A copy is written whole or not at all, belongs to its owner alone, and is never changed; its name says nothing of the
image's name, place or patient.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from leukdesk.domain.errors import HistoryReason
from leukdesk.history.engine import refusal

_PIECE = 1 << 20  # bytes
_LEFT_S = 3600  # a copy that is not whole after that long never will be
_NAME = re.compile("[0-9a-f]{64}")
_REASONS = {
    errno.ENOSPC: HistoryReason.DISK_FULL,
    errno.EDQUOT: HistoryReason.DISK_FULL,
    errno.EROFS: HistoryReason.READ_ONLY,
    errno.EACCES: HistoryReason.READ_ONLY,
    errno.EPERM: HistoryReason.READ_ONLY,
}


@dataclass(frozen=True, slots=True)
class CopiesAccount:
    """How many copies there are, and how large they are together."""

    count: int
    size: int  # bytes


class Copies:
    """The copies of one history. Any thread may use it."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when the first copy is."""
        self._folder = folder

    def place(self, sha256: str) -> Path | None:
        """Where the copy of an image is; None where there is none."""
        path = self._path(sha256)
        return path if path is not None and path.is_file() else None

    def keep(self, source: Path, sha256: str) -> bool:
        """Copy a file that has this content, unless that was done; False where it is gone or has another content.

        Raises `HistoryError` where nothing can be written: DISK_FULL, READ_ONLY, UNWRITABLE.
        """
        path = self._path(sha256)
        if path is None:
            return False
        if path.is_file():
            return True
        part = path.with_name(f"{secrets.token_hex(8)}.part")
        try:
            self._make_folder(path.parent)
            if not _copy(source, part, sha256):
                return False
            part.replace(path)
        except OSError as error:
            raise refusal(_REASONS.get(error.errno or 0, HistoryReason.UNWRITABLE)) from error
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        return True

    def forget(self, sha256: str) -> None:
        """Remove a copy."""
        path = self._path(sha256)
        if path is not None:
            path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what processes left half written that were killed."""
        for part in self._folder.glob("*/*.part"):
            with suppress(OSError):
                if part.stat().st_mtime < time.time() - _LEFT_S:
                    part.unlink()

    def account(self) -> CopiesAccount:
        """What is kept, for who backs it up."""
        sizes = [path.stat().st_size for path in self._all()]
        return CopiesAccount(len(sizes), sum(sizes))

    def damaged(self) -> list[Path]:
        """Copies whose content is not what their name says; reads all of them."""
        return [path for path in self._all() if not _has(path, path.name)]

    def _all(self) -> Iterator[Path]:
        yield from (path for path in sorted(self._folder.glob("*/*")) if _NAME.fullmatch(path.name))

    def _path(self, sha256: str) -> Path | None:
        return self._folder / sha256[:2] / sha256 if _NAME.fullmatch(sha256) else None

    def _make_folder(self, folder: Path) -> None:
        for one in (self._folder, folder):
            one.mkdir(mode=0o700, parents=True, exist_ok=True)


def _copy(source: Path, target: Path, sha256: str) -> bool:
    """Copy what is read and hashed in one pass; False where the source cannot be read, or is something else."""
    digest = hashlib.sha256()
    try:
        file = source.open("rb")
    except OSError:
        return False
    with file, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while piece := file.read(_PIECE):
            digest.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest() == sha256


def _has(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False
