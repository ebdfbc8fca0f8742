"""The pages of a review: one answer after the other, and all of a class at once."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.judging import Judging
from leukdesk.app.viewmodels.review_queue import most_useful
from leukdesk.app.views.review_gallery_view import ReviewGalleryView
from leukdesk.app.views.review_view import ReviewView


class ReviewDesk(QStackedWidget):
    """`begin` starts with a case; `left` wants to see its page again, `sign_wanted` to sign it."""

    left = Signal()
    sign_wanted = Signal()

    def __init__(self, models: Judging, engine: Engine, theme: Theme) -> None:
        super().__init__()
        self.session, self._gallery = models.session, models.gallery
        self.review = ReviewView(models.session, models.shown, models.heatmap, engine, theme)
        self.gallery = ReviewGalleryView(models.session, models.gallery, engine, theme)
        for one in (self.review, self.gallery):
            self.addWidget(one)
        self.review.left.connect(self._leave)
        self.review.sign_wanted.connect(self.sign_wanted)
        self.review.gallery_wanted.connect(self._show_gallery)
        self.gallery.left.connect(lambda: self._show(self.review))

    def begin(self, case_id: int) -> None:
        """Review a case."""
        self._gallery.forget()
        self.session.open(case_id)
        self._show(self.review)

    def begin_useful(self, case_id: int | None) -> None:
        """Label what a model would learn most of, out of all cases or out of one."""
        self._gallery.forget()
        self.session.open_queue(most_useful(case_id=case_id))
        self._show(self.review)

    def first_control(self) -> QWidget:
        """Where keys go."""
        return (self.gallery if self.currentWidget() is self.gallery else self.review).first_control()

    def _show_gallery(self) -> None:
        """Not in a blind reading, since it says what the model says."""
        if self.review.foot.gallery.isEnabled():
            self.gallery.begin()
            self._show(self.gallery)

    def _show(self, page: QWidget) -> None:
        self.setCurrentWidget(page)
        if self.isVisible():
            self.first_control().setFocus()

    def _leave(self) -> None:
        self.session.close()
        self.left.emit()
