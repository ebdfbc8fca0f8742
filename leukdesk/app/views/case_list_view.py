"""All cases: search as you type, filters, sorting, a new one. A scanned accession number opens its case."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.case_list import COLUMNS, CaseList, CaseRole, ListState
from leukdesk.app.viewmodels.case_words import status_word
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.widgets.action_button import ActionButton
from leukdesk.app.views.widgets.empty_state import EmptyState
from leukdesk.app.views.widgets.inline_error import copy_details, headline
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.app.views.widgets.search_field import SearchField
from leukdesk.app.views.widgets.skeleton import Skeleton
from leukdesk.domain.case import Case, CaseStatus

_LINE = 34  # px at 100 % text
_WIDTHS = {"accession": 130, "patient": 110, "specimen": 90, "received": 100, "status": 120, "images": 80,
           "unresolved": 100, "found": 260}  # fmt: skip
_FILTERS = (CaseStatus.OPEN, CaseStatus.IN_REVIEW, CaseStatus.FIRST_SIGNED, CaseStatus.SIGNED, CaseStatus.AMENDING)


class CaseListView(QWidget):
    """`chosen` carries the id of the case to show; `wanted` a number that no case has yet."""

    chosen = Signal(int)
    wanted = Signal(str)

    def __init__(
        self, casebook: Casebook, cases: CaseList, theme: Theme, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._casebook, self._cases, self._theme, self._actions = casebook, cases, theme, actions
        self.search = SearchField(theme, self.tr("Search cases…"))
        self.status = Picker(theme, self.tr("Status"))
        self.status.addItem(self.tr("Any status"), None)
        for status in _FILTERS:
            self.status.addItem(status_word(status), status)
        self.table = _Table(cases)
        self._count = label("", "caption")
        self.message = EmptyState(theme, "cases")
        self.button = self.message.add_button("", primary=True)
        self.second = self.message.add_button("")
        self._loading = Skeleton(theme, "lines", self.tr("Cases are on their way"))
        self._pages = QStackedLayout()
        self._lay_out()
        self._connect()
        self._fit()
        self._show()

    def first_control(self) -> QWidget:
        """Where keys go when one comes here: a scanner may write at once."""
        return self.search.field

    # -- what is asked for

    def _connect(self) -> None:
        self._cases.state_changed.connect(self._show)
        self._casebook.failed.connect(lambda _: self._show())
        self.search.changed.connect(self._search)
        self.status.currentIndexChanged.connect(self._search)
        self.search.field.returnPressed.connect(self._scan)
        self.table.activated.connect(self._choose)
        self.table.typed.connect(self._type)
        self.table.horizontalHeader().sectionClicked.connect(self._sort)
        self.button.clicked.connect(self._act)
        self.second.clicked.connect(lambda: copy_details(self._cases.error))
        self._theme.changed.connect(self._fit)

    def _search(self) -> None:
        status = self.status.currentData()
        statuses = frozenset({CaseStatus(status)} if status is not None else ())
        self._cases.arrange(replace(self._cases.query, text=self.search.text(), statuses=statuses))

    def _scan(self) -> None:
        """Enter after a number: the case that has exactly this one, else the only one found, else a new one."""
        text = self.search.text()
        if text:
            self._casebook.read(lambda history: history.cases.by_accession(text), self._go_to)
        elif self._cases.rowCount():
            self.table.setFocus()

    def _go_to(self, case: Case | None) -> None:
        only = self._cases.case(0) if self._cases.rowCount() == 1 else None
        if case is not None or only is not None:
            self.chosen.emit((case or only).id)  # type: ignore[union-attr]
        elif self._cases.state is ListState.NONE:
            self.wanted.emit(self.search.text())

    def _choose(self, index: QModelIndex) -> None:
        case = index.data(CaseRole)
        if isinstance(case, Case):
            self.chosen.emit(case.id)

    def _type(self, text: str) -> None:
        self.search.field.setFocus()
        self.search.field.insert(text)

    def _sort(self, column: int) -> None:
        self._cases.sort_by(column)
        self._show_order()

    def _act(self) -> None:
        match self._state():
            case ListState.FAILED if self._casebook.restorable:
                self._actions.restore_history.trigger()
            case ListState.FAILED:
                self._casebook.begin()
                self._cases.begin()
            case ListState.NONE:
                self.status.setCurrentIndex(0)
                self.search.clear()
            case _:
                self._actions.new_case.trigger()

    # -- what is shown

    def _show(self) -> None:
        state = self._state()
        pages = {ListState.FULL: self.table, ListState.WAITING: self._loading}
        self._say(state)
        self._pages.setCurrentWidget(pages.get(state, self.message))
        if (layout := self.message.layout()) is not None:
            layout.activate()  # at once: words that are to be read are never seen cut
        total = self._cases.rowCount()
        self._count.setText(self.tr("Cases: {count}").format(count=number(total)) if total else "")
        if total and not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self._cases.index(0, 0))

    def _state(self) -> ListState:
        return ListState.FAILED if self._casebook.error is not None else self._cases.state

    def _say(self, state: ListState) -> None:
        self.second.setVisible(state is ListState.FAILED)
        if state is ListState.EMPTY:
            words = self.tr("Type or scan an accession number to open the first one.")
            self._word(self.tr("No case yet"), words, self.tr("New case…"))
        elif state is ListState.NONE:
            words = self.tr("Press Enter to open a new case with what you typed as its accession number.")
            self._word(self.tr("No case matches"), words, self.tr("Show all cases"))
        elif state is ListState.FAILED and (error := self._cases.error) is not None:
            again = self.tr("Restore…") if self._casebook.restorable else self.tr("Try again")
            self.second.setText(self.tr("Copy details"))
            self._word(headline(error), error.advice, again)

    def _word(self, title: str, text: str, button: str) -> None:
        self.message.say(title, text)
        self.button.setText(button)

    def _show_order(self) -> None:
        header, column = self.table.horizontalHeader(), self._cases.sorted_column
        header.setSortIndicatorShown(column >= 0)
        if column >= 0:
            header.setSortIndicator(column, Qt.SortOrder.AscendingOrder)

    def _fit(self) -> None:
        self.table.verticalHeader().setDefaultSectionSize(self._theme.px(_LINE))
        for place, name in enumerate(COLUMNS[:-1]):
            self.table.setColumnWidth(place, self._theme.px(_WIDTHS[name]))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(tokens.SPACE_4, tokens.SPACE_3, tokens.SPACE_4, tokens.SPACE_2)
        head.setSpacing(tokens.SPACE_3)
        head.addWidget(label(self.tr("Cases"), "title"))
        head.addWidget(self.search)
        head.addWidget(self.status)
        head.addStretch(1)
        head.addWidget(self._count)
        for action in (self._actions.most_useful, self._actions.new_case):
            head.addWidget(ActionButton(self._theme, action, "toggle"))
        waiting = QWidget()
        under = QVBoxLayout(waiting)
        under.setContentsMargins(tokens.SPACE_4, tokens.SPACE_3, tokens.SPACE_4, 0)
        under.addWidget(self._loading)
        under.addStretch(1)
        self._loading = waiting  # type: ignore[assignment]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(self._pages, 1)
        for one in (self.table, waiting, self.message):
            self._pages.addWidget(one)
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)


class _Table(QTableView):
    """Letters and digits go to the search, whatever commands of the window they are: a scanner may be writing."""

    typed = Signal(str)

    def __init__(self, cases: CaseList) -> None:
        super().__init__()
        self.setModel(cases)
        self.setAccessibleName(self.tr("Cases"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setStretchLastSection(True)
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _letters(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if text := _letters(event):
            self.typed.emit(text)
        else:
            super().keyPressEvent(event)


def _letters(event: QKeyEvent) -> str:
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
    text = event.text()
    return text if plain and text.isprintable() and text.strip() else ""
