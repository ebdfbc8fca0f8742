"""The report of a case as the window sees it: its pages to look at, and the file or the paper that leaves the history.

Looking changes nothing. What is saved or printed is recorded in the case's chain first, so that the report carries its
own event.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.errors import KnownError
from leukdesk.domain.user import Right

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from leukdesk.app.viewmodels.ports import Bench
    from leukdesk.domain.case import CaseRecord
    from leukdesk.history.head import Head
    from leukdesk.history.history import History

    Taken = tuple[CaseRecord, Head]

FORMS = ("pdf", "xlsx", "csv", "json")
SCREEN_DPI, PRINT_DPI = 110.0, 200.0
Paint = Callable[["QImage", bool], object]  # a page on the printer, and whether it is the last


class ReportDesk(QObject):
    """One case at a time. `changed` tells that pages came, or that something failed; `page_ready` the one wanted."""

    changed = Signal()
    page_ready = Signal(int, object)  # number from 0, QImage
    saved = Signal(object)  # Path
    printed = Signal()

    def __init__(
        self, casebook: Casebook, lane: Lane, make_bench: Callable[[], Bench], parent: QObject | None = None
    ) -> None:
        """`make_bench` is called on the lane."""
        super().__init__(parent)
        self._casebook, self._lane, self._make_bench = casebook, lane, make_bench
        self._case = 0
        self._pdf = b""
        self._pages = 0
        self._busy = False
        self._error: KnownError | None = None
        self._token = Token()

    @property
    def pages(self) -> int:
        """How many pages there are; 0 while they are made."""
        return self._pages

    @property
    def busy(self) -> bool:
        """Whether something is being made, written or printed."""
        return self._busy

    @property
    def error(self) -> KnownError | None:
        """What went wrong last."""
        return self._error

    @property
    def may_take_out(self) -> bool:
        """Whether who works here may save and print."""
        return self._casebook.may(Right.EXPORT)

    def show(self, case_id: int) -> None:
        """Make the pages of a case to look at."""
        self.leave()
        self._case, self._token = case_id, Token()
        self._start()
        self._casebook.read(partial(_look, case_id=case_id), partial(self._make, self._token), self._refuse)

    def leave(self) -> None:
        """Nobody looks any more: what is not yet made is not made."""
        self._token.cancel()
        self._pdf, self._pages, self._busy, self._error = b"", 0, False, None

    def want_page(self, number: int) -> None:
        """`page_ready` will carry this page."""
        if 0 <= number < self._pages:
            work = partial(_page, self._pdf, number, SCREEN_DPI)
            self._lane.submit(work, lambda image: self.page_ready.emit(number, image), self._refuse, token=self._token)

    def save(self, path: Path) -> None:
        """Write the case to a file, in the form that its name ends in; `saved` follows."""

        def write(taken: Taken) -> None:
            self._lane.submit(partial(self._write, taken, path), self._was_saved, self._refuse)

        self._take_out(write)

    def print_pages(self, paint: Paint) -> None:
        """Give every page to `paint`, on a lane, in order; `printed` follows."""

        def write(taken: Taken) -> None:
            self._lane.submit(partial(self._paint, taken, paint), self._was_printed, self._refuse)

        self._take_out(write)

    def _take_out(self, then: Callable[[Taken], None]) -> None:
        user = self._casebook.user
        if user is None or self._busy:
            return
        self._start()
        work = partial(_take, user=user.id, case_id=self._case)
        self._casebook.write(work, then, self._refuse, case_id=self._case)

    # -- on the lane

    def _write(self, taken: Taken, path: Path) -> Path:
        from leukdesk.report.atomic import write_whole
        from leukdesk.report.case_file import form_of

        write_whole(path, self._make_bench().report_bytes(*taken, form_of(path)))
        return path

    def _paint(self, taken: Taken, paint: Paint) -> None:
        from leukdesk.report.pages import count_pages

        pdf = self._make_bench().report_bytes(*taken, "pdf")
        pages = count_pages(pdf)
        for number in range(pages):
            paint(_page(pdf, number, PRINT_DPI), number == pages - 1)

    # -- what comes back

    def _make(self, token: Token, taken: Taken) -> None:
        if not token.cancelled:
            work = partial(_pdf_of, self._make_bench, taken)
            self._lane.submit(work, self._take_pages, self._refuse, token=token)

    def _take_pages(self, made: tuple[bytes, int]) -> None:
        self._pdf, self._pages = made
        self._end()

    def _was_saved(self, path: Path) -> None:
        self._end()
        self.saved.emit(path)

    def _was_printed(self, _nothing: None) -> None:
        self._end()
        self.printed.emit()

    def _refuse(self, error: Exception) -> None:
        self._error = error if isinstance(error, KnownError) else None
        self._end()

    def _start(self) -> None:
        self._busy, self._error = True, None
        self.changed.emit()

    def _end(self) -> None:
        self._busy = False
        self.changed.emit()


def _look(history: History, case_id: int) -> Taken:
    return history.trail.case(case_id), history.trail.head()


def _take(history: History, user: int, case_id: int) -> Taken:
    return history.export(user, case_id), history.trail.head()


def _pdf_of(make_bench: Callable[[], Bench], taken: Taken) -> tuple[bytes, int]:
    from leukdesk.report.pages import count_pages

    pdf = make_bench().report_bytes(*taken, "pdf")
    return pdf, count_pages(pdf)


def _page(pdf: bytes, number: int, dots: float) -> QImage:
    from leukdesk.app.workers.pictures import to_qimage
    from leukdesk.report.pages import render_page

    return to_qimage(render_page(pdf, number, dots))
