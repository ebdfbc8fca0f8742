"""Thumbnails kept on disk: found by the content of a file, so that a file that moved or was copied is not made again.

A name says nothing of the image's name, place or patient: it is a hash. Folder and files are the user's alone, and all
together stay below a limit. Whatever goes wrong here costs time, never a thumbnail.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from leukdesk.imaging.thumbnail import read_thumbnail

LIMIT_BYTES = 256 << 20  # about 25 000 thumbnails of 160 px

_WORTH = 1 << 16  # bytes: a smaller file is decoded as fast as its thumbnail is found
_WHOLE = 1 << 24  # bytes: a larger file is told by its size, its time of change, its beginning and its end
_END = 1 << 16  # bytes
_QUALITY = 90
_LEFT = 0.8  # of the limit, once the oldest are removed
_DAY_S = 86_400

_log = logging.getLogger("leukdesk.imaging")


class ThumbnailStore:
    """Thumbnails of files, made once. Any thread may use it."""

    def __init__(self, folder: Path, *, limit_bytes: int = LIMIT_BYTES) -> None:
        """`folder` is made when it is needed, and holds nothing else."""
        self._folder, self._limit = folder, limit_bytes
        self._used: int | None = None  # bytes; None before the folder was looked through
        self._given_up = False
        self._lock = Lock()

    def read(self, path: Path, size: int, *, limit_px: int) -> NDArray[np.uint8]:
        """As `read_thumbnail`, which see; raises `ImageError`."""
        name = None if self._given_up else _name(path, size)
        kept = self._find(name) if name else None
        if kept is not None:
            return kept
        made = read_thumbnail(path, size, limit_px=limit_px)
        if name:
            self._keep(name, made)
        return made

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            for entry in self._entries():
                with suppress(OSError):
                    Path(entry).unlink()
            self._used = 0

    def _find(self, name: str) -> NDArray[np.uint8] | None:
        file = self._folder / name
        try:
            data = file.read_bytes()
            if file.stat().st_mtime < time.time() - _DAY_S:
                os.utime(file)  # the oldest are removed first
            return np.asarray(simplejpeg.decode_jpeg(data), np.uint8)
        except (OSError, ValueError):  # not there, or damaged: it is made anew
            return None

    def _keep(self, name: str, thumbnail: NDArray[np.uint8]) -> None:
        data = simplejpeg.encode_jpeg(np.ascontiguousarray(thumbnail), quality=_QUALITY, colorsubsampling="444")
        try:
            with self._lock:
                self._write(name, data)
                if self._used is not None and self._used > self._limit:
                    self._remove_oldest()
        except OSError as error:
            self._given_up = True
            _log.warning("thumbnails cannot be kept: %s", type(error).__name__)

    def _write(self, name: str, data: bytes) -> None:
        if self._used is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            self._used = sum(entry.stat().st_size for entry in self._entries())
        part = self._folder / f"{secrets.token_hex(8)}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        part.replace(self._folder / name)
        self._used += len(data)

    def _remove_oldest(self) -> None:
        found = sorted((entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in self._entries())
        left = sum(size for _, size, _ in found)
        for _, size, path in found:
            if left <= _LEFT * self._limit:
                break
            with suppress(OSError):  # another window was quicker
                Path(path).unlink()
            left -= size
        self._used = left

    def _entries(self) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._folder) as entries:
                return [entry for entry in entries if entry.is_file(follow_symlinks=False)]
        except FileNotFoundError:
            return []


def _name(path: Path, size: int) -> str | None:
    """What a file's thumbnail is called; None where none is kept, or the file cannot be read."""
    try:
        status = path.stat()
        if not path.is_file() or status.st_size < _WORTH:
            return None
        with path.open("rb") as file:
            if status.st_size <= _WHOLE:
                digest = hashlib.file_digest(file, "sha256")
            else:
                digest = hashlib.sha256(f"{status.st_size} {status.st_mtime_ns}".encode() + file.read(_END))
                file.seek(-_END, os.SEEK_END)
                digest.update(file.read())
    except (OSError, ValueError):
        return None
    digest.update(f" {size}".encode())
    return digest.hexdigest() + ".jpg"
