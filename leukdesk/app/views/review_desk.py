"""Everything a person does to say what a case holds: review it, answer for a class at once, sign it, amend it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.adjustment import Adjustment
from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.heatmap import HeatmapChoice
from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.app.viewmodels.review import ReviewSession
from leukdesk.app.viewmodels.review_heatmap import ReviewHeatmap
from leukdesk.app.viewmodels.shown_picture import ShownPicture
from leukdesk.app.viewmodels.tiles import tile_cache
from leukdesk.app.views.review_view import ReviewView
from leukdesk.app.workers.lanes import Lanes


class ReviewDesk(QStackedWidget):
    """`begin` starts with a case; `left` wants to see its page again."""

    left = Signal()

    def __init__(self, casebook: Casebook, lanes: Lanes, engine: Engine, pictures: PictureSource, theme: Theme) -> None:
        super().__init__()
        self.session = ReviewSession(casebook, lanes.pictures, pictures, self)
        shown = ShownPicture(lanes, tile_cache(), pictures, Adjustment(self), self)
        heatmap = ReviewHeatmap(engine, HeatmapChoice(lanes.pictures, pictures, self), self)
        self.review = ReviewView(self.session, shown, heatmap, engine, theme)
        self.addWidget(self.review)
        self.review.left.connect(self._leave)

    def begin(self, case_id: int) -> None:
        """Review a case."""
        self.session.open(case_id)
        self.setCurrentWidget(self.review)

    def first_control(self) -> QWidget:
        """Where keys go."""
        return self.review.first_control()

    def _leave(self) -> None:
        self.session.close()
        self.left.emit()
