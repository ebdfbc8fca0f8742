"""What a batch found, as pictures in groups or as a list; narrowed down to some groups, and chosen from."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.batch_desk import BatchDesk
from leukdesk.app.viewmodels.batch_order import FAILED, REJECTED, SKIPPED, UNIDENTIFIED, class_of
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.widgets.grid import Shape
from leukdesk.app.views.widgets.grid_view import GridView, Heading
from leukdesk.app.views.widgets.labels import ElidedLabel, label, link
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.app.views.widgets.row_delegates import LineDelegate, RowDelegate, TileDelegate
from leukdesk.app.views.widgets.segments import Segments

ICONS = {UNIDENTIFIED: "unidentified", REJECTED: "refuse", FAILED: "attention", SKIPPED: "close"}
TONES = {UNIDENTIFIED: "attention", REJECTED: "refuse", FAILED: "refuse", SKIPPED: "muted"}


class BatchGallery(QFrame):
    """`opened` carries the place of a row that is to be looked at; `send` the numbers of items for a case."""

    opened = Signal(int)
    send = Signal(object)  # tuple[int, ...]

    def __init__(self, desk: BatchDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._theme = desk, theme
        self._delegates: dict[Shape, RowDelegate] = {
            Shape.LIST: LineDelegate(theme, self),
            Shape.GALLERY: TileDelegate(theme, self, large=True),
        }
        self.view = GridView(theme)
        self.shapes = Segments(theme, self.tr("How images are shown"))
        self.order = Picker(theme, self.tr("Order within a group"))
        self.count, self.all = ElidedLabel("caption", Qt.TextElideMode.ElideRight), link(self.tr("Show all"))
        self.send_button = QPushButton(self.tr("Send to a case…"))
        self.nothing = label("", "muted", wrap=True)
        self._kept: tuple[list[int], int, int | None] = ([], -1, None)
        self._set_up()
        self._lay_out()
        self._connect()
        self.show_shape(Shape.GALLERY)

    def chosen(self) -> tuple[int, ...]:
        """Numbers of the items that are selected."""
        rows = sorted(one.row() for one in self.view.selectionModel().selectedIndexes())
        return tuple(self._desk.items.row(row).number for row in rows)

    def show_shape(self, shape: Shape) -> None:
        """As pictures or as a list."""
        self.view.setItemDelegate(self._delegates[shape])
        self.view.arrange(shape, self._delegates[shape].size)
        self.shapes.choose(shape.value)

    def _set_up(self) -> None:
        self.view.setModel(self._desk.items)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setAccessibleName(self.tr("What was found"))
        self.shapes.add(Shape.LIST.value, self.tr("List"), "rows", words=False)
        self.shapes.add(Shape.GALLERY.value, self.tr("Gallery"), "grid", words=False)
        self.order.addItem(self.tr("Most probable first"), False)
        self.order.addItem(self.tr("Least probable first"), True)
        self.send_button.setProperty("kind", "small")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def _connect(self) -> None:
        items = self._desk.items
        items.about_to_move.connect(self._keep_place)
        items.moved.connect(self._follow)
        self.view.selectionModel().selectionChanged.connect(self._describe)
        self.view.doubleClicked.connect(self._open)
        self.view.activated.connect(self._open)
        self.shapes.chosen.connect(lambda key: self.show_shape(Shape(key)))
        self.order.activated.connect(
            lambda at: items.arrange(replace(items.wish, least_first=bool(self.order.itemData(at))))
        )
        self.all.clicked.connect(lambda: items.arrange(replace(items.wish, groups=frozenset())))
        self.send_button.clicked.connect(lambda: self.send.emit(self.chosen()))
        self._desk.changed.connect(self._describe)
        self._theme.changed.connect(self._fit)

    def _fit(self) -> None:
        self.view.arrange(self.view.shape, self._delegates[self.view.shape].size)
        self.view.group(self._headings())

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(index.row())

    # -- rows move while a batch runs; what is looked at stays where it is

    def _keep_place(self) -> None:
        current, top = self.view.currentIndex(), self.view.indexAt(self.view.viewport().rect().center())
        items = self._desk.items
        anchor = items.row(top.row()).number if top.isValid() and self.view.verticalOffset() > 0 else None
        now = items.row(current.row()).number if current.isValid() else -1
        self._kept = (list(self.chosen()), now, anchor)

    def _follow(self) -> None:
        chosen, now, anchor = self._kept
        self._kept = ([], -1, None)
        items, before = self._desk.items, self.view.viewport().rect().center().y()
        self.view.group(self._headings())
        if chosen:
            selected = QItemSelection()
            for one in chosen:
                if (place := items.place_of(one)) is not None:
                    selected.select(items.index(place), items.index(place))
            self.view.selectionModel().select(selected, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if (place := items.place_of(now)) is not None:
            keep = QItemSelectionModel.SelectionFlag.NoUpdate
            self.view.selectionModel().setCurrentIndex(items.index(place), keep)
        if anchor is not None and (place := items.place_of(anchor)) is not None:
            middle = self.view.visualRect(items.index(place)).center().y()
            bar = self.view.verticalScrollBar()
            bar.setValue(bar.value() + middle - before)
        elif anchor is not None:  # it is not shown any longer: other groups are
            self.view.verticalScrollBar().setValue(0)
        self._describe()

    def _headings(self) -> list[Heading]:
        look, words = self._desk.items.vocabulary.look, self.group_words()
        made = []
        for group, count in self._desk.items.groups:
            if class_id := class_of(group):
                made.append(Heading(look(class_id).display, count, look(class_id).colour))
            else:
                made.append(Heading(words[group], count, "", ICONS[group], TONES[group]))
        return made

    def group_words(self) -> dict[str, str]:
        """The groups that are no classes."""
        return {
            UNIDENTIFIED: self.tr("Unidentified"),
            REJECTED: self.tr("Rejected"),
            FAILED: self.tr("Failed"),
            SKIPPED: self.tr("Left out"),
        }

    def _describe(self) -> None:
        items, chosen = self._desk.items, len(self.view.selectionModel().selectedIndexes())
        words = self.tr("Shown: {count}").format(count=number(items.rowCount()))
        if chosen:
            words += " · " + self.tr("selected: {count}").format(count=number(chosen))
        self.count.set_text(words)
        self.all.setVisible(bool(items.wish.groups))
        self.send_button.setEnabled(chosen > 0 and self._desk.may_record)
        some = items.rowCount() > 0
        self.nothing.setVisible(not some)
        self.view.setVisible(some)
        if not some:
            self.nothing.setText(self._why_nothing())

    def _why_nothing(self) -> str:
        if self._desk.items.wish.groups:
            return self.tr("There is none of these.")
        if self._desk.running or self._desk.loading:
            return self.tr("What is found appears here.")
        return self.tr("Nothing was classified yet.")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(tokens.SPACE_4, tokens.SPACE_1, tokens.SPACE_2, tokens.SPACE_1)
        head.setSpacing(tokens.SPACE_2)
        head.addWidget(self.count, 1)
        for one in (self.all, self.send_button, self.order, self.shapes):
            head.addWidget(one)
        self.setProperty("panel", "surface")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.nothing, 1)
        holder = QHBoxLayout()
        holder.setContentsMargins(tokens.SPACE_2, 0, tokens.SPACE_2, tokens.SPACE_1)
        holder.addWidget(self.view)
        column.addLayout(holder, 1)
