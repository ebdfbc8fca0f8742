"""The bytes of a regular file, read once; nothing else is ever opened, so that nothing can hang."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from weakref import finalize

from leukdesk.domain.errors import ImageError, ImageReason
from leukdesk.imaging.refusal import refusal

# Uncompressed 16-bit RGBA needs 8 bytes a pixel; the rest is room for metadata.
_BYTES_PER_PIXEL = 8
_METADATA_BYTES = 16 << 20
# Windows only: without O_BINARY, line ends are translated. POSIX only: O_NONBLOCK lets a pipe that took the
# file's place between the two checks be opened without waiting for its writer.
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_WINDOWS_LONG_PATH = 248  # characters; above it Windows wants the \\?\ form
_PART = 4 << 20  # bytes that are hashed at once, in some 10 ms
_KNOWN = 64  # files whose hash is remembered

Reading = Callable[[int, int], None]
_known: dict[tuple[Path, int, int], str] = {}
_remembering = threading.Lock()


def read_file(path: Path, limit_px: int) -> bytes:
    """All bytes of a regular file of at most 8 bytes for each of `limit_px` pixels plus 16 MiB.

    Raises `ImageError`: vanished, permission, unreadable (folder, pipe, device, drive failure), empty, too large.
    """
    most = limit_px * _BYTES_PER_PIXEL + _METADATA_BYTES
    try:
        data = _read_regular(_extended(path), most)
    except OSError as error:
        raise _why(error) from error
    except ValueError as error:  # a NUL character inside the path
        raise refusal(ImageReason.UNREADABLE, "the path is not a valid path", "Rename the file.") from error
    if not data:
        raise refusal(ImageReason.EMPTY, "the file is empty")
    return data


class FileBytes:
    """A regular file of any size whose bytes are fetched when they are sliced. Threads may share it.

    Not a memory map: a file that shrinks or a drive that goes away ends in an `ImageError`, not in the end of the
    process. Raises `ImageError` as `read_file` does, except for the size.
    """

    def __init__(self, path: Path) -> None:
        try:
            _check_regular(_extended(path).stat(), sys.maxsize)
            self._file = os.fdopen(os.open(_extended(path), _FLAGS), "rb", buffering=0)
            status = os.fstat(self._file.fileno())
            _check_regular(status, sys.maxsize)
        except OSError as error:
            raise _why(error) from error
        except ValueError as error:  # a NUL character inside the path
            raise refusal(ImageReason.UNREADABLE, "the path is not a valid path", "Rename the file.") from error
        self._length = status.st_size
        self._lock = threading.Lock()
        finalize(self, self._file.close)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, place: slice, /) -> bytes:
        start, stop, _ = place.indices(self._length)
        try:
            with self._lock:
                self._file.seek(start)
                return self._file.read(max(0, stop - start)) or b""
        except (OSError, ValueError) as error:  # ValueError: closed meanwhile
            raise _why(error if isinstance(error, OSError) else OSError(str(error))) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()

    def __enter__(self) -> FileBytes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def sha256_of(path: Path, told: Reading = lambda done, size: None) -> str:
    """SHA-256 of a file of any size, lower-case hex; asked again of an unchanged file it answers at once.

    `told` hears how many bytes of how many were read, and may raise to give it up. Raises `ImageError`, and what `told`
    raises.
    """
    try:
        status = path.stat()
        key = path, status.st_size, status.st_mtime_ns
        if (digest := _known.get(key)) is None:
            digest = _digest(path, status.st_size, told)
            _remember(key, digest)
        return digest
    except OSError as error:
        raise _why(error) from error


def _remember(key: tuple[Path, int, int], digest: str) -> None:
    with _remembering:
        _known[key] = digest
        if len(_known) > _KNOWN:
            del _known[next(iter(_known))]


def _digest(path: Path, size: int, told: Reading) -> str:
    digest, done, part = hashlib.sha256(), 0, memoryview(bytearray(max(1, min(size, _PART))))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(part):
            digest.update(part[:count])
            done += count
            told(done, size)
    return digest.hexdigest()


def _read_regular(path: Path, most: int) -> bytes:
    _check_regular(path.stat(), most)
    with os.fdopen(os.open(path, _FLAGS), "rb") as file:
        status = os.fstat(file.fileno())
        _check_regular(status, most)
        data = file.read(status.st_size + 1)
        if len(data) > status.st_size:  # it is growing
            data += file.read(most + 1 - len(data))
    if len(data) > most:
        raise _too_big(len(data), most)
    return data


def _check_regular(status: os.stat_result, most: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise refusal(ImageReason.UNREADABLE, "this is a folder, not an image", "Open it as a folder.")
    if not stat.S_ISREG(status.st_mode):
        what = "this is a device or a pipe, not a file"
        raise refusal(ImageReason.UNREADABLE, what, "Choose a JPEG, PNG, BMP or TIFF file.")
    if status.st_size > most:
        raise _too_big(status.st_size, most)


def _too_big(size: int, most: int) -> ImageError:
    what = f"the file has {size / 1e6:.0f} MB; an image within the limit has at most {most / 1e6:.0f} MB"
    return refusal(ImageReason.TOO_LARGE, what)


def _extended(path: Path) -> Path:
    """The same path in the form that Windows accepts at any length."""
    if sys.platform == "win32" and len(str(path)) >= _WINDOWS_LONG_PATH and not str(path).startswith("\\\\"):
        return Path("\\\\?\\" + str(path.absolute()))
    return path


def _why(error: OSError) -> ImageError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return refusal(ImageReason.VANISHED, "the file does not exist")
    if isinstance(error, PermissionError):
        return refusal(ImageReason.PERMISSION, "the file may not be read")
    if error.errno == errno.ENAMETOOLONG:
        what = "the path is longer than this system allows"
        return refusal(ImageReason.UNREADABLE, what, "Move the file to a folder with a shorter path.")
    if error.errno == errno.ELOOP:
        return refusal(ImageReason.UNREADABLE, "the link points to itself", "Delete the link and open the file.")
    return refusal(ImageReason.UNREADABLE, f"the file cannot be read ({error.strerror or error})")
