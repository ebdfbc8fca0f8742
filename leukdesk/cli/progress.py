"""A progress bar on stderr, for people only."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def progress(items: Iterable[Item], *, total: int, visible: bool = True) -> Iterator[Item]:
    """Pass items on, with a bar on stderr where that is a terminal."""
    if not (visible and sys.stderr.isatty()):
        yield from items
        return
    from tqdm import tqdm

    yield from tqdm(items, total=total, unit=" images", file=sys.stderr, leave=False, dynamic_ncols=True)
