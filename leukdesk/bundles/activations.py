"""Which model was made the active one, when and by whom: one line of JSON each, only ever added to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from leukdesk.bundles.lines import add_line, read_lines

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
        add_line(self._file, one, "the change of the model")

    def all(self) -> list[Activation]:
        """Every change, the oldest first; a line that a power cut tore is passed over."""
        return read_lines(self._file, Activation)

    def before(self) -> str:
        """The model that was active before the present one, by what was not rolled back; empty where there is none."""
        stack: list[str] = []
        for one in self.all():
            if one.deed == "activated":
                stack.append(one.before)
            elif stack:
                stack.pop()
        return stack[-1] if stack else ""
