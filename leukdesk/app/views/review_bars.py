"""Above and below the picture of a review: how far one is, and what is seldom needed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.review import ReviewSession
from leukdesk.app.viewmodels.review_heatmap import ReviewHeatmap
from leukdesk.app.viewmodels.review_queue import same_answer
from leukdesk.app.views.widgets.labels import ElidedLabel, label

_BAR = 120  # px


class ReviewHead(QFrame):
    """The way back, which case and image this is, and how many are done."""

    left = Signal()

    def __init__(self, session: ReviewSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.back = QPushButton(self.tr("Back to the case"))
        self.back.setProperty("kind", "small")
        self.back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.back.clicked.connect(self.left)
        self.where, self.count, self.bar = ElidedLabel("heading"), label("", "caption"), QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(_BAR)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.setProperty("panel", "header")
        self.setMinimumHeight(tokens.HEADER_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_3, tokens.SPACE_1, tokens.SPACE_3, tokens.SPACE_1)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(self.back)
        row.addWidget(self.where, 1)
        row.addWidget(self.count)
        row.addWidget(self.bar)

    def refresh(self) -> None:
        """Show where the review stands."""
        item, case, total = self._session.item, self._session.case, len(self._session.items)
        self.back.setText(self.tr("Back") if self._session.in_queue else self.tr("Back to the case"))
        if item is None or (case is None and not self._session.in_queue):
            return
        cell = self.tr("cell {number}").format(number=number(item.finding.cell)) if item.finding.cell else ""
        first = case.details.accession if case is not None else self.tr("Most useful next")
        parts = (first, item.image.path.name, cell)
        self.where.set_text("  ›  ".join(part for part in parts if part), str(item.image.path))
        done = self._session.reviewed
        words = self.tr("{done} of {total} reviewed").format(done=number(done), total=number(total))
        if self._session.unidentified:
            words += self.tr(", {count} unidentified").format(count=number(self._session.unidentified))
        self.count.setText(words)
        self.bar.setRange(0, max(1, total))
        self.bar.setValue(done)


class ReviewFoot(QFrame):
    """Back, skip, undo, heatmap, and all of a class at once."""

    def __init__(
        self, session: ReviewSession, heatmap: ReviewHeatmap, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._heatmap = session, heatmap
        self.back = self._button(self.tr("Back (Left)"))
        self.skip = self._button(self.tr("Skip (Right)"))
        self.undo = self._button(self.tr("Undo (Ctrl+Z)"))
        self.heatmap = self._button(self.tr("Heatmap (Space)"))
        self.gallery = self._button(self.tr("All of a class… (A)"))
        self.heatmap.setCheckable(True)
        self.back.clicked.connect(session.back)
        self.skip.clicked.connect(session.skip)
        self.undo.clicked.connect(session.undo)
        theme.dress(self.heatmap, "heatmap")
        theme.dress(self.gallery, "grid")
        self.setProperty("panel", "list")
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_3, tokens.SPACE_2, tokens.SPACE_3, tokens.SPACE_2)
        row.setSpacing(tokens.SPACE_2)
        for one in (self.back, self.skip, self.undo):
            row.addWidget(one)
        row.addStretch(1)
        row.addWidget(self.heatmap)
        row.addWidget(self.gallery)

    def refresh(self) -> None:
        """Offer what can be done now."""
        session, item = self._session, self._session.item
        self.back.setEnabled(session.place > 0)
        self.undo.setEnabled(session.can_undo and not session.read_only)
        self.heatmap.setEnabled(session.reveals and self._heatmap.can_explain(item))
        self.heatmap.setChecked(self._heatmap.choice.shown or self._heatmap.running)
        some = item is not None and any(same_answer(session.items, one) for one in item.classes)
        self.gallery.setEnabled(some and not session.blind and not session.read_only)

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("kind", "small")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button
