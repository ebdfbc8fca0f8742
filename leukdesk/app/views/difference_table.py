"""A short table of answers that differ: which image, what the one said and what the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from leukdesk.app.viewmodels.faces import Vocabulary
from leukdesk.app.viewmodels.signing_words import difference_row
from leukdesk.domain.sign_off import Difference

_ROWS = 6  # that are shown at once


class DifferenceTable(QTreeWidget):
    """`names` are the heads of its three columns."""

    def __init__(self, names: tuple[str, str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(3)
        self.setHeaderLabels(list(names))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAccessibleName(self.tr("Answers that differ"))
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.header()
        header.setStretchLastSection(False)
        for column in range(3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    def show_differences(self, found: Sequence[Difference], vocabulary: Vocabulary) -> None:
        """Show these."""
        self.clear()
        for one in found:
            row = QTreeWidgetItem(list(difference_row(one, vocabulary)))
            row.setToolTip(0, row.text(0))
            self.addTopLevelItem(row)
        rows = min(max(len(found), 1), _ROWS)
        self.setFixedHeight(self.header().sizeHint().height() + rows * max(self.sizeHintForRow(0), 1) + 2)
