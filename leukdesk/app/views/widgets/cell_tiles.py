"""How a cell looks in the gallery: its picture, its letters, how sure, who decided."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPen

from leukdesk.app.theme import tokens
from leukdesk.app.viewmodels.cell_faces import CellFace, Line
from leukdesk.app.views.widgets.row_delegates import RowDelegate
from leukdesk.app.views.widgets.sketch import ENDING, Sketch

_PICTURE, _WORDS = 84, 88  # px
_LINE = 18


class CellTileDelegate(RowDelegate):
    """One tile. Unidentified cells have a dashed frame, as on the image."""

    @property
    def size(self) -> QSize:
        wide = max(_PICTURE, self._theme.px(_WORDS)) + 2 * tokens.SPACE_1 + 2
        return QSize(wide, _PICTURE + self._theme.px(_LINE) + 3 * tokens.SPACE_1)

    def draw(self, sketch: Sketch, face: CellFace, picture: QImage | None) -> None:  # type: ignore[override]
        edge = tokens.SPACE_1 + 1
        inner = sketch.cell.adjusted(edge, edge, -edge, -edge)
        room = QRect(inner.left() + (inner.width() - _PICTURE) // 2, inner.top(), _PICTURE, _PICTURE)
        sketch.picture(room, picture)
        if face.line is not Line.SOLID:
            self._frame(sketch, room, face.line)
        sketch.font_size(self._theme.px(tokens.CAPTION))
        below = QRect(inner.left(), room.bottom() + 2, inner.width(), self._theme.px(_LINE))
        sketch.dot(below, face.colour, 12)
        sketch.words(below.adjusted(self._theme.px(15), 0, 0, 0), face.short, "text")
        sketch.words(below, face.percent or ("\u2713" if face.by_hand else ""), "muted", side=ENDING)

    def _frame(self, sketch: Sketch, room: QRect, line: Line) -> None:
        style = Qt.PenStyle.DashLine if line is Line.DASHED else Qt.PenStyle.DotLine
        sketch.frame(room, QPen(self._theme.colour("text"), 1.5, style))
