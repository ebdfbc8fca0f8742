"""The images of a case, each with what the model said and what a person said, side by side."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from leukdesk.app.viewmodels.casebook import Casebook
from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.case import CaseRecord
from leukdesk.domain.recorded import WHOLE_IMAGE, RecordedFinding, RecordedImage
from leukdesk.domain.review import Answer, HumanLabel

if TYPE_CHECKING:
    from leukdesk.history.history import History

_Index = QModelIndex | QPersistentModelIndex
SIZE = 160  # px, longer side of a thumbnail
_KEPT = 640  # thumbnails
ImageRole = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class CaseImage:
    """One image of a case."""

    image: RecordedImage
    finding: RecordedFinding | None  # the newest of the whole image
    answer: Answer | None  # what counts of the whole image
    label: HumanLabel | None  # the last word of a person on the whole image
    cells: int

    @property
    def name(self) -> str:
        """The file's name."""
        return self.image.path.name


def case_images(record: CaseRecord) -> list[CaseImage]:
    """The images of a case in the order they came."""
    findings = {one.image_id: one for one in record.findings if one.cell == WHOLE_IMAGE}
    answers = {one.image_id: one for one in record.answers if one.cell == WHOLE_IMAGE}
    labels = {one.image_id: one for one in record.labels if one.cell == WHOLE_IMAGE}
    cells = Counter(one.image_id for one in record.answers if one.cell != WHOLE_IMAGE)
    return [
        CaseImage(one, findings.get(one.id), answers.get(one.id), _said(labels.get(one.id)), cells[one.id])
        for one in record.images
    ]


def _said(label: HumanLabel | None) -> HumanLabel | None:
    """A label that was taken back says nothing."""
    return label if label is not None and label.label else None


class CaseImages(QAbstractListModel):
    """Thumbnails are those that the history kept, else made from the file, else none."""

    def __init__(self, casebook: Casebook, lane: Lane, pictures: PictureSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._casebook, self._lane, self._pictures = casebook, lane, pictures
        self._rows: list[CaseImage] = []
        self._places: dict[int, int] = {}
        self._made: OrderedDict[int, QImage | None] = OrderedDict()
        self._wished: set[int] = set()
        self._token = Token()

    def fill(self, record: CaseRecord | None) -> None:
        """Show another case, or more of the same one."""
        rows = case_images(record) if record is not None else []
        same = [one.image.id for one in rows] == [one.image.id for one in self._rows]
        if not same:
            self.beginResetModel()
        self._rows = rows
        self._places = {one.image.id: place for place, one in enumerate(rows)}
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
        if not rows:
            self._token.cancel()
            self._token = Token()
            self._made.clear()
            self._wished.clear()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many images there are."""
        return 0 if parent.isValid() else len(self._rows)

    def row(self, place: int) -> CaseImage:
        """The image at a place."""
        return self._rows[place]

    def paths(self) -> list[Path]:
        """Where the files were seen last."""
        return [one.image.path for one in self._rows]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What views ask for; `ImageRole` is the `CaseImage`, the decoration its thumbnail or None."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        one = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return one.name
            case Qt.ItemDataRole.ToolTipRole:
                return str(one.image.path)
            case Qt.ItemDataRole.DecorationRole:
                return self._thumbnail(one.image)
            case _:
                return one if role == ImageRole else None

    # -- thumbnails

    def _thumbnail(self, image: RecordedImage) -> QImage | None:
        if image.id in self._made:
            self._made.move_to_end(image.id)
            return self._made[image.id]
        if image.id not in self._wished:
            self._wished.add(image.id)
            token = self._token
            self._casebook.read(partial(_kept, image.id), partial(self._take, image, token), lambda _: None)
        return None

    def _take(self, image: RecordedImage, token: Token, kept: QImage | None) -> None:
        if token.cancelled:
            return
        if kept is not None:
            self._show(image.id, kept)
            return
        self._lane.submit(
            partial(self._pictures.thumbnail, image.path, SIZE),
            partial(self._show, image.id),
            lambda _: self._show(image.id, None),
            token=token,
        )

    def _show(self, image_id: int, picture: QImage | None) -> None:
        self._wished.discard(image_id)
        self._made[image_id] = picture
        while len(self._made) > _KEPT:
            self._made.popitem(last=False)
        place = self._places.get(image_id)
        if place is not None:
            self.dataChanged.emit(self.index(place), self.index(place), [Qt.ItemDataRole.DecorationRole])


def _kept(image_id: int, history: History) -> QImage | None:
    data = history.findings.thumbnail(image_id)
    return QImage.fromData(data) if data else None
