"""The gallery of cells beside the classes: choose, name by key or by dragging, narrow down."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.cell_list import CellList, Narrowed
from leukdesk.app.viewmodels.cells import Cells
from leukdesk.app.views.class_legend import CELLS, ClassLegend, carries_cells
from leukdesk.app.views.widgets.cell_tiles import CellTileDelegate
from leukdesk.app.views.widgets.grid import Shape
from leukdesk.app.views.widgets.grouped_grid import GroupedGrid
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.app.views.widgets.segments import Segments


class CellGallery(QWidget):
    """`asked` wants the menu of classes at a point of the screen; `given` names the chosen cells."""

    asked = Signal(QPoint)
    given = Signal(str)
    pointed = Signal(object)  # a CellRef under the pointer, or None

    def __init__(self, cells: Cells, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells, self._theme = cells, theme
        self.list = CellList(cells, self)
        self.grid = _Grid(theme)
        self.legend = ClassLegend(cells, theme)
        self.scope = Segments(theme, self.tr("Cells of which images"))
        self.narrowed = Picker(theme, self.tr("Which cells"))
        self.none = label("", "muted", wrap=True)
        self._delegate = CellTileDelegate(theme, self)
        self._set_up()
        self._lay_out()
        self._connect()
        self._arrange()

    def _set_up(self) -> None:
        self.grid.setModel(self.list)
        self.grid.setItemDelegate(self._delegate)
        self.grid.setAccessibleName(self.tr("Cells"))
        self.scope.add("image", self.tr("This image"))
        self.scope.add("all", self.tr("All images"))
        for kind, words in (
            (Narrowed.ALL, self.tr("All cells")),
            (Narrowed.UNIDENTIFIED, self.tr("Unidentified")),
            (Narrowed.BY_HAND, self.tr("Changed by hand")),
            (Narrowed.STAGES, self.tr("Between two stages")),
            (Narrowed.APART, self.tr("Not counted")),
        ):
            self.narrowed.addItem(words, kind.value)

    def _connect(self) -> None:
        cells = self._cells
        self.scope.chosen.connect(lambda key: self.list.show(all_images=key == "all"))
        self.narrowed.activated.connect(lambda at: self.list.show(Narrowed(self.narrowed.itemData(at))))
        self.list.modelReset.connect(self._follow)
        cells.selection_changed.connect(self._follow)
        for signal in (cells.changed, cells.switched, cells.run.changed):
            signal.connect(self._describe)
        self.grid.selectionModel().currentChanged.connect(self._choose_current)
        self.grid.toggled.connect(lambda row: cells.choose(self.list.ref(row), add=True))
        self.grid.asked.connect(self._ask)
        self.grid.dropped.connect(lambda row: self.given.emit(self._class_at(row)))
        self.grid.pointed.connect(lambda row: self.pointed.emit(self.list.ref(row) if row >= 0 else None))
        self.legend.given.connect(self.given)
        self._theme.changed.connect(self._arrange)

    def name(self, class_id: str) -> None:
        """Name the chosen cells; where that takes the last of them out of sight, choose what came after it."""
        chosen = self._cells.selected
        row = self.list.row_of(chosen[-1]) if chosen else None
        self._cells.name(class_id)
        if row is not None and self.list.row_of(chosen[-1]) is None and self.list.rowCount():
            self._cells.choose(self.list.ref(min(row, self.list.rowCount() - 1)))

    def show_in_view(self, in_view: Counter[str]) -> None:
        """How many cells of each class are in view."""
        reading = self._cells.reading
        counts = Counter(one.class_id for one in reading.cells) if reading is not None else Counter[str]()
        self.legend.show_counts(counts, in_view)

    # -- what is asked for

    def _choose_current(self, current: QModelIndex) -> None:
        if current.isValid() and not self.grid.toggling:
            self._cells.choose(self.list.ref(current.row()))

    def _ask(self, row: int, at: QPoint) -> None:
        if row >= 0 and self.list.ref(row) not in self._cells.selected:
            self._cells.choose(self.list.ref(row))
        if self._cells.selected:
            self.asked.emit(at)

    def _class_at(self, row: int) -> str:
        return self.list.groups[row].class_id

    # -- what is shown

    def _follow(self) -> None:
        chosen = self._cells.selected
        row = self.list.row_of(chosen[-1]) if chosen else None
        index = self.list.index(row) if row is not None else QModelIndex()
        with QSignalBlocker(self.grid.selectionModel()):
            self.grid.setCurrentIndex(index)
        if index.isValid():
            self.grid.scrollTo(index)
        self.grid.viewport().update()
        self._describe()

    def _describe(self) -> None:
        words = ""
        if self._cells.on and not self.list.rowCount():
            if self._cells.run.waits(self._cells.path):
                words = self.tr("The cells are being looked for.")
            elif self.list.narrowed is not Narrowed.ALL:
                words = self.tr("No cell matches.")
            elif self._cells.on_slide:
                words = self.tr(
                    "Zoom in to cells, then press V: the cells in view are found. Go on elsewhere and press it again; "
                    "what was found stays, and no cell is counted twice."
                )
            elif self._cells.reading is not None:
                words = self.tr("No whole nucleated cell was found in this image. Press N to outline one by hand.")
        self.none.setText(words)
        self.none.setVisible(bool(words))

    def _arrange(self) -> None:
        self.grid.arrange(Shape.GALLERY, self._delegate.size)
        self.grid.setMinimumHeight(self._delegate.size.height())

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_2)
        head.addWidget(self.scope)
        head.addWidget(self.narrowed)
        head.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(tokens.SPACE_1)
        right.addLayout(head)
        right.addWidget(self.none)
        right.addWidget(self.grid, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_3, 0, tokens.SPACE_2, tokens.SPACE_1)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(self.legend)
        row.addLayout(right, 1)


class _Grid(GroupedGrid):
    """The gallery's view: Ctrl+click chooses several, dragging carries the chosen cells to another class."""

    toggled = Signal(int)
    asked = Signal(int, QPoint)
    dropped = Signal(int)  # the number of the group
    pointed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._pressed: QPoint | None = None
        self.toggling = False
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.indexAt(event.position().toPoint()).row()
        self._pressed = event.position().toPoint() if row >= 0 else None
        if row >= 0 and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.toggled.emit(row)
        elif event.button() == Qt.MouseButton.LeftButton or row >= 0:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        held = event.buttons() & Qt.MouseButton.LeftButton
        if held and self._pressed is not None and (at - self._pressed).manhattanLength() > 8:
            self._pressed = None
            self._carry()
        elif not held:
            self.pointed.emit(self.indexAt(at).row())
            self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        place = self.viewport().mapToGlobal(self.visualRect(index).center()) if by_key else event.globalPos()
        self.asked.emit(index.row(), place)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if carries_cells(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if carries_cells(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        groups = [group for group, _ in self._places()]
        found = self.group_at(event.position().toPoint())
        if found is not None and carries_cells(event.mimeData()):
            event.acceptProposedAction()
            self.dropped.emit(groups.index(found))

    def _carry(self) -> None:
        drag, carried = QDrag(self), QMimeData()
        carried.setData(CELLS, b"1")
        drag.setMimeData(carried)
        drag.exec(Qt.DropAction.MoveAction)
