"""How an image looks in the list: as a line, as a tile of the filmstrip, or larger in the gallery."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.faces import Face
from leukdesk.app.views.widgets.kept_cells import KeptCells
from leukdesk.app.views.widgets.sketch import ENDING, Sketch

_Index = QModelIndex | QPersistentModelIndex
# px at 100 % text; words and what stands beside them grow with the text, pictures do not.
_LINE_HEIGHT, _LINE_PICTURE = 44, QSize(34, 34)
_VERDICT_WIDTH, _PERCENT_WIDTH, _BAR_WIDTH = 180, 72, 96
_STRIP_PICTURE, _GALLERY_PICTURE = QSize(120, 72), QSize(144, 112)
_TILE_LINE = 18
_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft


@dataclass(frozen=True, slots=True)
class Stand:
    """How a cell stands: its size in logical px, how many pixels make one of them, and what is said of it."""

    wide: int
    high: int
    density: float = 1.0
    mirrored: bool = False
    selected: bool = False
    focused: bool = False
    hovered: bool = False


class RowDelegate(QStyledItemDelegate):
    """Makes the cells of one kind, and keeps them; `GridView` puts them where they belong."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kept = KeptCells()
        theme.changed.connect(self._kept.clear)

    @property
    def size(self) -> QSize:
        """The least size of a cell at the present size of text."""
        raise NotImplementedError

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return self.size

    def kept(self, face: Face, picture: QImage | None, stand: Stand) -> QPixmap | None:
        """The finished cell, if it was made before."""
        return self._kept.of((face, id(picture), stand))

    def make(self, face: Face, picture: QImage | None, stand: Stand, font: QFont) -> QPixmap:
        """Draw a cell; it is kept."""
        cell = QPixmap(round(stand.wide * stand.density), round(stand.high * stand.density))
        cell.setDevicePixelRatio(stand.density)
        cell.fill(self._theme.colour("surface"))
        painter = QPainter(cell)
        painter.setLayoutDirection(_RIGHT_TO_LEFT if stand.mirrored else _LEFT_TO_RIGHT)
        painter.setFont(font)
        sketch = Sketch(painter, QRect(0, 0, stand.wide, stand.high), self._theme)
        sketch.ground(selected=stand.selected, hovered=stand.hovered, focused=stand.focused)
        self.draw(sketch, face, picture)
        painter.end()
        self._kept.keep((face, id(picture), stand), cell, picture)
        return cell

    def draw(self, sketch: Sketch, face: Face, picture: QImage | None) -> None:
        """Draw what is in front of the ground."""
        raise NotImplementedError


class LineDelegate(RowDelegate):
    """One line: picture, name, what was found, how probable."""

    @property
    def size(self) -> QSize:
        return QSize(320, max(_LINE_HEIGHT, self._theme.px(_LINE_HEIGHT - tokens.SPACE_3)))

    def draw(self, sketch: Sketch, face: Face, picture: QImage | None) -> None:
        px = self._theme.px
        inner = sketch.cell.adjusted(tokens.SPACE_3, 0, -tokens.SPACE_4, 0)
        middle = inner.center().y()
        sketch.picture(QRect(QPoint(inner.left(), middle - _LINE_PICTURE.height() // 2), _LINE_PICTURE), picture)
        percent = QRect(inner.right() - px(_PERCENT_WIDTH), inner.top(), px(_PERCENT_WIDTH), inner.height())
        bar = QRect(percent.left() - _BAR_WIDTH - tokens.SPACE_2, middle - 2, _BAR_WIDTH, 6)
        wide = px(_VERDICT_WIDTH)
        verdict = QRect(bar.left() - wide - tokens.SPACE_4, inner.top(), wide, inner.height())
        name = inner.adjusted(_LINE_PICTURE.width() + tokens.SPACE_3, 0, 0, 0)
        name.setRight(verdict.left() - tokens.SPACE_4)
        sketch.words(name, face.name, "text", Qt.TextElideMode.ElideMiddle)
        sketch.mark(verdict, face, 16)
        verdict.adjust(px(22), 0, 0, 0)
        sketch.words(verdict, face.verdict, _tone(face))
        if face.why:
            verdict.setRight(inner.right())
            verdict.adjust(sketch.width_of(face.verdict) + tokens.SPACE_3, 0, 0, 0)
            sketch.words(verdict, face.why, "muted")
        if face.colour:
            sketch.bar(bar, face)
            sketch.words(percent, face.percent, "text", side=ENDING)


class TileDelegate(RowDelegate):
    """One tile: picture, what was found, how probable, name."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, large: bool = False) -> None:
        super().__init__(theme, parent)
        self._picture = _GALLERY_PICTURE if large else _STRIP_PICTURE

    @property
    def size(self) -> QSize:
        edges, words = 2 * tokens.SPACE_2, tokens.SPACE_1 + 2 * self._theme.px(_TILE_LINE)
        return QSize(max(self._picture.width(), self._theme.px(120)), self._picture.height() + words) + QSize(
            edges, edges
        )

    def draw(self, sketch: Sketch, face: Face, picture: QImage | None) -> None:
        px, edge = self._theme.px, tokens.SPACE_2
        inner = sketch.cell.adjusted(edge, edge, -edge, -edge)
        sketch.picture(QRect(inner.left(), inner.top(), inner.width(), self._picture.height()), picture)
        sketch.font_size(px(tokens.CAPTION))
        line = QRect(inner.left(), inner.top() + self._picture.height() + tokens.SPACE_1, inner.width(), px(_TILE_LINE))
        sketch.mark(line, face, 14)
        sketch.words(line.adjusted(px(18), 0, 0, 0), face.verdict, _tone(face))
        below = line.translated(0, line.height() - 1)
        taken = sketch.width_of(face.percent) + edge if face.percent else 0
        sketch.words(below, face.percent, "text")
        sketch.words(below.adjusted(taken, 0, 0, 0), Path(face.name).stem, "muted", Qt.TextElideMode.ElideLeft)


def _tone(face: Face) -> str:
    return "text" if face.colour else face.tone
