"""What was open and how the window stood, so that a person finds the desk as it was left, after a power cut too.

A convenience, not a choice: what cannot be read is forgotten without a word.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

VERSION = 1


@dataclass(frozen=True, slots=True)
class Workspace:
    """One window. `rect` is x, y, width, height in logical pixels, all 0 where it is not known."""

    open: tuple[str, ...] = ()  # files and folders as the user named them
    image: str = ""  # the file that was looked at
    place: str = ""  # name of the action that goes there
    switches: tuple[str, ...] = ()  # names of the actions that were on
    rect: tuple[int, int, int, int] = (0, 0, 0, 0)
    maximized: bool = False
    watched: int = 0  # the batch into which a watched folder's images went; 0: none was watched
    ended: bool = True  # whether the window was closed, and not torn away


def load(path: Path) -> Workspace:
    """What the last window left behind; an empty desk where there is nothing to be read."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return _checked(data)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return Workspace()


def save(path: Path, workspace: Workspace) -> None:
    """Write it so that a crash leaves the old file or the new one. Raises `OutputError`."""
    from leukdesk.report.atomic import replacing

    with replacing(path, make_folder=True) as stream:
        json.dump({"version": VERSION} | asdict(workspace), stream)


def _checked(data: dict[str, Any]) -> Workspace:
    """Raises `ValueError`, `TypeError` or `KeyError` for anything that no leukdesk wrote."""
    if data["version"] != VERSION:
        raise ValueError(data["version"])
    x, y, width, height = (_whole(one) for one in data["rect"])
    return Workspace(
        open=tuple(map(_word, data["open"])),
        image=_word(data["image"]),
        place=_word(data["place"]),
        switches=tuple(map(_word, data["switches"])),
        rect=(x, y, width, height),
        maximized=data["maximized"] is True,
        watched=_whole(data.get("watched", 0)),
        ended=data["ended"] is True,
    )


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 1_000_000:
        raise ValueError(value)
    return value


def _word(value: object) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError(value)
    return value
