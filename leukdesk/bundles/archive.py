"""A bundle as one file: written so that the same bundle gives the same bytes, and read as if by an enemy.

A bundle's archive is a zip of one folder, `all-stage-1.0/bundle.json` and so on, nothing compressed: networks do not
shrink, and compressed bytes differ from one zlib to the next.
"""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from typing import IO, TYPE_CHECKING, Protocol

from leukdesk.bundles.disk import read_file
from leukdesk.bundles.limits import ENTRIES, FOLDER_BYTES, MIB, most_bytes
from leukdesk.bundles.names import MANIFEST, SIGNATURE, objection, split_folder_name
from leukdesk.bundles.refusal import printable, refused
from leukdesk.domain.errors import BundleReason, Cancelled, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from leukdesk.bundles.load import Bundle
    from leukdesk.domain.errors import BundleError

_CHUNK = MIB
_RATIO = 20  # times its own size; a trained network hardly shrinks at all
_FREE_BYTES = 16 * MIB  # that it may hold whatever the ratio
_LEFT_FREE = 256 * MIB  # that the disk keeps
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can state
_OUTSIDE = re.compile(r"^(/|\\|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)|\x00")


class Packed(Protocol):
    """One entry as an archive describes it, which need not be true."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def is_folder(self) -> bool: ...
    @property
    def is_link(self) -> bool: ...
    @property
    def open(self) -> Callable[[], IO[bytes]]: ...


def write_archive(bundle: Bundle, stream: IO[bytes]) -> None:
    """Write a bundle with its signature, if it has one; each file is hashed as it is read. Raises `BundleError`."""
    names = [MANIFEST, *([SIGNATURE] if bundle.signature else []), *sorted(bundle.card.files)]
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            entry = zipfile.ZipInfo(f"{bundle.folder.name}/{name}", _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            data = bundle.read(name) if name in bundle.card.files else read_file(bundle.folder, name)
            archive.writestr(entry, data)


def unpack_bundle(
    archive: Path, entries: Iterable[Packed], scratch: Path, cancelled: Callable[[], bool] = lambda: False
) -> Path:
    """Write the one bundle of an archive into an empty folder; returns the bundle's folder, not yet looked into.

    Raises `BundleError` for whatever no archive of a bundle holds; what was written by then is the caller's to remove.
    """
    own = archive.stat().st_size
    left = min(FOLDER_BYTES, max(_FREE_BYTES, _RATIO * own), shutil.disk_usage(scratch).free - _LEFT_FREE)
    taken: set[str] = set()
    top = ""
    for count, entry in enumerate(entries, start=1):
        if cancelled():
            raise Cancelled
        top = _checked(archive.name, entry, top)
        if count > ENTRIES or entry.name.rstrip("/").casefold() in taken:
            what = f"it holds more than {ENTRIES} entries" if count > ENTRIES else _twice(entry.name)
            raise _bad(archive.name, what)
        taken.add(entry.name.rstrip("/").casefold())
        if not entry.is_folder:
            left -= _write(archive.name, entry, scratch / entry.name, left)
    if not top:
        raise _bad(archive.name, "there is nothing in it")
    return scratch / top


def _checked(archive: str, entry: Packed, top: str) -> str:
    """The folder of the bundle, which is the first part of every name; all that is said of an entry is looked at."""
    if entry.is_link:
        raise refused(archive, BundleReason.LINK, f"{printable(entry.name)} is a link, a device or a pipe")
    if _OUTSIDE.search(entry.name):
        raise _bad(archive, f"the name {printable(entry.name)} leads out of its own folder")
    first, _, name = entry.name.partition("/")
    if split_folder_name(first) is None or (top and first != top) or not (name or entry.is_folder):
        raise _bad(archive, f"{printable(entry.name)} is not in the one folder of a model, such as all-stage-1.0")
    if name not in ("", MANIFEST, SIGNATURE) and (wrong := objection(f"{name}x.md" if entry.is_folder else name)):
        raise _bad(archive, f"it holds {printable(entry.name)}, {wrong}")
    if entry.size > most_bytes(name):
        raise _too_large(archive, entry)
    return first


def _write(archive: str, entry: Packed, target: Path, left: int) -> int:
    """Copy one file into a new one; returns its true size, which an archive may lie about."""
    most, size = min(left, most_bytes(entry.name.partition("/")[2])), 0
    if entry.size > most:
        raise _too_large(archive, entry)
    with entry.open() as stream:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
        except OSError as error:
            raise _unwritable(archive, error) from error
        with os.fdopen(descriptor, "wb") as out:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > most:
                    raise _too_large(archive, entry)
                try:
                    out.write(chunk)
                except OSError as error:
                    raise _unwritable(archive, error) from error
    return size


def _twice(name: str) -> str:
    return f"it holds {printable(name)} twice, or under names that differ only in capitals"


def _too_large(archive: str, entry: Packed) -> BundleError:
    what = f"{printable(entry.name)} unpacks to more than a model of this size holds, or than the disk has room for"
    return refused(archive, BundleReason.TOO_LARGE, what)


def _unwritable(archive: str, error: OSError) -> OutputError:
    what = f"it cannot be unpacked ({error.strerror})"
    return OutputError(what, subject=archive, advice="Check the space on the disk and who may write there.")


def _bad(archive: str, what: str) -> BundleError:
    return refused(archive, BundleReason.BAD_ARCHIVE, what)
