"""What two models said of the same images, as a table with disagreements first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
)

from leukdesk.app.viewmodels.faces import Vocabulary, decision_word
from leukdesk.app.viewmodels.thumbnails import Thumbnails
from leukdesk.domain.finding import Decision
from leukdesk.domain.model_comparison import BothSaid, Said
from leukdesk.domain.prediction import percent

if TYPE_CHECKING:
    from pathlib import Path

_Index = QModelIndex | QPersistentModelIndex
_COLUMNS = 4  # image, what each said, what is known
_PICTURES_MS = 40  # pictures that arrive within it are shown together
translate = QCoreApplication.translate


class ComparedImages(QAbstractTableModel):
    """Column 0 is the image with its picture, 1 and 2 what each model said, 3 what it is known to show."""

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._rows: Sequence[BothSaid] = ()
        self._names = ("", "")
        self._vocabularies = (Vocabulary(), Vocabulary())
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(_PICTURES_MS)
        self._due.timeout.connect(self._show_pictures)
        thumbnails.made.connect(lambda _path: self._due.isActive() or self._due.start())

    def show_rows(
        self, rows: Sequence[BothSaid], names: tuple[str, str], vocabularies: tuple[Vocabulary, Vocabulary]
    ) -> None:
        """Show these, in this order; `names` are those of the models."""
        self.beginResetModel()
        self._thumbnails.clear()
        self._rows, self._names, self._vocabularies = list(rows), names, vocabularies
        self.endResetModel()

    def path(self, row: int) -> Path:
        """The image of a row."""
        return self._rows[row].path

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many images."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Always the same."""
        return 0 if parent.isValid() else _COLUMNS

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The heads of the columns."""
        if way != Qt.Orientation.Horizontal or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        heads = (translate("Compare", "Image"), *self._names, translate("Compare", "Known"))
        return heads[section]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words, pictures, and the whole path under the pointer."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._words(row, index.column())
            case Qt.ItemDataRole.DecorationRole if index.column() == 0 and row.answered:
                return self._thumbnails.of(row.path)
            case Qt.ItemDataRole.ToolTipRole:
                return str(row.path) if index.column() == 0 else self._words(row, index.column())
        return None

    def _words(self, row: BothSaid, column: int) -> str:
        if column == 0:
            return row.path.name
        if column == 3:
            return self._name(row.truth, 0) if row.truth else ""
        return self._said((row.first, row.second)[column - 1], column - 1, row)

    def _said(self, said: Said, which: int, row: BothSaid) -> str:
        if said.error:
            return said.error
        words = f"{self._name(said.label, which)} {percent(said.probability)}"
        if said.decision is not Decision.ACCEPTED:
            words += f", {decision_word(said.decision)}"
        if not row.truth:
            return words
        return f"{'✓' if said.label == row.truth else '✗'} {words}"

    def _name(self, label: str, which: int) -> str:
        first, second = self._vocabularies[which], self._vocabularies[1 - which]
        return (first if label in first.classes else second).look(label).display

    def _show_pictures(self) -> None:
        if self._rows:
            last = self.index(len(self._rows) - 1, 0)
            self.dataChanged.emit(self.index(0, 0), last, [Qt.ItemDataRole.DecorationRole])
