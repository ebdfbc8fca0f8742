"""All answers of one class side by side: who has looked at every one of them may agree to all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from leukdesk.app.viewmodels.faces import Face, RowState, Vocabulary, percent
from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.app.viewmodels.review import ReviewSession
from leukdesk.app.viewmodels.review_queue import ReviewItem, same_answer
from leukdesk.app.viewmodels.thumbnails import Thumbnails
from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.recorded import CellBox

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QImage

_PX = 160  # longer side of a small picture
_MARGIN = 0.25  # of a cell's box, shown around it
_Index = QModelIndex | QPersistentModelIndex


class ReviewGallery(QAbstractListModel):
    """What nobody has looked at and the model gave one class. `looked` says that more of it was seen."""

    looked = Signal()

    def __init__(
        self, session: ReviewSession, lane: Lane, pictures: PictureSource, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._lane, self._pictures = session, lane, pictures
        self._images = Thumbnails(lane, pictures, _PX, self)
        self._images.made.connect(lambda _path: self._redraw())
        self._cells: dict[tuple[int, int], QImage] = {}
        self._asked: set[Path] = set()
        self._token = Token()
        self._vocabulary = Vocabulary()
        self._label = ""
        self._items: Sequence[ReviewItem] = ()
        self._seen: set[tuple[int, int]] = set()
        session.changed.connect(self._follow)

    @property
    def label(self) -> str:
        """The class."""
        return self._label

    @property
    def items(self) -> Sequence[ReviewItem]:
        """What is shown."""
        return self._items

    @property
    def seen_count(self) -> int:
        """How many were in view, with their picture there."""
        return sum(one.target in self._seen for one in self._items)

    @property
    def all_seen(self) -> bool:
        """Whether the class may be agreed to."""
        return bool(self._items) and self.seen_count == len(self._items)

    def choices(self) -> list[tuple[str, int]]:
        """Classes of which something is left, with how many, in the model's order."""
        classes = dict.fromkeys(label for one in self._session.items for label in one.classes)
        counted = ((label, len(same_answer(self._session.items, label))) for label in classes)
        return [(label, count) for label, count in counted if count]

    def show_class(self, label: str, vocabulary: Vocabulary) -> None:
        """Show another class; what was seen of one is remembered until `forget`."""
        self._label, self._vocabulary = label, vocabulary
        self._follow()

    def forget(self) -> None:
        """Another case."""
        self._token.cancel()
        self._token = Token()
        self._images.clear()
        self._cells.clear()
        self._asked.clear()
        self._seen.clear()

    def look_at(self, rows: Iterable[int]) -> None:
        """These are in view."""
        before = len(self._seen)
        for row in rows:
            if self._picture(self._items[row]) is not None:
                self._seen.add(self._items[row].target)
        if len(self._seen) != before:
            self.looked.emit()

    def accept(self) -> None:
        """Agree with the model on all that is shown, if all of it was seen."""
        if self.all_seen:
            self._session.accept_all(list(self._items))

    # -- for the view

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        item = self._items[index.row()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._face(item).spoken
        return item.image.path.name if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) else None

    def seen(self, row: int) -> tuple[Face, QImage | None]:
        """Everything a tile shows."""
        item = self._items[row]
        return self._face(item), self._picture(item)

    def _face(self, item: ReviewItem) -> Face:
        look, sure = self._vocabulary.look(item.finding.label), item.finding.probability
        return Face(item.image.path.name, RowState.DONE, "ok", "text", look.display, look.colour, percent(sure), sure)

    # -- pictures

    def _picture(self, item: ReviewItem) -> QImage | None:
        if item.finding.box is None:
            return self._images.of(item.image.path)
        if item.target not in self._cells and item.image.path not in self._asked:
            self._ask(item.image.path)
        return self._cells.get(item.target)

    def _ask(self, path: Path) -> None:
        """Cells of one image are cut out together, since reading it costs the most."""
        self._asked.add(path)
        boxes = {
            one.target: one.finding.box
            for one in self._session.items
            if one.image.path == path and one.finding.box is not None
        }
        self._lane.submit(partial(_cut_out, self._pictures, path, boxes), self._take, token=self._token, urgent=True)

    def _take(self, made: dict[tuple[int, int], QImage]) -> None:
        self._cells |= made
        self._redraw()

    def _redraw(self) -> None:
        if self._items:
            self.dataChanged.emit(self.index(0), self.index(len(self._items) - 1))

    def _follow(self) -> None:
        """What was answered is no longer here."""
        found = same_answer(self._session.items, self._label)
        if found != self._items:
            self.beginResetModel()
            self._items = found
            self.endResetModel()
        self.looked.emit()


def _cut_out(
    pictures: PictureSource, path: Path, boxes: dict[tuple[int, int], CellBox]
) -> dict[tuple[int, int], QImage]:
    """Small pictures of cells, with a little of what is around them; on the lane."""
    from PySide6.QtCore import QRectF, Qt

    whole = pictures.picture(path).levels
    if not whole:
        return {}
    made = {}
    for target, box in boxes.items():
        wide, high = box.width * _MARGIN, box.height * _MARGIN
        area = QRectF(box.left, box.top, box.width, box.height).adjusted(-wide, -high, wide, high)
        part = whole[0].copy(area.toAlignedRect().intersected(whole[0].rect()))
        smooth, keep = Qt.TransformationMode.SmoothTransformation, Qt.AspectRatioMode.KeepAspectRatio
        made[target] = part.scaled(_PX, _PX, keep, smooth)
    return made
