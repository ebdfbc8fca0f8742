"""The side of a review: what the model says, which answers there are, and which was given."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.faces import DECISION_ICONS, DECISION_TONES, Vocabulary, percent
from leukdesk.app.viewmodels.review import ReviewSession
from leukdesk.app.viewmodels.review_queue import ReviewItem
from leukdesk.app.viewmodels.review_words import decision_words, label_name, said_by
from leukdesk.app.views.widgets.answer_keys import AnswerKeys, AnswerLook
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.labels import ElidedLabel, label, rule
from leukdesk.app.views.widgets.side_panel import SidePanel
from leukdesk.domain.review import NOT_CLASSED, UNIDENTIFIED


class ReviewPanel(SidePanel):
    """Shows one item; a click on an answer gives it."""

    def __init__(self, session: ReviewSession, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Answer"), parent)
        self._session = session
        self.decision = Chip(theme)
        self.answer, self.percent = ElidedLabel("title", Qt.TextElideMode.ElideRight), label("", "title")
        self.why = label("", "muted", wrap=True)
        self.accept = QPushButton()
        self.accept.setProperty("kind", "primary")
        self.accept.clicked.connect(session.accept)
        self.classes, self.others = AnswerKeys(theme), AnswerKeys(theme)
        for keys in (self.classes, self.others):
            keys.chosen.connect(session.say)
        self.said = label("", "caption", wrap=True)
        self.hint = label("", wrap=True)
        self.hint.setProperty("tone", "attention")
        self._lay_out()

    def show_item(self, item: ReviewItem, vocabulary: Vocabulary) -> None:
        """Show what is known of an item."""
        self._show_model(item, vocabulary)
        open_to = not self._session.read_only
        shown = self._session.reveals
        self.classes.show_looks(
            AnswerLook(
                one,
                vocabulary.look(one).display,
                key,
                vocabulary.look(one).colour,
                item.finding.probabilities[one] if shown else None,
                models=shown and item.accepted and one == item.finding.label,
                given=one == item.label,
            )
            for key, one in item.keys.items()
        )
        self.others.show_looks(
            AnswerLook(one, label_name(one, vocabulary), key, given=one == item.label)
            for one, key in ((UNIDENTIFIED, "U"), (NOT_CLASSED, "N"))
        )
        for keys in (self.classes, self.others):
            keys.setEnabled(open_to)
        self.said.setText(said_by(item, vocabulary))
        self._show_accept(item, vocabulary)

    def say(self, hint: str) -> None:
        """Say why a key had no effect; nothing takes it away."""
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))

    def _show_model(self, item: ReviewItem, vocabulary: Vocabulary) -> None:
        shown = self._session.reveals
        for one in (self.answer, self.percent, self.decision):
            one.setVisible(shown)
        if not shown:
            self.why.setText(self.tr("Hidden until you have said what it is."))
            self.why.show()
            return
        decision, (word, why) = item.finding.decision, decision_words(item)
        self.decision.show_state(word, DECISION_ICONS[decision], DECISION_TONES[decision])
        self.answer.set_text(vocabulary.look(item.finding.label).display if item.accepted else self.tr("No answer"))
        self.percent.setText(percent(item.finding.probability) if item.accepted else "")
        self.why.setText(why)
        self.why.setVisible(bool(why))

    def _show_accept(self, item: ReviewItem, vocabulary: Vocabulary) -> None:
        """What the Enter key does."""
        shown = not self._session.read_only and (bool(item.label) or (self._session.reveals and item.accepted))
        self.accept.setVisible(shown)
        if item.label:
            words = self.tr("Leave it so and go on (Enter)")
        else:
            words = self.tr("Accept and go on (Enter)")
            self.accept.setToolTip(vocabulary.look(item.finding.label).display)
        self.accept.setText(words)

    def _lay_out(self) -> None:
        column = self.column
        head = QHBoxLayout()
        head.addWidget(label(self.tr("The model says"), "section"), 1)
        head.addWidget(self.decision)
        column.addLayout(head)
        line = QHBoxLayout()
        line.addWidget(self.answer, 1)
        line.addWidget(self.percent)
        column.addLayout(line)
        for one in (self.why, self.accept, rule(), label(self.tr("What do you say?"), "section"), self.classes):
            column.addWidget(one)
        for one in (rule(), self.others, self.said, self.hint):
            column.addWidget(one)
        column.addStretch(1)
        self.hint.hide()
