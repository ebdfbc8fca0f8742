"""The head of the chain, kept in a file beside the database: what shows that events were cut off its end.

It is written after each commit, so after a crash it may be behind the chain; ahead of it, it never is. It holds two
lines that are overwritten in turn: a line that a power cut tore is told by its check digits, and the other one counts.
"""

from __future__ import annotations

import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(rb"([0-9]{20}) ([0-9a-f]{64}) ([0-9a-f]{8})\n")
_LENGTH = 20 + 1 + 64 + 1 + 8 + 1


@dataclass(frozen=True, slots=True)
class Head:
    """The last event: its number and hash (hex)."""

    seq: int
    hash: str


class HeadFile:
    """The file, opened once; `write` costs microseconds."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened or made until the first write."""
        self._path = path
        self._file: int | None = None

    def read(self) -> Head | None:
        """The newest whole line; None where there is none."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return None
        whole = (_parsed(data[at : at + _LENGTH]) for at in (0, _LENGTH))
        return max((one for one in whole if one is not None), key=lambda head: head.seq, default=None)

    def write(self, head: Head) -> None:
        """Overwrite the older line. The commit it tells of is already on the disk."""
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        line = f"{head.seq:020d} {head.hash}".encode()
        os.lseek(self._file, head.seq % 2 * _LENGTH, os.SEEK_SET)
        os.write(self._file, line + b" %08x\n" % zlib.crc32(line))

    def replace(self, head: Head) -> None:
        """Begin anew after a restore: the old head may be a higher number."""
        self.close()
        self._path.unlink(missing_ok=True)
        self.write(head)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _parsed(line: bytes) -> Head | None:
    match = _LINE.fullmatch(line)
    if match is None or zlib.crc32(line[: _LENGTH - 10]) != int(match[3], 16):
        return None
    return Head(int(match[1]), match[2].decode())
