"""A small table of numbers: names down the side, counts in columns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.numbers import number

_ROWS = 12  # shown at once
_NARROW = 96  # px, of a column of numbers


class CountTable(QTreeWidget):
    """As tall as its rows, up to a dozen."""

    def __init__(self, theme: Theme, name: str, heads: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(len(heads))
        self.setHeaderLabels(list(heads))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAccessibleName(name)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(theme.px(_NARROW))
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, len(heads)):
            self.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def show_rows(self, rows: Sequence[tuple[str, Sequence[int]]]) -> None:
        """Show these."""
        self.clear()
        for name, counts in rows:
            row = QTreeWidgetItem([name, *(number(count) for count in counts)])
            row.setToolTip(0, name)
            for column in range(1, len(counts) + 1):
                row.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.addTopLevelItem(row)
        shown = min(max(len(rows), 1), _ROWS)
        self.setFixedHeight(self.header().sizeHint().height() + shown * max(self.sizeHintForRow(0), 1) + 4)
