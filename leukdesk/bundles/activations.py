"""Which model was made the active one, when and by whom: one line of JSON each, only ever added to."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from leukdesk.domain.errors import OutputError

Deed = Literal["activated", "rolled back"]


@dataclass(frozen=True, slots=True)
class Activation:
    """One change: from which model to which (name and version), at a UTC time in ISO 8601."""

    at: str
    by: str
    deed: Deed
    model: str
    sha256: str
    before: str


class Activations:
    """The record in one file, which need not exist."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def add(self, one: Activation) -> None:
        """Add a line and return when it is on the disk. Raises `OutputError`."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a+b") as stream:
                torn = stream.tell() > 0 and _last_byte(stream.fileno()) != b"\n"
                stream.write(b"\n" * torn + json.dumps(asdict(one), ensure_ascii=False).encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            what = f"the change of the model cannot be recorded ({error.strerror})"
            advice = "Check the space on the disk and who may write there."
            raise OutputError(what, subject=self._file, advice=advice) from error

    def all(self) -> list[Activation]:
        """Every change, the oldest first; a line that a power cut tore is passed over."""
        try:
            lines = self._file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
        return [one for one in map(_parsed, lines) if one is not None]

    def before(self) -> str:
        """The model that was active before the present one, by what was not rolled back; empty where there is none."""
        stack: list[str] = []
        for one in self.all():
            if one.deed == "activated":
                stack.append(one.before)
            elif stack:
                stack.pop()
        return stack[-1] if stack else ""


def _parsed(line: str) -> Activation | None:
    try:
        entries = json.loads(line)
        return Activation(**entries) if all(isinstance(one, str) for one in entries.values()) else None
    except (ValueError, TypeError, AttributeError):
        return None


def _last_byte(descriptor: int) -> bytes:
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1)
