"""The images that are open, as a model that virtualised views paint only the visible part of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer

from leukdesk.app.viewmodels.faces import Face, Row, RowState, Vocabulary, face
from leukdesk.app.viewmodels.thumbnails import Thumbnails
from leukdesk.domain.finding import Failure, Finding, Outcome

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

_TELL_MS = 30  # pictures that arrive within it are shown together
FaceRole = Qt.ItemDataRole.UserRole + 1
_Index = QModelIndex | QPersistentModelIndex


class ImageList(QAbstractListModel):
    """Rows with an explicit state: waiting, running, done, failed."""

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._places: dict[Path, int] = {}
        self._tally: Counter[RowState] = Counter()
        self._missing = 0
        self._vocabulary = Vocabulary()
        self._thumbnails = thumbnails
        thumbnails.made.connect(self._show_thumbnail)
        self._new_pictures: list[int] = []
        self._telling = QTimer(self)
        self._telling.setSingleShot(True)
        self._telling.setInterval(_TELL_MS)
        self._telling.timeout.connect(self._tell_of_pictures)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many images are open."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What views ask for; `FaceRole` is everything a delegate paints, the decoration is the thumbnail or None."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        return self.value(index.row(), role)

    def value(self, place: int, role: int) -> Any:
        """The same by place."""
        row = self._rows[place]
        match role:
            case Qt.ItemDataRole.DecorationRole:
                return self._thumbnails.of(row.path)
            case Qt.ItemDataRole.DisplayRole:
                return row.path.name
            case Qt.ItemDataRole.ToolTipRole:
                return str(row.path)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self.face(place).spoken
            case _:
                return self.face(place) if role == FaceRole else None

    def face(self, place: int) -> Face:
        """What the list shows of the row at `place`."""
        row = self._rows[place]
        if row.shown is None:
            row.shown = face(row, self._vocabulary)
        return row.shown

    def seen(self, place: int) -> tuple[Face, QImage | None]:
        """Everything a cell shows, without a detour through Qt."""
        return self.face(place), self._thumbnails.of(self._rows[place].path)

    def row(self, place: int) -> Row:
        """The row at `place`."""
        return self._rows[place]

    @property
    def vocabulary(self) -> Vocabulary:
        """How the loaded model's classes look."""
        return self._vocabulary

    def fill(self, images: Sequence[Path], failures: Sequence[Failure] = ()) -> None:
        """Replace all rows: first what could not even be found, then the images, all waiting."""
        self.beginResetModel()
        self._thumbnails.clear()
        self._rows = [Row(one.path, RowState.FAILED, one) for one in failures]
        self._rows += [Row(path) for path in images]
        self._tally = Counter(row.state for row in self._rows)
        self._places = {row.path: place for place, row in enumerate(self._rows)}
        self._missing = 0
        self._new_pictures.clear()
        self._telling.stop()
        self.endResetModel()

    def rows(self) -> Sequence[Row]:
        """All rows in the order of opening; a copy of the list, not of the rows."""
        return list(self._rows)

    def append(self, images: Sequence[Path]) -> None:
        """More images, which wait; those that are there already are passed over."""
        new = [path for path in dict.fromkeys(images) if path not in self._places]
        if new:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
            self._rows += [Row(path) for path in new]
            self._places.update({path: first + step for step, path in enumerate(new)})
            self._tally[RowState.WAITING] += len(new)
            self.endInsertRows()

    def place_of(self, path: Path) -> int | None:
        """Where an image stands."""
        return self._places.get(path)

    def set_missing(self, paths: Sequence[Path], missing: bool) -> None:
        """Files have gone, or are there again."""
        places = [place for place in map(self._places.get, paths) if place is not None]
        changed = [place for place in places if self._rows[place].missing != missing]
        for place in changed:
            self._rows[place].missing = missing
        self._missing += len(changed) if missing else -len(changed)
        if changed:
            self._changed(min(changed), max(changed))

    def relink(self, place: int, path: Path) -> None:
        """The same image is now another file."""
        row = self._rows[place]
        self._places.pop(row.path, None)
        self._places[path] = place
        row.path, row.shown = path, None
        if isinstance(row.outcome, Finding):
            row.outcome = replace(row.outcome, source=replace(row.outcome.source, path=path))
        self.set_missing([path], False)

    def forget_thumbnail(self, path: Path) -> None:
        """Make it anew: the file is another."""
        self._thumbnails.forget(path)
        self._show_thumbnail(path)

    @property
    def missing(self) -> int:
        """How many files are gone."""
        return self._missing

    def use(self, vocabulary: Vocabulary) -> None:
        """Another model's classes are in force."""
        self._vocabulary = vocabulary
        self._changed(0, len(self._rows) - 1)

    def start_over(self, places: Sequence[int] | None = None) -> None:
        """Forget outcomes, all of them unless places are named: these images wait again."""
        for row in self._rows if places is None else [self._rows[place] for place in places]:
            row.state, row.outcome = RowState.WAITING, None
        self._tally = Counter(row.state for row in self._rows)
        self._changed(0, len(self._rows) - 1)

    def mark(self, place: int, state: RowState, outcome: Outcome | None = None) -> None:
        """One image starts, ends or waits again."""
        row = self._rows[place]
        self._tally[row.state] -= 1
        self._tally[state] += 1
        row.state, row.outcome = state, outcome
        self._changed(place, place)

    def next_failed(self, after: int) -> int | None:
        """The next failed image after a place, from the start again at the end; None if none failed."""
        count = len(self._rows)
        order = ((after + step) % count for step in range(1, count + 1))
        return next((place for place in order if self._rows[place].state is RowState.FAILED), None)

    def counts(self) -> tuple[int, int]:
        """How many images are finished (failed ones included), and how many of them failed."""
        failed = self._tally[RowState.FAILED]
        return failed + self._tally[RowState.DONE], failed

    def finding(self, place: int) -> Finding | None:
        """The finding of the row at `place`, if it has one."""
        outcome = self._rows[place].outcome if 0 <= place < len(self._rows) else None
        return outcome if isinstance(outcome, Finding) else None

    def _changed(self, first: int, last: int) -> None:
        for row in self._rows[first : last + 1]:
            row.shown = None
        if last >= first:
            self.dataChanged.emit(self.index(first), self.index(last))

    def _show_thumbnail(self, path: Path) -> None:
        place = self._places.get(path)
        if place is not None:
            self._new_pictures.append(place)
            if not self._telling.isActive():
                self._telling.start()

    def _tell_of_pictures(self) -> None:
        first, last = self.index(min(self._new_pictures)), self.index(max(self._new_pictures))
        self._new_pictures.clear()
        self.dataChanged.emit(first, last, [Qt.ItemDataRole.DecorationRole])
