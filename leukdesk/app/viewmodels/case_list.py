"""All cases that a search found, as a table that fetches what is looked at, page by page."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from leukdesk.app.viewmodels.case_words import day, specimen_word, status_word
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.numbers import date_and_time, number
from leukdesk.app.workers.lanes import Token
from leukdesk.domain.case import Case, CasePage, CaseQuery
from leukdesk.domain.errors import KnownError

if TYPE_CHECKING:
    from leukdesk.history.history import History

_Index = QModelIndex | QPersistentModelIndex
PAGE = 100  # cases fetched at a time
_KEPT = 30  # pages
_SOON_MS = 250  # a batch writes several times a second
CaseRole = Qt.ItemDataRole.UserRole + 1

COLUMNS = ("accession", "patient", "specimen", "received", "status", "images", "unresolved", "found", "changed")
# What a click on a column's head sorts by; "accession" twice shows the cases opened last.
ORDERS = {name: name for name in ("accession", "patient", "received", "status", "images", "unresolved", "changed")}
NUMBERS = frozenset({"images", "unresolved"})


class ListState(Enum):
    """What there is to see."""

    WAITING = "waiting"  # the history is not open, or the first cases are on their way
    FULL = "full"
    EMPTY = "empty"  # no case at all
    NONE = "none"  # none that matches
    FAILED = "failed"


class CaseList(QAbstractTableModel):
    """Rows are known by number at once; what they say comes when they are painted."""

    state_changed = Signal()

    def __init__(self, casebook: Casebook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._casebook = casebook
        self._query = CaseQuery()
        self._pages: OrderedDict[int, tuple[Case, ...]] = OrderedDict()
        self._asked: set[int] = set()
        self._total, self._looked_at = 0, 0
        self._state, self._begun = ListState.WAITING, False
        self._error: KnownError | None = None
        self._token = Token()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self._refresh)
        casebook.opened.connect(self._open)
        casebook.changed.connect(self._changed)
        casebook.locked.connect(self._lock)

    # -- what is asked for

    @property
    def query(self) -> CaseQuery:
        """What is searched for."""
        return self._query

    @property
    def state(self) -> ListState:
        """What there is to see."""
        return self._state

    @property
    def error(self) -> KnownError | None:
        """Why there is nothing to see."""
        return self._error or self._casebook.error

    def begin(self) -> None:
        """The place is looked at: fetch, where that was not done."""
        self._begun = True
        if self._state in (ListState.WAITING, ListState.FAILED):
            self._refresh()

    def arrange(self, query: CaseQuery) -> None:
        """Search for something else, or sort otherwise."""
        if query != self._query:
            self._query, self._looked_at = query, 0
            self._refresh()

    def sort_by(self, column: int) -> None:
        """Sort by a column; once more: the cases opened last come first."""
        order = ORDERS.get(COLUMNS[column], "newest")
        self.arrange(replace(self._query, order="newest" if order == self._query.order else order))

    @property
    def sorted_column(self) -> int:
        """The column that is sorted by; -1 where it is the time of opening."""
        return COLUMNS.index(self._query.order) if self._query.order in COLUMNS else -1

    def case(self, row: int) -> Case | None:
        """The case of a row; None while it is on its way."""
        page = self._pages.get(row // PAGE)
        return page[row % PAGE] if page is not None and row % PAGE < len(page) else None

    # -- Qt's side

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many cases were found."""
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """What is told of each."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Names of columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(COLUMNS[section])
        return self._names()[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What views ask for; a case that is not there yet is fetched."""
        if not index.isValid() or index.row() >= self._total:
            return None
        name = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(name)
        self._want(index.row() // PAGE)
        case = self.case(index.row())
        if case is None or role == CaseRole:
            return case
        if role == Qt.ItemDataRole.DisplayRole:
            return _words(case, name)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._names()[index.column()]}: {_words(case, name)}"
        return _words(case, name) if role == Qt.ItemDataRole.ToolTipRole and name in ("accession", "found") else None

    def _names(self) -> tuple[str, ...]:
        return (
            self.tr("Accession"), self.tr("Patient"), self.tr("Specimen"), self.tr("Received"), self.tr("Status"),
            self.tr("Images"), self.tr("To resolve"), self.tr("Answers"), self.tr("Changed"),
        )  # fmt: skip

    # -- fetching

    def _want(self, page: int) -> None:
        self._looked_at = page
        if page in self._pages:
            self._pages.move_to_end(page)
        elif page not in self._asked:
            self._asked.add(page)
            self._casebook.read(_work(self._query, page), partial(self._add, page, self._token), self._fail)

    def _refresh(self) -> None:
        if self._casebook.is_locked or not self._begun:
            return
        self._token.cancel()
        self._asked.clear()
        work = _work(self._query, self._looked_at)
        self._token = self._casebook.read(work, partial(self._take, self._looked_at), self._fail)

    def _take(self, page: int, found: CasePage) -> None:
        if page and not found.cases:
            self._looked_at = 0
            self._refresh()
            return
        same = found.total == self._total and self._state is ListState.FULL
        if not same:
            self.beginResetModel()
        self._pages = OrderedDict({page: found.cases})
        self._asked.clear()
        self._total, self._error = found.total, None
        if not same:
            self.endResetModel()
        elif self._total:
            self.dataChanged.emit(self.index(0, 0), self.index(self._total - 1, len(COLUMNS) - 1))
        searching = self._query != CaseQuery(order=self._query.order)
        empty = ListState.NONE if searching else ListState.EMPTY
        self._say(ListState.FULL if found.total else empty)

    def _add(self, page: int, token: Token, found: CasePage) -> None:
        if token.cancelled:
            return
        self._asked.discard(page)
        self._pages[page] = found.cases
        while len(self._pages) > _KEPT:
            self._pages.popitem(last=False)
        last = min(self._total, (page + 1) * PAGE) - 1
        self.dataChanged.emit(self.index(page * PAGE, 0), self.index(last, len(COLUMNS) - 1))

    def _fail(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self._error = error
        self._say(ListState.FAILED)

    def _changed(self, _case_id: int) -> None:
        if self._state is not ListState.WAITING and not self._soon.isActive():
            self._soon.start()

    def _lock(self, on: bool) -> None:
        if not on:
            self._open()
            return
        self._token.cancel()
        self.beginResetModel()
        self._pages.clear()
        self._total = 0
        self.endResetModel()
        self._say(ListState.WAITING)

    def _open(self) -> None:
        if self._begun:
            self._refresh()

    def _say(self, state: ListState) -> None:
        self._state = state
        self.state_changed.emit()


def _work(query: CaseQuery, page: int) -> partial[CasePage]:
    return partial(_search, query, page)


def _search(query: CaseQuery, page: int, history: History) -> CasePage:
    return history.cases.search(query, offset=page * PAGE, limit=PAGE)


def _side(name: str) -> Qt.AlignmentFlag:
    return (Qt.AlignmentFlag.AlignTrailing if name in NUMBERS else Qt.AlignmentFlag.AlignLeading) | _MIDDLE


_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def _words(case: Case, name: str) -> str:
    entered = case.details
    match name:
        case "accession":
            return entered.accession
        case "patient":
            return entered.patient or "–"
        case "specimen":
            return specimen_word(entered.specimen)
        case "received":
            return day(entered.received)
        case "status":
            return status_word(case.status)
        case "images":
            return number(case.images)
        case "unresolved":
            return number(case.unresolved) if case.unresolved else "–"
        case "found":
            most = sorted(case.labels.items(), key=lambda pair: (-pair[1], pair[0]))
            return ", ".join(f"{label} {number(count)}" for label, count in most) or "–"
        case _:
            return date_and_time(case.changed)
