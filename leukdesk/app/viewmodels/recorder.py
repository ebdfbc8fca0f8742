"""Every finding of the Analyse place goes into the case history: at once, in groups, each once."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from leukdesk.app.viewmodels.analyse import THUMBNAIL_PX, AnalyseViewModel
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.domain.case import CaseStatus
from leukdesk.domain.errors import HistoryReason, KnownError
from leukdesk.domain.finding import Finding
from leukdesk.domain.user import have_accounts

if TYPE_CHECKING:
    from leukdesk.history.history import History

SIGNED = frozenset({CaseStatus.SIGNED, CaseStatus.FIRST_SIGNED})
_GROUP = 32  # findings in one transaction; while one is written the next ones gather
_AGAIN_MS = 30_000  # a full disk may have room again
# What trying again cannot change.
_FOR_GOOD = frozenset({HistoryReason.SIGNED, HistoryReason.NOT_FOUND, HistoryReason.NOT_ALLOWED, HistoryReason.INVALID})


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """A finding on its way, without its maps: it may have to wait for long."""

    finding: Finding
    temperature: float
    case_id: int | None
    user: int | None  # who worked when it was made; None: whoever works first, once the history is open

    def goes_with(self, other: _Kept) -> bool:
        """Whether both can be written at once."""
        return (self.case_id, self.user) == (other.case_id, other.user)


class Recorder(QObject):
    """Findings wait here until they are on the disk; what cannot be written waits, and is tried again."""

    progressed = Signal()
    not_kept = Signal(object)  # KnownError: what waits goes on waiting, unless it can never be kept

    def __init__(
        self, casebook: Casebook, model: AnalyseViewModel, pictures: PictureSource, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._casebook, self._model, self._pictures = casebook, model, pictures
        self._waiting: deque[_Kept] = deque()
        self._flying: list[_Kept] = []
        self._seen: set[tuple[object, ...]] = set()
        self._error: KnownError | None = None
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(self.try_again)
        model.batch.finished.connect(self._take)
        casebook.user_changed.connect(self._send)

    @property
    def waiting(self) -> int:
        """How many findings are not on the disk yet."""
        return len(self._waiting) + len(self._flying)

    @property
    def error(self) -> KnownError | None:
        """Why the last try to write failed."""
        return self._error

    @property
    def case_id(self) -> int | None:
        """The case that new findings go into; None: recent work, in no case."""
        return self._model.case.id if self._model.case is not None else None

    @property
    def stuck(self) -> bool:
        """Whether what waits cannot be written for now: waiting longer helps nobody."""
        return self._error is not None or self._casebook.error is not None or self._casebook.is_locked

    def keep(self, finding: Finding, temperature: float, case_id: int | None) -> None:
        """Keep a finding, unless this session did before."""
        sign = (finding.source.sha256, finding.bundle.sha256, finding.decision, finding.source.um_per_px, case_id)
        if sign in self._seen:
            return
        self._seen.add(sign)
        prediction = replace(finding.prediction, heatmap=None, embedding=finding.prediction.embedding[:0])
        light = replace(finding, prediction=prediction)
        self._waiting.append(_Kept(light, temperature, case_id, self._user()))
        self._casebook.begin_if_new()
        self._send()
        self.progressed.emit()

    def keep_all(self) -> None:
        """Keep what is known of all open images: they now belong to another case."""
        for place in range(self._model.images.rowCount()):
            self._take(place)

    def try_again(self) -> None:
        """Write what waits, after it could not be written."""
        self._error = None
        self._again.stop()
        self._casebook.begin()
        self._send()

    def send_all(self) -> None:
        """Hand everything to the lane: the window is about to close, and its lane ends with what it was given."""
        while self._waiting and not self.stuck:
            self._casebook.read(self._work(self._next_group()), lambda _: None)

    def _take(self, place: int) -> None:
        finding, card = self._model.images.finding(place), self._model.engine.card
        signed = self._model.case is not None and self._model.case.status in SIGNED  # it is only looked at
        if finding is not None and card is not None and not signed:
            self.keep(finding, card.temperature, self.case_id)

    def _user(self) -> int | None:
        return self._casebook.user.id if self._casebook.user is not None else None

    def _ready(self) -> bool:
        """Whether the first that waits can be written."""
        somebody = bool(self._waiting) and (self._waiting[0].user or self._user()) is not None
        return somebody and self._error is None and self._casebook.is_open

    def _send(self) -> None:
        if self._flying or not self._ready():
            return
        self._flying = self._next_group()
        case_id = self._flying[0].case_id
        self._casebook.write(self._work(self._flying), self._written, self._failed, case_id=case_id)

    def _next_group(self) -> list[_Kept]:
        group = [self._waiting.popleft()]
        while self._waiting and len(group) < _GROUP and self._waiting[0].goes_with(group[0]):
            group.append(self._waiting.popleft())
        return group

    def _work(self, group: Sequence[_Kept]) -> partial[int]:
        return partial(_record, group, group[0].user or self._user(), self._pictures)

    def _written(self, _new: int) -> None:
        self._flying = []
        self._send()
        self.progressed.emit()

    def _failed(self, error: Exception) -> None:
        group, self._flying = self._flying, []
        if isinstance(error, KnownError):
            if error.reason not in _FOR_GOOD:
                self._waiting.extendleft(reversed(group))
                self._error = error
                self._again.start()
            self.not_kept.emit(error)
        self._send()
        self.progressed.emit()


def _record(group: Sequence[_Kept], user: int | None, pictures: PictureSource, history: History) -> int:
    """Runs on the history's lane; returns how many of the group were new.

    `user` is None where the window closes before it was known who works: nobody is asked then, and if people sign in
    here nothing is recorded.
    """
    from leukdesk.analysis.record import record_new

    users = history.users.all() if user is None else []
    if have_accounts(users):
        return 0
    by = users[0].id if user is None else user

    def small(path: Path) -> bytes:
        return pictures.small_file(path, THUMBNAIL_PX)

    found = [(one.finding, one.temperature) for one in group]
    return record_new(found, history.findings, by, group[0].case_id, small)
