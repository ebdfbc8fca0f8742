"""Records of one line of JSON each in a file that is only ever added to."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from leukdesk.domain.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path

One = TypeVar("One")


def add_line(file: Path, one: Any, what: str) -> None:
    """Add a dataclass of texts as a line, after a torn one too; returns when it is on the disk.

    `what` is not recorded where this fails. Raises `OutputError`.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a+b") as stream:
            torn = stream.tell() > 0 and _last_byte(stream.fileno()) != b"\n"
            stream.write(b"\n" * torn + json.dumps(asdict(one), ensure_ascii=False).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        advice = "Check the space on the disk and who may write there."
        raise OutputError(f"{what} cannot be recorded ({error.strerror})", subject=file, advice=advice) from error


def read_lines(file: Path, kind: type[One]) -> list[One]:
    """Every record of a kind, the oldest first; a line that a power cut tore is passed over."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [one for line in lines if (one := _parsed(line, kind)) is not None]


def stamp() -> tuple[str, str]:
    """Now (UTC, ISO 8601), and the name by which the system knows who is at work; empty where it knows none."""
    from datetime import UTC, datetime
    from getpass import getuser

    try:
        who = getuser()
    except (OSError, KeyError, ImportError):  # nobody by that number is known to the system
        who = ""
    return datetime.now(UTC).isoformat(timespec="seconds"), who


def _parsed(line: str, kind: type[One]) -> One | None:
    try:
        entries = json.loads(line)
        return kind(**entries) if all(isinstance(one, str) for one in entries.values()) else None
    except (ValueError, TypeError, AttributeError):
        return None


def _last_byte(descriptor: int) -> bytes:
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1)
