"""Outlines of cells over the image with short names beside them: at every zoom of one weight, a thousand at once.

What is out of view is not drawn, and names that would lie over each other are left out, the selected cell's never.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QTransform

from leukdesk.app.theme import tokens
from leukdesk.app.viewmodels.cell_faces import CellFace, Line
from leukdesk.app.views.widgets.ink import Ink, Stroke
from leukdesk.domain.cell import Cell

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DARK, _LIGHT = "#16181A", "#FFFFFF"
_DASHES = {Line.DASHED: (8.0, 6.0), Line.DOTTED: (2.0, 5.0)}  # px on screen: drawn, left out
_NAMED_FROM = 18.0  # px on screen; smaller cells get no name
_MARGIN = 0.2  # of the view, on each side, that is drawn beyond it
_MANY = 80  # cells in view from which edges are not smoothed
_MOST_NAMES = 150
_SIMPLE_BELOW = 9.0  # px on screen; smaller cells are drawn as boxes
_BIN = 32  # px, of the grid in which names look for room
_PAD = 4.0
_FEW_CHOSEN = 12  # more are drawn together with the others
_ROOM_CHOSEN = 90.0  # px on screen around a chosen cell, for its name


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """One cell, ready to be drawn."""

    cell: Cell
    face: CellFace
    corners: NDArray[np.float32]  # (corners, 2)
    box: QRectF


def mark(cell: Cell, face: CellFace) -> Mark:
    """A cell, in px of the image."""
    import numpy as np

    corners = np.asarray(cell.outline, np.float32)
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return Mark(cell, face, corners, QRectF(left, top, right - left, bottom - top))


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """What was drawn last: a picture of a part of the image, `area` in its px, at one magnification."""

    image: QImage
    area: QRectF
    scale: float
    ratio: float
    named: frozenset[int] = frozenset()  # whose names stand in it

    def serves(self, seen: QRectF, scale: float, ratio: float, *, gliding: bool) -> bool:
        """Whether it can be shown instead of drawing anew."""
        return gliding or ((scale, ratio) == (self.scale, self.ratio) and self.area.contains(seen))


class CellLayer:
    """Draws marks with a painter that paints in px of the image."""

    def __init__(self) -> None:
        self._marks: list[Mark] = []
        self._selected: frozenset[int] = frozenset()
        self._plates: dict[tuple[str, str, int, float], QImage] = {}
        self._kept: _Kept | None = None
        self._over: list[_Kept] = []  # chosen cells, each in a small picture: choosing draws nothing else anew

    def show(self, found: Iterable[tuple[Cell, CellFace]]) -> None:
        """Draw these; those that matter most come last, over the others. What stays as it is costs nothing."""
        before = {id(one.cell): one for one in self._marks}
        made = []
        for cell, face in found:
            old = before.get(id(cell))
            made.append(mark(cell, face) if old is None else old if old.face == face else replace(old, face=face))
        self._marks = sorted(made, key=lambda one: (bool(one.face.class_id), one.face.blast))
        self._kept = None
        self._over = []

    def select(self, keys: Collection[int]) -> None:
        """Draw these as chosen."""
        if frozenset(keys) != self._selected:
            if max(len(keys), len(self._selected)) > _FEW_CHOSEN:
                self._kept = None
            self._selected = frozenset(keys)
            self._over = []

    def in_view_of(self, seen: QRectF) -> list[Mark]:
        """Marks that touch a part of the image."""
        return [one for one in self._marks if one.box.intersects(seen)]

    def draw(self, painter: QPainter, seen: QRectF, font: QFont, ratio: float, *, gliding: bool = False) -> None:
        """Draw what is in view; `seen` in px of the image, `ratio` of the screen's pixels to the font's.

        What was drawn is kept with a margin, so that moving the image costs nothing; while a zoom is on its way it is
        only stretched. (Asking the painter for its device instead of `ratio` would lose a reference to the viewport.)
        """
        transform = painter.transform()
        if self._kept is None or not self._kept.serves(seen, transform.m11(), ratio, gliding=gliding):
            self._kept = self._drawn(seen, transform.m11(), font, ratio)
            self._over = []
        if not self._over and len(self._selected) <= _FEW_CHOSEN:
            chosen = [one for one in self.in_view_of(self._kept.area) if one.face.key in self._selected]
            self._over = [self._alone(one, font, self._kept) for one in chosen]
        painter.save()
        painter.resetTransform()
        for kept in (self._kept, *self._over):
            room = transform.mapRect(kept.area)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, kept.scale != transform.m11())
            if kept.scale == transform.m11():
                painter.drawImage(QPointF(round(room.left()), round(room.top())), kept.image)
            else:
                painter.drawImage(room, kept.image)
        painter.restore()

    def _alone(self, one: Mark, font: QFont, under: _Kept) -> _Kept:
        """A chosen cell with its name, unless that stands there already, in a picture of its own."""
        room = _ROOM_CHOSEN / under.scale
        area = one.box.adjusted(-room, -room, room, room).intersected(under.area)
        transform = QTransform(under.scale, 0, 0, under.scale, -area.left() * under.scale, -area.top() * under.scale)
        ink = Ink(ceil(area.width() * under.scale), ceil(area.height() * under.scale), under.ratio)
        self._draw_outline(ink, one, transform, chosen=True)
        image = ink.image().copy()
        if one.face.key not in under.named:
            painter = QPainter(image)
            self._draw_names(painter, [one], transform, font, under.ratio)
            painter.end()
        return _Kept(image, area, under.scale, under.ratio)

    def _drawn(self, seen: QRectF, scale: float, font: QFont, ratio: float) -> _Kept:
        more = seen.width() * _MARGIN, seen.height() * _MARGIN
        area = seen.adjusted(-more[0], -more[1], *more)
        found = self.in_view_of(area)
        ink = Ink(ceil(area.width() * scale), ceil(area.height() * scale), ratio)
        transform = QTransform(scale, 0, 0, scale, -area.left() * scale, -area.top() * scale)
        chosen = self._selected if len(self._selected) > _FEW_CHOSEN else frozenset()
        others = [one for one in found if one.face.key not in chosen]
        if len(others) > _MANY:
            self._draw_many(ink, others, transform)
        for one in others if len(others) <= _MANY else ():
            self._draw_outline(ink, one, transform, chosen=False)
        for one in found:
            if one.face.key in chosen:
                self._draw_outline(ink, one, transform, chosen=True)
        image = ink.image().copy()
        painter = QPainter(image)
        named = self._draw_names(painter, found, transform, font, ratio)
        painter.end()
        return _Kept(image, area, scale, ratio, frozenset(named))

    def _draw_many(self, ink: Ink, found: Sequence[Mark], transform: QTransform) -> None:
        away = (transform.dx(), transform.dy())
        for blasts in (False, True):
            lines = [
                Stroke(one.corners * transform.m11() + away, one.face.colour, _DASHES.get(one.face.line))
                for one in found
                if one.face.blast is blasts
            ]
            if lines:
                ink.strokes(lines, _DARK, wide=blasts)
        for one in found:
            if one.face.by_hand:
                _mark_by_hand(ink, one.corners * transform.m11() + away)

    def _draw_outline(self, ink: Ink, one: Mark, transform: QTransform, *, chosen: bool) -> None:
        scale, face = transform.m11(), one.face
        corners = one.corners * scale + (transform.dx(), transform.dy())
        wide = 3.0 if face.blast or chosen else 2.0
        small = max(one.box.width(), one.box.height()) * scale < _SIMPLE_BELOW
        if not small or chosen:
            ink.stroke(corners, _LIGHT if chosen else _DARK, wide + (4.0 if chosen else 2.0))
        inner = _DARK if chosen and face.line is Line.DOTTED else face.colour
        ink.stroke(corners, inner, wide, _DASHES.get(face.line))
        if face.by_hand and not small:
            _mark_by_hand(ink, corners)

    # -- names

    def _draw_names(
        self, painter: QPainter, found: Sequence[Mark], transform: QTransform, font: QFont, ratio: float
    ) -> list[int]:
        """Returns the keys of those that found room."""
        small = QFont(font)
        small.setPixelSize(tokens.CAPTION)
        taken: dict[tuple[int, int], list[QRectF]] = {}
        scale = transform.m11()
        first, named = sorted(found, key=self._importance)[:_MOST_NAMES], []
        for one in first:
            box = transform.mapRect(one.box)
            chosen = one.face.key in self._selected
            if not one.face.short or (one.box.width() * scale < _NAMED_FROM and not chosen):
                continue
            plate = self._plate(one.face, small, ratio)
            size = plate.deviceIndependentSize()
            for corner in _places(box, size.width(), size.height()):
                room = QRectF(corner, size)
                if chosen or _free(room, taken):
                    _take(room, taken)
                    painter.drawImage(corner, plate)
                    named.append(one.face.key)
                    break
        return named

    def _importance(self, one: Mark) -> tuple[int, int]:
        """The chosen first, then blasts, then what waits for the reader, then the rest; what is not counted last."""
        face = one.face
        rank = 0 if face.key in self._selected else 1 if face.blast else 2 if face.line is Line.DASHED else 3
        return rank if face.class_id else 4, face.key

    def _plate(self, face: CellFace, font: QFont, ratio: float) -> QImage:
        key = (face.label, face.colour, font.pixelSize(), ratio)
        if key not in self._plates:
            self._plates[key] = _plate(face, font, ratio)
        return self._plates[key]


def _mark_by_hand(ink: Ink, corners: NDArray[np.float32]) -> None:
    """A small square on the outline, where it reaches furthest to the upper right."""
    x, y = (float(one) for one in corners[(corners[:, 0] - corners[:, 1]).argmax()])
    ink.square(x, y, 3.5, _DARK)
    ink.square(x, y, 2.5, _LIGHT)


def _plate(face: CellFace, font: QFont, ratio: float) -> QImage:
    """White letters on a dark ground that any stain shows, with a dot in the class's colour."""
    metrics = QFontMetricsF(font)
    dot = 8.0
    wide = metrics.horizontalAdvance(face.label) + dot + 3 * _PAD
    high = metrics.height() + 2
    made = QImage(round(wide * ratio), round(high * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(_DARK))
    painter.drawRoundedRect(QRectF(0, 0, wide, high), 3, 3)
    painter.setBrush(QColor(face.colour))
    painter.drawEllipse(QRectF(_PAD, (high - dot) / 2, dot, dot))
    painter.setFont(font)
    painter.setPen(QColor(_LIGHT))
    words = QRectF(dot + 2 * _PAD, 0, wide, high)
    painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), face.label)
    painter.end()
    return made


def _places(box: QRectF, wide: float, high: float) -> tuple[QPointF, ...]:
    """Where a name may stand: above, below, and at the sides."""
    middle = box.center()
    return (
        QPointF(middle.x() - wide / 2, box.top() - high - 2),
        QPointF(middle.x() - wide / 2, box.bottom() + 2),
        QPointF(box.right() + 2, middle.y() - high / 2),
        QPointF(box.left() - wide - 2, middle.y() - high / 2),
    )


def _bins(room: QRectF) -> Iterable[tuple[int, int]]:
    for row in range(int(room.top() // _BIN), int(room.bottom() // _BIN) + 1):
        for column in range(int(room.left() // _BIN), int(room.right() // _BIN) + 1):
            yield column, row


def _free(room: QRectF, taken: dict[tuple[int, int], list[QRectF]]) -> bool:
    return not any(room.intersects(other) for place in _bins(room) for other in taken.get(place, ()))


def _take(room: QRectF, taken: dict[tuple[int, int], list[QRectF]]) -> None:
    for place in _bins(room):
        taken.setdefault(place, []).append(room)
