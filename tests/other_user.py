"""Act as a user without rights for a moment: tests often run as root, whom no permission stops."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_NOBODY = 65534


@contextmanager
def without_rights() -> Iterator[None]:
    """Run the block as nobody where this is root; import what the block needs before it."""
    if os.name == "nt" or os.geteuid() != 0:
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
