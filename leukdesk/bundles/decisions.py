"""What was decided after a new model was judged, by whom and why: one line of JSON each, only ever added to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from leukdesk.bundles.lines import add_line, read_lines

if TYPE_CHECKING:
    from pathlib import Path

Choice = Literal["used", "kept"]


@dataclass(frozen=True, slots=True)
class Decision:
    """The new model is used, or the present one is kept; models by name and version, `sha256` of the new one."""

    at: str  # UTC, ISO 8601
    by: str
    choice: Choice
    new: str
    sha256: str
    active: str  # the one it was compared with; empty for none
    verdict: str
    why: str


class Decisions:
    """The record in one file, which need not exist."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def add(self, one: Decision) -> None:
        """Add a line and return when it is on the disk. Raises `OutputError`."""
        add_line(self._file, one, "the decision")

    def all(self) -> list[Decision]:
        """Every decision, the oldest first; a line that a power cut tore is passed over."""
        return read_lines(self._file, Decision)

    def last(self, sha256: str) -> Decision | None:
        """What was decided last of the model with this hash."""
        return next((one for one in reversed(self.all()) if one.sha256 == sha256), None)
