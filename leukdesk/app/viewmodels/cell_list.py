"""The gallery's cells: grouped by class in ICSH order, the surest first within each; narrowed down by a filter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from leukdesk.app.viewmodels.cell_faces import CellFace, CellRef, between_stages
from leukdesk.app.viewmodels.cells import Cells
from leukdesk.domain.marked_cell import MarkedCell
from leukdesk.domain.review import UNIDENTIFIED

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

_Index = QModelIndex | QPersistentModelIndex


class Narrowed(StrEnum):
    """Which cells the gallery shows."""

    ALL = "all"
    UNIDENTIFIED = "unidentified"
    BY_HAND = "by_hand"  # changed by a person
    STAGES = "stages"  # between two stages of maturation
    APART = "apart"  # not counted


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring rows of one class: `count` rows from `first`."""

    class_id: str
    title: str
    first: int
    count: int


class CellList(QAbstractListModel):
    """Rows are cells; `groups` says where each class begins."""

    def __init__(self, cells: Cells, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cells = cells
        self._rows: list[tuple[CellRef, MarkedCell]] = []
        self._places: dict[CellRef, int] = {}
        self._groups: tuple[Group, ...] = ()
        self.narrowed = Narrowed.ALL
        self.all_images = False
        cells.changed.connect(self.refresh)
        cells.switched.connect(self.refresh)
        cells.selection_changed.connect(self._repaint)
        cells.pictures.made.connect(self._repaint)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The classes that are shown, in order."""
        return self._groups

    def show(self, narrowed: Narrowed | None = None, *, all_images: bool | None = None) -> None:
        """Show other cells."""
        self.narrowed = self.narrowed if narrowed is None else narrowed
        self.all_images = self.all_images if all_images is None else all_images
        self.refresh()

    def refresh(self) -> None:
        """Follow the view-model."""
        found = sorted(self._wanted(), key=self._order) if self._cells.on else []
        if [(ref, one) for ref, one in found] == self._rows and self._groups_of(found) == self._groups:
            return
        self.beginResetModel()
        self._rows = found
        self._places = {ref: row for row, (ref, _) in enumerate(found)}
        self._groups = self._groups_of(found)
        self.endResetModel()

    def ref(self, row: int) -> CellRef:
        """Which cell a row shows."""
        return self._rows[row][0]

    def row_of(self, ref: CellRef) -> int | None:
        """Where a cell is shown."""
        return self._places.get(ref)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many cells are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What Qt asks for; `seen` has all that is painted."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        ref, one = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._cells.looks.face(one).spoken
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(ref, one)
        return None

    def seen(self, row: int) -> tuple[CellFace, QImage | None]:
        """How a row looks, and its picture if that is there."""
        ref, one = self._rows[row]
        return self._cells.looks.face(one), self._cells.pictures.of(ref, one.cell)

    def chosen(self, row: int) -> bool:
        """Whether a row's cell is chosen."""
        return self._rows[row][0] in self._cells.selected

    def _wanted(self) -> Iterator[tuple[CellRef, MarkedCell]]:
        shown: Path | None = self._cells.path
        for reading in self._cells.readings() if self.all_images else filter(None, [self._cells.reading]):
            path = reading.analysis.source.path if self.all_images else shown
            if path is not None:
                yield from ((CellRef(path, one.key), one) for one in reading.cells if self._passes(one))

    def _passes(self, one: MarkedCell) -> bool:
        match self.narrowed:
            case Narrowed.UNIDENTIFIED:
                return one.class_id == UNIDENTIFIED
            case Narrowed.BY_HAND:
                return one.by_hand
            case Narrowed.STAGES:
                return one.counts and between_stages(one)
            case Narrowed.APART:
                return not one.counts
        return one.counts

    def _order(self, pair: tuple[CellRef, MarkedCell]) -> tuple[int, float, str, int]:
        ref, one = pair
        return self._place(one.class_id), -one.certainty, str(ref.path), ref.key

    def _place(self, class_id: str) -> int:
        ids = [one.id for one in self._cells.looks.classes]
        return ids.index(class_id) if class_id in ids else len(ids) + (class_id != UNIDENTIFIED)

    def _groups_of(self, rows: Sequence[tuple[CellRef, MarkedCell]]) -> tuple[Group, ...]:
        found: list[Group] = []
        for row, (_, one) in enumerate(rows):
            if found and found[-1].class_id == one.class_id:
                last = found[-1]
                found[-1] = Group(last.class_id, last.title, last.first, last.count + 1)
            else:
                found.append(Group(one.class_id, self._title(one.class_id), row, 1))
        return tuple(found)

    def _title(self, class_id: str) -> str:
        if not class_id:
            return QCoreApplication.translate("CellList", "Not counted")
        return self._cells.looks.look(class_id).display

    def _tip(self, ref: CellRef, one: MarkedCell) -> str:
        x, y = one.cell.box.centre
        where = QCoreApplication.translate("CellList", "{file}, at x {x}, y {y}")
        return f"{self._cells.looks.face(one).spoken}\n{where.format(file=ref.path.name, x=round(x), y=round(y))}"

    def _repaint(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))
