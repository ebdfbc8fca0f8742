"""The page of one case: what can be done with it, its images, and beside them everything that was recorded."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.case_page import CasePage
from leukdesk.app.viewmodels.case_words import STATUS_ICONS, STATUS_TONES, status_word
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.case_images_view import CaseImagesView
from leukdesk.app.views.case_sections import CaseSections
from leukdesk.app.views.widgets.action_button import ActionButton
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.empty_state import EmptyState
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import ElidedLabel, label, link
from leukdesk.app.views.widgets.skeleton import Skeleton
from leukdesk.domain.case import Case
from leukdesk.domain.user import Right


class CasePageView(QWidget):
    """`left` wants the list back, `chosen` another case; `images_wanted` carries files to look at, and which first.

    What can be done with a case is a row of buttons: `add_action` puts another one there, `add_rare` what is seldom
    needed into the menu at its end.
    """

    left = Signal()
    chosen = Signal(int)
    images_wanted = Signal(list, object)  # list[Path], Path or None

    def __init__(
        self, page: CasePage, casebook: Casebook, theme: Theme, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._page, self._casebook, self._theme, self._actions = page, casebook, theme, actions
        self.back = link(self.tr("Cases"))
        self.title = ElidedLabel("title")
        self.status = Chip(theme)
        self.unresolved = Chip(theme, "", "unidentified", "attention")
        self.images = CaseImagesView(page.images, theme)
        self.sections = CaseSections(theme)
        self.error = InlineError(theme)
        self.empty = EmptyState(theme, "image")
        self.empty.say(
            self.tr("No image in this case"),
            self.tr("Drop images or a folder here. They open in Analyse, and what is found is kept in this case."),
        )
        self._row, self.more = QHBoxLayout(), QToolButton()
        self._pages, self._waiting = QStackedLayout(), Skeleton(theme, "lines", self.tr("The case is on its way"))
        self._lay_out()
        self._connect()
        self._show()

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        return self.images if self._page.images.rowCount() else self.back

    def add_action(self, action: QAction) -> ActionButton:
        """Put a button for something one can do with the case at the end of the row."""
        button = ActionButton(self._theme, action, "toggle")
        self._row.insertWidget(self._row.count() - 1, button)
        return button

    def add_rare(self, *actions: QAction) -> None:
        """Put what one seldom does with the case into the menu at the end of the row."""
        self.more.menu().addActions(actions)

    # -- what is asked for

    def _connect(self) -> None:
        page = self._page
        page.changed.connect(self._show)
        page.written.connect(self.sections.forget_comment)
        self._casebook.user_changed.connect(self._show)
        self.back.clicked.connect(self.left)
        self.images.activated.connect(self._open)
        self.sections.chosen.connect(self.chosen)
        self.sections.commented.connect(lambda text: page.comment(text, page.refused.emit))

    def _open(self, index: QModelIndex) -> None:
        paths = self._page.images.paths()
        self.images_wanted.emit(paths, paths[index.row()])

    # -- what is shown

    def _show(self) -> None:
        page, case = self._page, self._page.case
        self.error.tell(page.error if case is None else None)
        self._waiting.setVisible(case is None and page.error is None)
        self.images.use(page.vocabulary())
        some = page.images.rowCount() > 0
        self._pages.setCurrentWidget(self._none if case is None else self.images if some else self.empty)
        may_comment = case is not None and not page.is_signed and self._casebook.may(Right.COMMENT)
        self.sections.show_case(page.record, page.summary(), may_comment=may_comment)
        self._show_head(case)
        if some and not self.images.currentIndex().isValid():
            self.images.setCurrentIndex(page.images.index(0))
        for action, right in self._rights():
            action.setEnabled(case is not None and self._casebook.may(right))

    def _show_head(self, case: Case | None) -> None:
        self.title.set_text(self.tr("case {number}").format(number=case.details.accession) if case else "")
        for chip in (self.status, self.unresolved):
            chip.setVisible(case is not None)
        if case is not None:
            self.status.show_state(status_word(case.status), STATUS_ICONS[case.status], STATUS_TONES[case.status])
            self.unresolved.setVisible(case.unresolved > 0)
            words = self.tr("{count} to resolve").format(count=number(case.unresolved))
            self.unresolved.show_state(words, "unidentified", "attention")

    def _rights(self) -> tuple[tuple[QAction, Right], ...]:
        one = self._actions
        return (one.add_to_case, Right.RECORD), (one.edit_case, Right.EDIT_CASE), (one.erase_case, Right.ERASE)

    # -- building

    def _lay_out(self) -> None:
        main, whole = QVBoxLayout(), QHBoxLayout(self)
        self._none = QWidget()
        none = QVBoxLayout(self._none)
        none.setContentsMargins(tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4, 0)
        none.addWidget(self.error)
        none.addWidget(self._waiting)
        none.addStretch(1)
        main.setSpacing(0)
        main.addWidget(self._head())
        main.addLayout(self._pages, 1)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(main, 1)
        whole.addWidget(self.sections)
        for one in (self.images, self.empty, self._none):
            self._pages.addWidget(one)
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def _set_up_more(self) -> None:
        self.more.setText(self.tr("More"))
        self.more.setAccessibleName(self.tr("What else can be done with this case"))
        self.more.setProperty("kind", "toggle")
        self.more.setMenu(QMenu(self.more))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _head(self) -> QFrame:
        head = QFrame()
        head.setProperty("panel", "header")
        column = QVBoxLayout(head)
        column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_2, tokens.SPACE_4, tokens.SPACE_2)
        column.setSpacing(tokens.SPACE_1)
        names = QHBoxLayout()
        names.setSpacing(tokens.SPACE_2)
        for one in (self.back, label("›", "muted")):
            names.addWidget(one)
        names.addWidget(self.title, 1)
        names.addWidget(self.status)
        names.addWidget(self.unresolved)
        self._row.setSpacing(tokens.SPACE_1)
        self._row.addWidget(self.more)
        self._set_up_more()
        self.add_action(self._actions.add_to_case)
        self.add_rare(self._actions.edit_case, self._actions.erase_case)
        rest = QHBoxLayout()
        rest.addLayout(self._row)
        rest.addStretch(1)
        column.addLayout(names)
        column.addLayout(rest)
        return head
