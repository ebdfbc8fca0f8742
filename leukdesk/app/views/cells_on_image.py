"""Cells over the image: outlines, choosing by click, and changing outlines by hand."""

from __future__ import annotations

from math import hypot

from PySide6.QtCore import QMargins, QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.cell_faces import CellRef
from leukdesk.app.viewmodels.cells import Cells
from leukdesk.app.views.widgets.canvas import Canvas
from leukdesk.app.views.widgets.cell_layer import CellLayer
from leukdesk.domain import outlines
from leukdesk.domain.cell import Box

_DRAG_FROM = 5.0  # px on screen: less is a click
_NAME_PX = 24  # on screen, of a cell's name
_ZOOMED = 90.0  # px on screen, of a cell that was zoomed to: a third of the view is its surroundings


class CellsOnImage(QObject):
    """Draws on a canvas and is its `Hand`. `seen_changed` says that other cells may be in view."""

    seen_changed = Signal()
    asked = Signal(QPointF)  # a context menu for the chosen cell, at a point of the screen

    def __init__(self, cells: Cells, canvas: Canvas, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cells, self._canvas, self._theme = cells, canvas, theme
        self.layer = CellLayer()
        self.hidden = False  # with everything else over the image
        self._adding = self._moving = False
        self._from: QPointF | None = None
        self._from_screen = QPointF()
        self._now = QPointF()
        self._shown: object = None
        self._pointed: int | None = None  # by the pointer in the gallery
        canvas.layers.append(self._draw)
        cells.changed.connect(self.refresh)
        cells.selection_changed.connect(self._show_selected)
        cells.switched.connect(self.refresh)
        canvas.looked.connect(self.seen_changed)

    def refresh(self) -> None:
        """Follow the view-model."""
        cells = self._cells
        on = cells.on and not self.hidden
        self._canvas.hand = self if cells.on else None
        reading = cells.reading if on else None
        key = (reading, cells.hidden, cells.looks)
        if key != self._shown:
            self._shown = key
            found = [(one.cell, cells.looks.face(one)) for one in reading.cells] if reading is not None else []
            self.layer.show((cell, face) for cell, face in found if face.class_id not in cells.hidden)
        self._canvas.viewport().update()
        self.seen_changed.emit()

    def adding(self, on: bool) -> None:
        """Whether the next press outlines a cell."""
        self._adding = on
        self._canvas.show_drawing(on)

    @property
    def in_view(self) -> list[str]:
        """Class ids of the drawn cells that are in view."""
        seen = self._canvas.seen
        return [one.face.class_id for one in self.layer.in_view_of(seen)]

    def lie_under(self, room: QRect) -> int:
        """How many drawn cells, or their names, lie under a part of the view."""
        name = QMargins(0, 0, 0, _NAME_PX)  # above a cell, so below the room
        there = self._canvas.mapToScene(room.marginsAdded(name)).boundingRect()
        return 0 if self.hidden or not self._cells.on else len(self.layer.in_view_of(there))

    def zoom_to_chosen(self) -> None:
        """Show the chosen cell large, in the middle."""
        one = self._cells.current
        if one is not None:
            side = max(one.cell.box.width, one.cell.box.height, 1.0)
            room = self._canvas.viewport()
            zoom = max(_ZOOMED, min(room.width(), room.height()) / 3) / side
            self._canvas.look_at(QPointF(*one.cell.box.centre), max(zoom, self._canvas.zoom))

    def bring_into_view(self) -> None:
        """Move the image only if the chosen cell is not in view."""
        one = self._cells.current
        if one is not None and not self._canvas.seen.contains(QPointF(*one.cell.box.centre)):
            self._canvas.look_at(QPointF(*one.cell.box.centre), self._canvas.zoom)

    def point_at(self, ref: CellRef | None) -> None:
        """Show where a cell lies that the pointer is on in the gallery."""
        pointed = ref.key if ref is not None and ref.path == self._cells.path else None
        if pointed != self._pointed:
            self._pointed = pointed
            self._canvas.viewport().update()

    # -- the mouse

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        """A click chooses; a press on the chosen cell may become moving it; otherwise the image moves."""
        self._from, self._from_screen, self._now, self._moving = at, event.position(), at, False
        if event.button() == Qt.MouseButton.RightButton:
            self._choose(at, add=False)
            self.asked.emit(event.globalPosition())
            self._from = None
            return True
        return event.button() == Qt.MouseButton.LeftButton and (self._adding or self._on_chosen(at))

    def move(self, at: QPointF, event: QMouseEvent) -> bool:
        """Draw what a release would do."""
        self._now = at
        held = self._from is not None and event.buttons() & Qt.MouseButton.LeftButton
        if not held or self._from is None or not (self._adding or self._on_chosen(self._from)):
            return False
        self._moving = self._moving or self._far(event)
        self._canvas.viewport().update()
        return True

    def release(self, at: QPointF, event: QMouseEvent) -> bool:
        """Choose, add or move."""
        start, self._from = self._from, None
        if start is None or event.button() != Qt.MouseButton.LeftButton:
            return False
        if self._adding:
            self._add(start, at, dragged=self._far(event))
        elif self._moving and self._cells.current is not None:
            key, away = self._cells.current.key, at - start
            self._cells.change(lambda reading: reading.moved(key, away.x(), away.y()))
        elif not self._far(event):
            self._choose(at, add=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        self._moving = False
        self._canvas.viewport().update()
        return True

    def _far(self, event: QMouseEvent) -> bool:
        return (event.position() - self._from_screen).manhattanLength() >= _DRAG_FROM

    def _on_chosen(self, at: QPointF) -> bool:
        one = self._cells.current
        return one is not None and one.cell.holds(at.x(), at.y())

    def _choose(self, at: QPointF, *, add: bool) -> None:
        reading, path = self._cells.reading, self._cells.path
        found = reading.at(at.x(), at.y()) if reading is not None else None
        if found is not None and self._cells.looks.face(found).class_id in self._cells.hidden:
            found = None
        if path is not None and (found is not None or not add):
            self._cells.choose(CellRef(path, found.key) if found is not None else None, add=add)

    def _add(self, start: QPointF, end: QPointF, *, dragged: bool) -> None:
        self._cells.add(outlines.circle((start.x(), start.y()), self._radius(start, end, dragged=dragged)))

    def _radius(self, start: QPointF, end: QPointF, *, dragged: bool) -> float:
        """As far as was dragged; of a click that of a cell of the usual size."""
        away = end - start
        if dragged:
            return max(2.0, hypot(away.x(), away.y()))
        reading = self._cells.reading
        return 6.0 / reading.analysis.field.scale.um_per_px if reading is not None else 20.0  # 12 um wide

    # -- painting

    def _draw(self, painter: QPainter) -> None:
        if not self._cells.on or self.hidden:
            return
        canvas = self._canvas
        self._draw_views(painter)
        self.layer.draw(painter, canvas.seen, canvas.font(), canvas.devicePixelRatioF(), gliding=canvas.gliding)
        reading = self._cells.reading
        pointed = reading.cell(self._pointed) if reading is not None and self._pointed is not None else None
        if pointed is not None:
            self._draw_pointed(painter, pointed.cell.box)
        if self._from is None or not (self._moving or self._adding):
            return
        pen = QPen(self._theme.colour("focus"), 2, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._adding and self._moving:
            away = self._radius(self._from, self._now, dragged=True)
            painter.drawEllipse(self._from, away, away)
        elif self._moving and self._cells.current is not None:
            box = self._cells.current.cell.box
            there = QRectF(box.left, box.top, box.width, box.height).translated(self._now - self._from)
            painter.drawEllipse(there)

    def _draw_views(self, painter: QPainter) -> None:
        """Where on a slide cells were looked for."""
        reading = self._cells.reading
        pen = QPen(self._theme.colour("focus"), 1, Qt.PenStyle.DotLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for view in reading.views if reading is not None else ():
            painter.drawRect(QRectF(*view))

    def _draw_pointed(self, painter: QPainter, box: Box) -> None:
        wide = 0.2 * max(box.width, box.height)
        around = QRectF(box.left, box.top, box.width, box.height).adjusted(-wide, -wide, wide, wide)
        for colour, width in (("canvas", 6), ("focus", 3)):
            pen = QPen(self._theme.colour(colour), width)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawEllipse(around)

    def _show_selected(self) -> None:
        path = self._cells.path
        self.layer.select({one.key for one in self._cells.selected if one.path == path})
        self._canvas.viewport().update()
