"""How much an archive may hold, and how it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from leukdesk.domain.errors import ArchiveError, ArchiveReason


@dataclass(frozen=True, slots=True)
class Limits:
    """What is more than this is no archive of images that anyone means to open at once."""

    entries: int = 20_000
    total_bytes: int = 16 << 30
    one_bytes: int = 1 << 30
    ratio: int = 100  # times its own size; uncompressed pictures of smears shrink to a third, blank ones to a fiftieth
    free_bytes: int = 64 << 20  # that it may hold whatever the ratio: small archives of small blank pictures

    def allowed(self, own_bytes: int) -> int:
        """How many bytes an archive of a size may unpack to."""
        return min(self.total_bytes, max(self.free_bytes, self.ratio * own_bytes))


def refused(
    path: Path,
    reason: ArchiveReason,
    what: str,
    advice: str = "Nothing of it was opened. Ask whoever made it for the plain images.",
) -> ArchiveError:
    """The error for an archive."""
    return ArchiveError(what, reason=reason, subject=path, advice=advice)
