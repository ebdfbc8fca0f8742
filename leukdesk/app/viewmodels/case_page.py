"""One case: everything that was recorded of it, and what can be done with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from leukdesk.app.viewmodels.case_images import CaseImages
from leukdesk.app.viewmodels.casebook import Casebook, Failed
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.faces import ClassLook, Vocabulary
from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.app.viewmodels.recorder import SIGNED
from leukdesk.app.workers.lanes import Lanes, Token
from leukdesk.domain.case import Case, CaseDetails, CaseRecord
from leukdesk.domain.errors import KnownError
from leukdesk.domain.summary import CaseSummary, summarise

if TYPE_CHECKING:
    from collections.abc import Callable

    from leukdesk.history.history import History

    _Work = Callable[[History, int, int], object]

_SOON_MS = 250  # a batch writes several times a second


class CasePage(QObject):
    """Shows one case of the history, and follows what is written to it."""

    changed = Signal()  # another case, or more of it, or an error
    written = Signal()  # what was asked for is on the disk
    refused = Signal(object)  # KnownError: something that was asked for was not done
    erased = Signal()

    def __init__(
        self, casebook: Casebook, engine: Engine, lanes: Lanes, pictures: PictureSource, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._casebook, self._engine = casebook, engine
        self.images = CaseImages(casebook, lanes.thumbnails, pictures, self)
        self._case_id: int | None = None
        self._record: CaseRecord | None = None
        self._error: KnownError | None = None
        self._token = Token()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self._load)
        casebook.changed.connect(self._follow)
        casebook.locked.connect(self._lock)

    # -- what is shown

    @property
    def case_id(self) -> int | None:
        """The case that is shown or on its way."""
        return self._case_id

    @property
    def case(self) -> Case | None:
        """The case as it stands, once it is there."""
        return self._record.case if self._record is not None else None

    @property
    def record(self) -> CaseRecord | None:
        """Everything of it, once it is there."""
        return self._record

    @property
    def error(self) -> KnownError | None:
        """Why it cannot be shown."""
        return self._error

    @property
    def is_signed(self) -> bool:
        """Whether it must be opened for amendment before anything is written to it."""
        return self.case is not None and self.case.status in SIGNED

    def vocabulary(self) -> Vocabulary:
        """Names and colours of the classes of the models that judged this case."""
        classes: dict[str, ClassLook] = {}
        for bundle in {one.bundle for one in self._record.findings} if self._record is not None else ():
            classes |= self._engine.vocabulary_of(f"{bundle.name}-{bundle.version}").classes
        return Vocabulary({**self._engine.vocabulary.classes, **classes})

    def summary(self) -> CaseSummary | None:
        """The case in numbers."""
        if self._record is None:
            return None
        names = {key: look.display for key, look in self.vocabulary().classes.items()}
        return summarise(self._record, names)

    # -- what is asked for

    def show(self, case_id: int) -> None:
        """Show another case."""
        if case_id != self._case_id:
            self._forget()
            self._case_id = case_id
            self.changed.emit()
        self._load()

    def leave(self) -> None:
        """Show none."""
        self._forget()
        self.changed.emit()

    def comment(self, text: str, failed: Failed) -> None:
        """Add a remark."""
        self._write(lambda history, user, case: history.reviews.comment(user, case, text), failed)

    def correct(self, details: CaseDetails, why: str, failed: Failed) -> None:
        """Give the case other details, with a reason; a signed case is opened for amendment with the same reason."""
        signed = self.is_signed

        def work(history: History, user: int, case: int) -> object:
            if signed:
                history.reviews.amend(user, case, why)
            return history.cases.correct(user, case, details, why)

        self._write(work, failed)

    def amend(self, why: str, failed: Failed) -> None:
        """Open a signed case again; the signed version stays."""
        self._write(lambda history, user, case: history.reviews.amend(user, case, why), failed)

    def erase(self, why: str, failed: Failed) -> None:
        """Erase the case but for its tombstone; `why` is one of `history.erasure.WhyErased`."""

        def work(history: History, user: int, case: int) -> object:
            from leukdesk.history.erasure import WhyErased

            return history.erase(user, case, WhyErased(why))

        def gone(_: object) -> None:
            self.leave()
            self.erased.emit()

        self._write(work, failed, gone)

    def _write(self, work: _Work, failed: Failed, done: Callable[[object], object] | None = None) -> None:
        user, case = self._casebook.user, self._case_id
        if user is not None and case is not None:
            told = done or self._written
            self._casebook.write(lambda history: work(history, user.id, case), told, failed, case_id=case)

    def _written(self, _: object) -> None:
        self.written.emit()

    # -- what comes back

    def _load(self) -> None:
        if self._case_id is None:
            return
        self._token.cancel()
        work = partial(_read, self._case_id)
        self._token = self._casebook.read(work, self._take, self._fail)

    def _take(self, record: CaseRecord) -> None:
        self._record, self._error = record, None
        self.images.fill(record)
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self._record, self._error = None, error
            self.images.fill(None)
            self.changed.emit()

    def _follow(self, case_id: int) -> None:
        if self._case_id is not None and case_id in (0, self._case_id) and not self._soon.isActive():
            self._soon.start()

    def _lock(self, on: bool) -> None:
        if on:
            self._record = None
            self.images.fill(None)
            self.changed.emit()
        else:
            self._load()

    def _forget(self) -> None:
        self._token.cancel()
        self._soon.stop()
        self._case_id = self._record = self._error = None
        self.images.fill(None)


def _read(case_id: int, history: History) -> CaseRecord:
    return history.trail.case(case_id)
