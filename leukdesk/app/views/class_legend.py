"""The classes beside the gallery: how many cells there are of each; hide them, or drop cells on them."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QMimeData, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QScrollArea, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.cells import Cells
from leukdesk.app.viewmodels.numbers import number
from leukdesk.domain.reader_classes import ReaderClass
from leukdesk.domain.review import UNIDENTIFIED

CELLS = "application/x-leukdesk-cells"  # what is dragged: the chosen cells
_WIDTH, _ROW = 268, 26  # px at 100 % text


class ClassLegend(QScrollArea):
    """One row a class. `given` says that the dragged cells are to be of this class."""

    given = Signal(str)

    def __init__(self, cells: Cells, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells, self._theme = cells, theme
        self.rows: dict[str, ClassRow] = {}
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(self._holder)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        cells.model_changed.connect(self._fill)
        theme.changed.connect(self._resize)
        self._fill()

    def show_counts(self, counts: Counter[str], in_view: Counter[str]) -> None:
        """How many there are, and how many of them are in view."""
        for class_id, row in self.rows.items():
            row.show_counts(counts[class_id], in_view[class_id])
            row.setChecked(class_id not in self._cells.hidden)

    def _fill(self) -> None:
        for old in self.rows.values():
            old.hide()
            old.deleteLater()
        keys = {one.id: str(at) for at, one in enumerate(self._cells.keys, 1)} | {UNIDENTIFIED: "U"}
        looks = (*self._cells.looks.classes, self._cells.looks.look(UNIDENTIFIED))
        self.rows = {look.id: ClassRow(look, keys.get(look.id, ""), self._theme) for look in looks}
        self.rows[""] = ClassRow(ReaderClass("", self.tr("Not counted"), "·", "#999999", False), "", self._theme)
        for at, (class_id, row) in enumerate(self.rows.items()):
            row.clicked.connect(self._hide)
            row.given.connect(lambda chosen=class_id: self.given.emit(chosen))
            self._column.insertWidget(at, row)
        self._resize()

    def _hide(self) -> None:
        self._cells.hide({class_id for class_id, row in self.rows.items() if not row.isChecked()})

    def _resize(self) -> None:
        self.setFixedWidth(self._theme.px(_WIDTH))
        for row in self.rows.values():
            row.setFixedHeight(self._theme.px(_ROW))


class ClassRow(QAbstractButton):
    """Key, mark, name and numbers of one class; checked while its cells are drawn."""

    given = Signal()

    def __init__(self, look: ReaderClass, key: str, theme: Theme) -> None:
        super().__init__()
        self._look, self._key, self._theme = look, key, theme
        self._count = self._seen = 0
        self._aimed = False
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAcceptDrops(bool(look.id))
        self.show_counts(0, 0)

    def show_counts(self, count: int, in_view: int) -> None:
        """Show other numbers."""
        self._count, self._seen = count, in_view
        words = self.tr("{name}: {count}, in view {seen}. Press to hide or show.")
        said = words.format(name=self._look.display, count=number(count), seen=number(in_view))
        self.setAccessibleName(said)
        self.setToolTip(said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(_WIDTH), self._theme.px(_ROW))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if carries_cells(event.mimeData()):
            event.acceptProposedAction()
            self._aim(True)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._aim(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._aim(False)
        event.acceptProposedAction()
        self.given.emit()

    def _aim(self, on: bool) -> None:
        self._aimed = on
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour, px = self._theme.colour, self._theme.px
        ground = "tint" if self._aimed else "hover" if self.underMouse() else ""
        painter.setPen(QPen(colour("focus"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(colour(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), tokens.RADIUS, tokens.RADIUS)
        mark = QRect(px(24), (self.height() - px(10)) // 2, px(10), px(10))
        fill = QColor(self._look.colour)
        painter.setPen(QPen(fill.darker(130), 1))
        painter.setBrush(fill if self.isChecked() else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(mark)
        painter.setPen(colour("text" if self._count and self.isChecked() else "muted"))
        room = self.rect().adjusted(px(6), 0, -px(8), 0)
        side = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(room, side, self._key)
        numbers = f"{number(self._count)} · {number(self._seen)}" if self._count else "–"
        taken = painter.fontMetrics().horizontalAdvance(numbers) + px(8)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), numbers)
        words = room.adjusted(px(34), 0, -taken, 0)
        font = painter.font()
        font.setStrikeOut(not self.isChecked())
        painter.setFont(font)
        name = f"{self._look.short}  {self._look.display}"
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, side, shown)


def carries_cells(dragged: QMimeData) -> bool:
    """Whether cells are being dragged."""
    return dragged.hasFormat(CELLS)
