"""Writing to a terminal: results on stdout, everything else on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

# Qt platforms that draw where nobody looks.
_UNSEEN = ("offscreen", "minimal", "vnc")


def out(line: str = "") -> None:
    """A line of results."""
    sys.stdout.write(f"{line}\n")


def note(line: str) -> None:
    """A line about the work."""
    sys.stderr.write(f"{line}\n")


def plain(text: object) -> str:
    """Text without control characters: names of files come from anywhere and must not steer a terminal."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in str(text))


def columns(rows: Iterable[Iterable[str]]) -> list[str]:
    """Rows as lines with aligned columns."""
    cells = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def prepare_streams() -> None:
    """Names that the terminal's encoding lacks are written with backslashes rather than end the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def has_display() -> bool:
    """Whether a window would be seen."""
    return can_open_window() and os.environ.get("QT_QPA_PLATFORM", "").split(":")[0] not in _UNSEEN


def can_open_window() -> bool:
    """Whether Qt has something to draw on; without it, it would end the program with a core dump."""
    places = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform in ("win32", "darwin") or any(os.environ.get(name) for name in places)
