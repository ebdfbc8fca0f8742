"""What the pages of a new training run have in common: a title, a sentence, a column of cards."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.train_setup import TrainSetup
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.page import Page

_WIDTH = 860  # px


class TrainStep(QWidget):
    """One page; `show_choice` shows what is chosen and known by now."""

    def __init__(self, setup: TrainSetup, theme: Theme, title: str, words: str) -> None:
        super().__init__()
        self._setup, self._theme = setup, theme
        page = Page(theme, _WIDTH)
        page.column.setSpacing(tokens.SPACE_3)
        page.column.addWidget(label(title, "title"))
        page.column.addWidget(label(words, "muted", wrap=True))
        self._column = QVBoxLayout()
        self._column.setSpacing(tokens.SPACE_3)
        page.column.addLayout(self._column)
        page.column.addStretch(1)
        page.fill(self)

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        raise NotImplementedError

    def show_choice(self) -> None:
        """Show what is chosen and known by now."""
        raise NotImplementedError

    def _card(self, *widgets: QWidget) -> QVBoxLayout:
        """A card with these under each other, added to the page."""
        card = QFrame()
        card.setProperty("panel", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_3, tokens.SPACE_4, tokens.SPACE_3)
        column.setSpacing(tokens.SPACE_2)
        for one in widgets:
            column.addWidget(one)
        self._column.addWidget(card)
        return column


def beside(*widgets: QWidget) -> QHBoxLayout:
    """Widgets beside each other, from the leading edge."""
    row = QHBoxLayout()
    row.setSpacing(tokens.SPACE_3)
    for one in widgets:
        row.addWidget(one)
    row.addStretch(1)
    return row
