"""The images that are open: a filmstrip or a list of lines, one selection, only the visible part painted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QListView, QToolButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.widgets.labels import ElidedLabel
from leukdesk.app.views.widgets.row_delegates import LINE_HEIGHT, TILE, LineDelegate, TileDelegate

_Index = QModelIndex | QPersistentModelIndex
STRIP_HEIGHT = TILE.height() + 14
LIST_HEIGHT = 5 * LINE_HEIGHT + tokens.SPACE_1


class _Images(QListView):
    """A list whose wheel also turns a filmstrip, and which repaints what changed without laying out all rows again."""

    def dataChanged(self, first: _Index, last: _Index, _roles: Sequence[int] = ()) -> None:
        # QListView measures every row on every change, although all have one size: 20 ms with 10 000 rows.
        if first == last:
            self.update(first)
        else:
            self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar = self.horizontalScrollBar()
        if self.flow() == QListView.Flow.LeftToRight and event.angleDelta().x() == 0:
            bar.setValue(bar.value() - event.angleDelta().y())
            event.accept()
        else:
            super().wheelEvent(event)


class ImageStrip(QFrame):
    """Shows the view-model's images and selects one of them."""

    def __init__(self, model: AnalyseViewModel, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._actions = model, actions
        self._line, self._tile = LineDelegate(theme, self), TileDelegate(theme, self)
        self.view = _Images()
        self._count = ElidedLabel("caption", Qt.TextElideMode.ElideRight)
        self.setProperty("panel", "list")
        self._set_up_view()
        self._lay_out()
        theme.changed.connect(self.view.viewport().update)
        model.opened.connect(self._describe)
        model.selected.connect(self._follow)
        self.view.selectionModel().currentChanged.connect(self._choose)
        actions.as_list.toggled.connect(self.show_as_list)
        self.show_as_list(False)

    def show_as_list(self, lines: bool) -> None:
        """Lines with names and bars, or a filmstrip."""
        self.view.setFlow(QListView.Flow.TopToBottom if lines else QListView.Flow.LeftToRight)
        self.view.setItemDelegate(self._line if lines else self._tile)
        off, on = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.view.setVerticalScrollBarPolicy(on if lines else off)
        self.view.setHorizontalScrollBarPolicy(off if lines else on)
        self.view.setFixedHeight(LIST_HEIGHT if lines else STRIP_HEIGHT)
        self._follow()

    def _set_up_view(self) -> None:
        self.view.setModel(self._model.images)
        self.view.setAccessibleName(self.tr("Images"))
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def _lay_out(self) -> None:
        button = QToolButton()
        button.setDefaultAction(self._actions.as_list)
        button.setIconSize(QSize(tokens.ICON, tokens.ICON))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        head = QHBoxLayout()
        head.setContentsMargins(tokens.SPACE_4, tokens.SPACE_1, tokens.SPACE_2, 0)
        head.addWidget(self._count, 1)
        head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        holder = QHBoxLayout()
        holder.setContentsMargins(tokens.SPACE_2, 0, tokens.SPACE_2, tokens.SPACE_1)
        holder.addWidget(self.view)
        column.addLayout(holder)

    def _describe(self) -> None:
        count, skipped = self._model.images.rowCount(), self._model.skipped
        words = self.tr("Images: {count}").format(count=count)
        if skipped:
            words += " · " + self.tr("other files passed over: {count}").format(count=skipped)
        self._count.set_text(words)

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid():
            self._model.select(current.row())

    def _follow(self) -> None:
        index = self._model.images.index(self._model.place)
        if index.isValid():
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)
