"""The images that are open: filmstrip, list and gallery of one selection; only what is seen is painted."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.dynamic import restyle
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.ordering import SortBy
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.list_menus import FilterMenu, SortMenu
from leukdesk.app.views.widgets.grid import Shape
from leukdesk.app.views.widgets.grid_view import GridView
from leukdesk.app.views.widgets.labels import ElidedLabel, label, link
from leukdesk.app.views.widgets.row_delegates import LineDelegate, RowDelegate, TileDelegate
from leukdesk.app.views.widgets.search_field import SearchField
from leukdesk.app.views.widgets.segments import Segments

_LINES = 5  # that a list shows below the image
_SCROLL_BAR = 12  # px
_ANY = (1 << 24) - 1  # px: Qt's word for no limit
_SEARCH_WIDTH = 120  # px, at least


class ImageStrip(QFrame):
    """Shows the view-model's images and selects one of them."""

    shape_changed = Signal()

    def __init__(self, model: AnalyseViewModel, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._theme, self._actions = model, theme, actions
        self._delegates: dict[Shape, RowDelegate] = {
            Shape.STRIP: TileDelegate(theme, self),
            Shape.LIST: LineDelegate(theme, self),
            Shape.GALLERY: TileDelegate(theme, self, large=True),
        }
        self.view = GridView(theme)
        self.search = SearchField(theme, self.tr("Search names…"))
        self.filter, self.sort = QToolButton(), QToolButton()
        self.shapes = Segments(theme, self.tr("How images are shown"))
        self.none = label(self.tr("No image matches."), "muted")
        self.all = link(self.tr("Show all images"))
        self.missing, self.relink = label("", "muted"), link(self.tr("Find them…"))
        self._count = ElidedLabel("caption", Qt.TextElideMode.ElideRight)
        self.setProperty("panel", "list")
        self._set_up_view()
        self._set_up_head()
        self._lay_out()
        self._connect()
        self.show_shape(Shape.STRIP)

    @property
    def shape(self) -> Shape:
        """Filmstrip, list or gallery."""
        return self.view.shape

    def show_shape(self, shape: Shape) -> None:
        """Stand the images otherwise; the selection stays."""
        self.view.setItemDelegate(self._delegates[shape])
        self._fit(shape)
        self.shapes.choose(shape.value)
        for action, meant in ((self._actions.as_list, Shape.LIST), (self._actions.as_gallery, Shape.GALLERY)):
            action.setChecked(shape is meant)
        self._follow()
        self.shape_changed.emit()

    def _fit(self, shape: Shape | None = None) -> None:
        """Take the height that the cells need at the present size of text."""
        shape = shape or self.shape
        cell = self._delegates[shape].size
        height = {Shape.STRIP: cell.height() + _SCROLL_BAR, Shape.LIST: _LINES * cell.height() + tokens.SPACE_1}
        self.view.setMinimumHeight(height.get(shape, cell.height()))
        self.view.setMaximumHeight(height.get(shape, _ANY))
        tall = QSizePolicy.Policy.Expanding if shape is Shape.GALLERY else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Preferred, tall)
        self.view.arrange(shape, cell)
        self.search.field.setMinimumWidth(self._theme.px(_SEARCH_WIDTH))

    def _set_up_view(self) -> None:
        self.view.setModel(self._model.listed)
        self.view.setAccessibleName(self.tr("Images"))

    def _set_up_head(self) -> None:
        self.filter.setMenu(FilterMenu(self._model.images, self._model.listed, self))
        self.sort.setMenu(SortMenu(self._actions.sorts.actions(), self._actions.sort_reversed, self))
        for button, words, hint in (
            (self.filter, self.tr("Filter"), self.tr("Show only some images")),
            (self.sort, self.tr("Sort"), self.tr("Sort the images")),
        ):
            button.setText(words)
            button.setToolTip(hint)
            button.setAccessibleName(hint)
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("kind", "toggle")
        self.shapes.add(Shape.STRIP.value, self.tr("Filmstrip"), "film", words=False)
        self.shapes.add(Shape.LIST.value, self.tr("List"), "rows", words=False)
        self.shapes.add(Shape.GALLERY.value, self.tr("Gallery"), "grid", words=False)

    def _connect(self) -> None:
        model, actions = self._model, self._actions
        self._theme.changed.connect(self._fit)
        model.opened.connect(self._describe)
        model.files_changed.connect(self._describe)
        model.selected.connect(self._follow)
        model.listed.rearranged.connect(self._describe)
        model.listed.modelReset.connect(self._follow)
        self.view.selectionModel().currentChanged.connect(self._choose)
        self.view.doubleClicked.connect(self._leave_gallery)
        self.view.activated.connect(self._leave_gallery)
        self.shapes.chosen.connect(lambda key: self.show_shape(Shape(key)))
        self.search.changed.connect(self._search)
        self.all.clicked.connect(model.listed.show_all)
        actions.as_list.toggled.connect(lambda on: self._switch(Shape.LIST, on))
        actions.as_gallery.toggled.connect(lambda on: self._switch(Shape.GALLERY, on))
        actions.search_images.triggered.connect(self.search.setFocus)
        actions.show_all.triggered.connect(model.listed.show_all)
        actions.sorts.triggered.connect(self._sort)
        actions.sort_reversed.triggered.connect(self._sort)
        self.relink.clicked.connect(actions.find_missing.trigger)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(tokens.SPACE_4, tokens.SPACE_1, tokens.SPACE_2, tokens.SPACE_1)
        head.setSpacing(tokens.SPACE_2)
        head.addWidget(self._count, 1)
        for widget in (self.missing, self.relink, self.search, self.filter, self.sort, self.shapes):
            head.addWidget(widget)
        nothing = QHBoxLayout()
        nothing.setContentsMargins(tokens.SPACE_4, 0, tokens.SPACE_4, tokens.SPACE_2)
        nothing.addWidget(self.none)
        nothing.addWidget(self.all)
        nothing.addStretch(1)
        holder = QHBoxLayout()
        holder.setContentsMargins(tokens.SPACE_2, 0, tokens.SPACE_2, tokens.SPACE_1)
        holder.addWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(nothing)
        column.addLayout(holder, 1)

    # -- what is asked for

    def _search(self) -> None:
        self._model.listed.arrange(replace(self._model.listed.wish, text=self.search.text()))

    def _sort(self) -> None:
        chosen = self._actions.sorts.checkedAction()
        wish = replace(
            self._model.listed.wish, sort=SortBy(chosen.data()), descending=self._actions.sort_reversed.isChecked()
        )
        self._model.listed.arrange(wish)

    def _switch(self, shape: Shape, on: bool) -> None:
        if on != (self.shape is shape):  # else it only follows
            self.show_shape(shape if on else Shape.STRIP)

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid():
            self._model.select(self._model.listed.place(current.row()))

    def _leave_gallery(self) -> None:
        if self.shape is Shape.GALLERY:
            self.show_shape(Shape.STRIP)

    # -- what is shown

    def _describe(self) -> None:
        model, wish = self._model, self._model.listed.wish
        count, shown, skipped = model.images.rowCount(), model.listed.rowCount(), model.skipped
        words = self.tr("Images: {count}").format(count=number(count))
        if wish.narrows:
            words = self.tr("Images: {shown} of {count}").format(shown=number(shown), count=number(count))
        if skipped:
            words += " · " + self.tr("other files passed over: {count}").format(count=number(skipped))
        self._count.set_text(words)
        self.none.setVisible(count > 0 and shown == 0)
        self.all.setVisible(count > 0 and shown == 0)
        missing = self.tr("Files missing: {count}").format(count=number(model.images.missing))
        self.missing.setText(self.tr("Searching…") if model.files.searching else missing)
        self._actions.find_missing.setEnabled(model.images.missing > 0)
        self.missing.setVisible(model.images.missing > 0)
        self.relink.setVisible(model.images.missing > 0 and not model.files.searching)
        chosen = len(wish.kinds | wish.labels | wish.flags)
        self.filter.setText(self.tr("Filter: {count}").format(count=chosen) if chosen else self.tr("Filter"))
        restyle(self.filter, on=str(bool(chosen)).lower())
        if self.search.text() != wish.text:
            with QSignalBlocker(self.search):
                self.search.field.setText(wish.text)
        self._follow()

    def _follow(self) -> None:
        row = self._model.listed.row_of(self._model.place)
        index = self._model.listed.index(row if row is not None else -1)
        with QSignalBlocker(self.view.selectionModel()):
            self.view.setCurrentIndex(index)
        if index.isValid():
            self.view.scrollTo(index)
        self.view.viewport().update()
