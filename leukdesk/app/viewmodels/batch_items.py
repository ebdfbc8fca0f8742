"""The rows of one batch as the gallery shows them: in groups, followed while the batch runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from leukdesk.app.viewmodels.batch_order import Arranged, BatchWish, arranged
from leukdesk.app.viewmodels.faces import Face, Vocabulary
from leukdesk.app.viewmodels.faces_of_rows import face_of_row
from leukdesk.app.viewmodels.thumbnails import Thumbnails
from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.job import ItemState

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from leukdesk.domain.batch import BatchRow

_Index = QModelIndex | QPersistentModelIndex
_FOLLOW_MS = 1_500  # how often rows that arrive may move others: more often, nobody could look on
_PICTURES_MS = 40  # pictures that arrive within it are shown together


class BatchItems(QAbstractListModel):
    """Row n of it is some item of the batch. Sorting is done on a lane."""

    about_to_move = Signal()
    moved = Signal()  # other rows, or the same elsewhere: `groups` says how they stand

    def __init__(self, thumbnails: Thumbnails, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails, self._lane = thumbnails, lane
        self._rows: dict[int, BatchRow] = {}
        self._faces: dict[int, Face] = {}
        self._shown, self._places = Arranged(), dict[int, int]()
        self._wish, self._classes, self._vocabulary = BatchWish(), tuple[str, ...](), Vocabulary()
        self._token = Token()
        self._due, self._pictures = self._timer(_FOLLOW_MS, self._sort), self._timer(_PICTURES_MS, self._show_pictures)
        thumbnails.made.connect(lambda _: self._pictures.isActive() or self._pictures.start())

    def _timer(self, interval: int, act: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(act)
        return timer

    # -- what views ask for

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many are shown."""
        return 0 if parent.isValid() else len(self._shown.numbers)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Names, paths and words for readers."""
        if not index.isValid() or index.row() >= len(self._shown.numbers):
            return None
        row = self.row(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.path.name
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(filter(None, (str(row.path), row.what)))
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._face(row).spoken
        return None

    def seen(self, place: int) -> tuple[Face, QImage | None]:
        """Everything a cell shows, without a detour through Qt."""
        row = self.row(place)
        return self._face(row), self._thumbnails.of(row.path) if not row.error else None

    def row(self, place: int) -> BatchRow:
        """What stands at a place."""
        return self._rows[self._shown.numbers[place]]

    def place_of(self, number: int) -> int | None:
        """Where an item stands; None where it is hidden."""
        return self._places.get(number)

    @property
    def groups(self) -> tuple[tuple[str, int], ...]:
        """Which groups are shown, with how many rows each."""
        return self._shown.groups

    @property
    def wish(self) -> BatchWish:
        """What the user wants to see."""
        return self._wish

    @property
    def vocabulary(self) -> Vocabulary:
        """How the classes look."""
        return self._vocabulary

    # -- what changes

    def clear(self, classes: Sequence[str] = (), vocabulary: Vocabulary | None = None, model: str = "") -> None:
        """Another batch, or none."""
        self._token.cancel()
        self._due.stop()
        self._show(Arranged())
        self._thumbnails.clear()
        self._rows, self._faces = {}, {}
        self._classes, self._vocabulary, self._wish = tuple(classes), vocabulary or Vocabulary(), BatchWish(model)

    def use(self, classes: Sequence[str], vocabulary: Vocabulary, model: str) -> None:
        """Show the answers of another of the batch's models."""
        self._faces.clear()
        self._classes, self._vocabulary, self._wish = tuple(classes), vocabulary, BatchWish(model)
        self._sort()

    def take(self, rows: Iterable[BatchRow], *, new: bool = True) -> None:
        """Rows that arrived; those that were kept (not `new`) never take the place of newer ones."""
        for row in rows:
            if new or row.number not in self._rows:
                self._rows[row.number] = row
                self._faces.pop(row.number, None)
        if not self._due.isActive():
            self._due.start(_FOLLOW_MS if self._shown.numbers else 0)

    def forget(self, numbers: Iterable[int]) -> None:
        """These wait again."""
        for number in numbers:
            self._rows[number] = replace(self._rows[number], state=ItemState.WAITING, error="", what="")
            self._faces.pop(number, None)
        self._sort()

    def failed(self) -> list[BatchRow]:
        """What failed, of all models."""
        return [row for row in self._rows.values() if row.error]

    def arrange(self, wish: BatchWish) -> None:
        """Show other rows, or in another order; `moved` says when that is done."""
        if wish != self._wish:
            self._wish = wish
            self._sort()

    def settle(self) -> None:
        """Show at once what arrived."""
        self._sort()

    def _face(self, row: BatchRow) -> Face:
        face = self._faces.get(row.number)
        if face is None:
            face = self._faces[row.number] = face_of_row(row, self._vocabulary)
        return face

    def _sort(self) -> None:
        self._due.stop()
        self._token.cancel()
        work = partial(arranged, list(self._rows.values()), self._wish, self._classes)
        self._token = self._lane.submit(work, self._show, urgent=True)

    def _show(self, shown: Arranged) -> None:
        if shown != self._shown:
            self.about_to_move.emit()
            self.beginResetModel()
            self._shown = shown
            self._places = {number: place for place, number in enumerate(shown.numbers)}
            self.endResetModel()
        elif shown.numbers:
            self.dataChanged.emit(self.index(0), self.index(len(shown.numbers) - 1))
        self.moved.emit()

    def _show_pictures(self) -> None:
        if self._shown.numbers:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown.numbers) - 1))
