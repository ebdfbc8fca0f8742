"""The open images as they are shown: narrowed down and sorted. Filmstrip, list and gallery all show this one model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from leukdesk.app.viewmodels.faces import Face
from leukdesk.app.viewmodels.image_list import ImageList
from leukdesk.app.viewmodels.ordering import Wish, arranged
from leukdesk.app.workers.lanes import Lane, Token

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

_Index = QModelIndex | QPersistentModelIndex
_FOLLOW_MS = 1000  # how often outcomes that arrive may move rows: more often, nobody could read on


class ShownImages(QAbstractListModel):
    """Row n of it is some place of an `ImageList`. Sorting is done on a lane: 10 000 names take a tenth of a second."""

    rearranged = Signal()

    def __init__(self, images: ImageList, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._images, self._lane = images, lane
        self._wish = Wish()
        self._places: Sequence[int] = range(images.rowCount())
        self._rows: dict[int, int] | None = None  # place -> row; None while both are the same
        self._token = Token()
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(_FOLLOW_MS)
        self._due.timeout.connect(self._sort)
        images.dataChanged.connect(self._pass_on)
        images.modelReset.connect(self._start_over)
        images.rowsInserted.connect(self._take_more)

    @property
    def wish(self) -> Wish:
        """What the user wants to see."""
        return self._wish

    def arrange(self, wish: Wish) -> None:
        """Show other images, or in another order; `rearranged` says when that is done."""
        if wish != self._wish:
            self._wish = wish
            self._sort()

    def show_all(self) -> None:
        """Hide nothing; the order stays."""
        self.arrange(Wish(sort=self._wish.sort, descending=self._wish.descending))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many images are shown."""
        return 0 if parent.isValid() else len(self._places)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What `ImageList` has."""
        row = index.row()
        return self._images.value(self._places[row], role) if 0 <= row < len(self._places) else None

    def seen(self, row: int) -> tuple[Face, QImage | None]:
        """Everything a cell shows, without a detour through Qt."""
        return self._images.seen(self._places[row])

    def place(self, row: int) -> int:
        """Which of the open images stands in a row."""
        return self._places[row]

    def row_of(self, place: int) -> int | None:
        """Where an image is shown; None where it is hidden."""
        if self._rows is None:
            return place if 0 <= place < len(self._places) else None
        return self._rows.get(place)

    def _sort(self) -> None:
        self._due.stop()
        self._token.cancel()
        if self._wish == Wish():
            self._show_all()
            self.rearranged.emit()
            return
        work = partial(arranged, self._images.rows(), self._wish, self._images.vocabulary)
        self._token = self._lane.submit(work, self._show, urgent=True)

    def _show(self, places: list[int]) -> None:
        if len(places) == self._images.rowCount() or self._wish.narrows:  # else more were opened meanwhile
            if places != list(self._places):
                self.beginResetModel()
                self._places, self._rows = places, {place: row for row, place in enumerate(places)}
                self.endResetModel()
            self.rearranged.emit()
        else:
            self._sort()

    def _start_over(self) -> None:
        """Other images are open: what hid some of the last ones would hide these for no reason."""
        self._token.cancel()
        self._due.stop()
        self._wish = Wish(sort=self._wish.sort, descending=self._wish.descending)
        self._show_all()
        self.rearranged.emit()
        if self._wish != Wish():
            self._sort()

    def _show_all(self) -> None:
        self.beginResetModel()
        self._places, self._rows = range(self._images.rowCount()), None
        self.endResetModel()

    def _take_more(self, _parent: QModelIndex, first: int, last: int) -> None:
        if self._rows is not None or self._wish != Wish():
            self._due.start()
            return
        self.beginInsertRows(QModelIndex(), first, last)
        self._places = range(self._images.rowCount())
        self.endInsertRows()

    def _pass_on(self, first: QModelIndex, last: QModelIndex, roles: Sequence[int] = ()) -> None:
        if self._wish.follows_outcomes and not roles and not self._due.isActive():
            self._due.start()
        if first.row() != last.row():
            self.dataChanged.emit(self.index(0), self.index(len(self._places) - 1))
        elif (row := self.row_of(first.row())) is not None:
            self.dataChanged.emit(self.index(row), self.index(row), roles)
