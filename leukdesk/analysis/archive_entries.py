"""What is in an archive, one entry after the other, whichever kind of archive it is."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, cast

from leukdesk.analysis.archive_limits import Limits, refused
from leukdesk.domain.errors import ArchiveReason
from leukdesk.domain.vocabulary import MODEL_SUFFIXES

_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, struct.error, ValueError)
_DIRECTORY_BYTES = 512  # of a zip's list of contents for each entry: a name of some 450 letters
_HEADER_BYTES = 16 << 20  # what a tar may want to be read at once


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the archive describes it, which need not be true."""

    name: str
    size: int
    is_folder: bool
    is_link: bool  # or a device, or a pipe
    open: Callable[[], IO[bytes]]


@contextmanager
def opened(path: Path, limits: Limits) -> Iterator[Iterator[Entry]]:
    """The entries of an archive while the block lasts; whatever is wrong in it is raised as an `ArchiveError`."""
    try:
        if path.name.lower().endswith(MODEL_SUFFIXES):
            _refuse_long_directory(path, limits)
            with zipfile.ZipFile(path) as archive:
                yield _of_zip(path, archive)
        else:
            with _plain(path) as stream, tarfile.open(fileobj=_Careful(path, stream), mode="r:") as tar:
                yield _of_tar(tar)
    except _DAMAGED as error:
        raise refused(path, ArchiveReason.DAMAGED, "the archive is damaged or not what its name says") from error
    except NotImplementedError as error:
        raise refused(
            path, ArchiveReason.UNSUPPORTED, "the archive is packed in a way leukdesk does not read"
        ) from error
    except OSError as error:
        what = f"the archive cannot be read ({error.strerror or 'damaged'})"
        raise refused(
            path, ArchiveReason.DAMAGED, what, "Check that the file is whole and that you may read it."
        ) from error


def _of_zip(path: Path, archive: zipfile.ZipFile) -> Iterator[Entry]:
    for one in archive.infolist():
        if one.flag_bits & 1:
            raise refused(path, ArchiveReason.ENCRYPTED, "the archive has a password", "Unpack it yourself first.")
        kind = stat.S_IFMT(one.external_attr >> 16)
        strange = kind not in (0, stat.S_IFREG, stat.S_IFDIR)
        yield Entry(one.filename, one.file_size, one.is_dir(), strange, partial(archive.open, one))


def _of_tar(archive: tarfile.TarFile) -> Iterator[Entry]:
    for one in archive:
        strange = not (one.isreg() or one.isdir()) or one.issparse()
        yield Entry(one.name, one.size, one.isdir(), strange, partial(_content, archive, one))


def _content(archive: tarfile.TarFile, one: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(one)
    if content is None:
        raise tarfile.ReadError
    return content


def _refuse_long_directory(path: Path, limits: Limits) -> None:
    """Python reads a zip's whole list of contents into memory before anyone can look at it."""
    with path.open("rb") as file:
        file.seek(0, io.SEEK_END)
        file.seek(-min(file.tell(), 65_557), io.SEEK_END)  # the end record and its longest comment
        tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + 22:
        raise zipfile.BadZipFile
    count, size = struct.unpack_from("<HL", tail, at + 10)
    if count > limits.entries or size > limits.entries * _DIRECTORY_BYTES:  # 65 535 stands for "more", in zip64
        raise refused(path, ArchiveReason.TOO_MANY, f"it holds more than {limits.entries} entries")


def _plain(path: Path) -> IO[bytes]:
    """The bytes of a tar without its compression, which its first bytes tell."""
    with path.open("rb") as file:
        magic = file.read(6)
    if magic.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if magic.startswith(b"BZh"):
        return cast("IO[bytes]", bz2.open(path, "rb"))
    return cast("IO[bytes]", lzma.open(path, "rb")) if magic.startswith(b"\xfd7zXZ") else path.open("rb")


class _Careful(io.RawIOBase):
    """A stream that refuses to be read in one gulp: a header may claim any length, and tarfile believes it."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        super().__init__()
        self._path, self._stream = path, stream

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _HEADER_BYTES:
            raise refused(self._path, ArchiveReason.BOMB, "a header in it claims to be larger than any header is")
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True
