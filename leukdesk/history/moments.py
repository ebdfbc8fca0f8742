"""Times and paths as the tables hold them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

_RAW = "bytes:"


def moment(microseconds: int) -> datetime:
    """Microseconds since 1970 as a UTC time."""
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(microsecond=microseconds % 1_000_000)


def path_text(path: Path) -> str:
    """A path as text; a name that is not valid Unicode is kept byte by byte, so that the file can be opened again."""
    text = str(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _RAW + os.fsencode(path).hex()
    return text


def text_path(text: str) -> Path:
    """The path that `path_text` wrote."""
    return Path(os.fsdecode(bytes.fromhex(text[len(_RAW) :]))) if text.startswith(_RAW) else Path(text)
