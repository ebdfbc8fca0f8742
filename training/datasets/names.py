"""What a file's name says that its folder or its content contradicts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

_SUFFIXES = {
    "JPEG": (".jpg", ".jpeg"),
    "PNG": (".png",),
    "BMP": (".bmp",),
    "TIFF": (".tif", ".tiff"),
}


def wrong_suffix(path: Path, content: str) -> str | None:
    """A sentence if a file of this content has the suffix of another format; None if they agree."""
    if path.suffix.lower() in _SUFFIXES.get(content, (path.suffix.lower(),)):
        return None
    return f"named {path.suffix}, but the content is {content}"


def name_conflict(image_id: str, label: str, classes: Sequence[str]) -> str | None:
    """The other class that the words of a file's name tell, if they tell exactly one and it is not `label`."""
    stem = PurePosixPath(image_id).stem.casefold()
    words = set(re.split(r"[^a-z]+", stem))
    told = [one for one in classes if one.casefold() in words]
    return told[0] if len(told) == 1 and told[0] != label else None
