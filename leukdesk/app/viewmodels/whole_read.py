"""How far a slide has been read for its hash, which is done once while it does not change, and may take minutes."""

from __future__ import annotations

import time

from leukdesk.app.viewmodels.progress import Progress
from leukdesk.app.workers.lanes import Token
from leukdesk.domain.errors import Cancelled

_SOON_S = 0.5  # what takes less is not worth a word
_MB = 1_000_000


class WholeRead:
    """Told on a lane, asked on the GUI thread."""

    def __init__(self, token: Token) -> None:
        self._token, self._begun = token, 0.0
        self._at = 0, 0

    def told(self, done: int, size: int) -> None:
        """So many bytes of so many are read. Raises `Cancelled` where nobody waits for the rest."""
        if self._token.cancelled:
            raise Cancelled
        self._begun = self._begun or time.monotonic()
        self._at = done, size

    @property
    def progress(self) -> Progress | None:
        """In MB, with MB a second; None where it takes no time worth telling, or is over."""
        (done, size), since = self._at, time.monotonic() - self._begun
        if self._begun == 0 or done == size or since < _SOON_S:
            return None
        return Progress(done=done // _MB, total=max(1, size // _MB), rate=done / _MB / since, running=True)
