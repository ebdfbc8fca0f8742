"""What a review shows where there is nothing to judge: it is being read, it failed, it is empty, it is done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QStackedLayout, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.review import ReviewSession, ReviewState
from leukdesk.app.views.widgets.empty_state import EmptyState
from leukdesk.app.views.widgets.inline_error import copy_details, in_words
from leukdesk.app.views.widgets.skeleton import Skeleton


class ReviewPages(QWidget):
    """One page for each such state."""

    left = Signal()

    def __init__(self, session: ReviewSession, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.loading = Skeleton(theme, "image", self.tr("The case is being read"))
        self.failed, self.empty = EmptyState(theme, "attention", "refuse"), EmptyState(theme, "image")
        self.done = EmptyState(theme, "ok", "ok")
        self.sign = self.done.add_button(self.tr("Sign off…"), primary=True)
        self.again = self.done.add_button(self.tr("Look at them again"))
        self.again.clicked.connect(session.look_again)
        self.further = self.done.add_button(self.tr("The next ones"), primary=True)
        self.further.clicked.connect(session.next_ones)
        self._backs: list[QPushButton] = []
        for page in (self.done, self.failed, self.empty):
            back = page.add_button(self.tr("Back to the case"))
            back.clicked.connect(self.left)
            self._backs.append(back)
        copy = self.failed.add_button(self.tr("Copy details"))
        copy.clicked.connect(lambda: copy_details(session.error))
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Review"))
        self._stack = QStackedLayout(self)
        for shown in (self.loading, self.failed, self.empty, self.done):
            self._stack.addWidget(shown)
        session.moved.connect(self.refresh)
        session.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the page of the state."""
        state, queue = self._session.state, self._session.in_queue
        for back in self._backs:
            back.setText(self.tr("Back") if queue else self.tr("Back to the case"))
        if state is ReviewState.FAILED:
            error = self._session.error
            self.failed.say(self.tr("The case could not be read"), in_words(error) if error is not None else "")
        elif state is ReviewState.DONE:
            self._say_done()
        elif queue:
            words = self.tr("In every case each image was looked at by a person, or there is none yet.")
            self.empty.say(self.tr("There is nothing left to label"), words)
        else:
            words = self.tr("Images come into a case as they are analysed. Open some, and choose this case for them.")
            self.empty.say(self.tr("There is nothing to review in this case"), words)
        pages: dict[ReviewState, QWidget] = {
            ReviewState.LOADING: self.loading,
            ReviewState.FAILED: self.failed,
            ReviewState.DONE: self.done,
        }
        self._stack.setCurrentWidget(pages.get(state, self.empty))

    def _say_done(self) -> None:
        session = self._session
        open_ones, total = session.unidentified, len(session.items)
        words = self.tr("Reviewed: {total}.").format(total=number(total))
        if session.in_queue:
            words += " " + self.tr("What was labelled counts in the reviews of its cases, and can be trained on.")
        elif open_ones:
            words += " " + self.tr(
                "Unidentified: {count}. Each needs a class, or “not classed”, before the case can be signed."
            ).format(count=number(open_ones))
        else:
            words += " " + self.tr("The case can be signed.")
        self.done.say(self.tr("Everything was looked at"), words)
        self.sign.setVisible(not open_ones and not session.in_queue)
        self.further.setVisible(session.in_queue)
        self.again.setVisible(bool(open_ones))
