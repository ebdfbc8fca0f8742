"""A card with a title, and a table of figures in it: what pages of results are made of."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout

from leukdesk.app.theme import tokens
from leukdesk.app.views.widgets.labels import label


def card_of(title: str = "") -> tuple[QFrame, QVBoxLayout]:
    """A card and the column its content goes into."""
    made = QFrame()
    made.setProperty("panel", "card")
    column = QVBoxLayout(made)
    column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4)
    column.setSpacing(tokens.SPACE_2)
    if title:
        column.addWidget(label(title, "heading", wrap=True))
    return made, column


def figure_table(rows: Sequence[Sequence[str]]) -> QGridLayout:
    """A head and lines of labels; the first column takes what room is left."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(tokens.SPACE_4)
    grid.setVerticalSpacing(tokens.SPACE_2)
    grid.setColumnStretch(0, 1)
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            grid.addWidget(_cell(text, head=at == 0, first=column == 0), at, column)
    return grid


def _cell(text: str, *, head: bool, first: bool) -> QLabel:
    made = label(text, "section" if head else "", wrap=first)
    side = Qt.AlignmentFlag.AlignLeading if first else Qt.AlignmentFlag.AlignTrailing
    made.setAlignment(side | Qt.AlignmentFlag.AlignTop)
    return made
