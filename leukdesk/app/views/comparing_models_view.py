"""Two models on a folder, a page of the Models place: where they disagree, and which is right where that is known."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QScrollArea,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.comparing_models import ComparingModels
from leukdesk.app.viewmodels.comparing_words import agreement_lines, class_rows
from leukdesk.app.viewmodels.engine import Engine, model_key
from leukdesk.app.views.widgets.banner import Banner
from leukdesk.app.views.widgets.empty_state import EmptyState
from leukdesk.app.views.widgets.labels import ElidedLabel, label, link
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.app.views.widgets.progress_row import ProgressRow

_PICTURE, _SIDE = 64, 300  # px


class ComparingModelsView(QWidget):
    """`left` wants the models back, `image_wanted` carries an image to look at in Analyse."""

    left = Signal()
    image_wanted = Signal(Path)

    def __init__(self, desk: ComparingModels, engine: Engine, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._engine, self._theme = desk, engine, theme
        self.folder: Path | None = None
        self.banner, self.back = Banner(theme), link(self.tr("Models"))
        self.first, self.second = Picker(theme, self.tr("One model")), Picker(theme, self.tr("The other model"))
        self.choose, self.begin = QPushButton(self.tr("Folder…")), QPushButton(self.tr("Compare"))
        self.begin.setProperty("kind", "primary")
        self._where = ElidedLabel("muted", Qt.TextElideMode.ElideLeft)
        self._stop = QAction(self.tr("Stop comparing"), self)
        theme.dress(self._stop, "stop")
        self.progress = ProgressRow(theme, cancel=self._stop)
        self.table, self._side = QTreeView(), QVBoxLayout()
        self._empty = EmptyState(theme, "compare")
        self._empty.say(
            self.tr("Two models on the same images"),
            self.tr(
                "Images they disagree about come first. Where folders are named after classes, or a manifest.csv says "
                "what the images show, it is counted who is right."
            ),
        )
        self._set_up_table()
        self._lay_out()
        self._connect()
        self._list_models()
        self._show()

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        return self.choose

    def take_folder(self, folder: Path) -> None:
        """Compare on this folder."""
        self.folder = folder
        self._show()

    # -- building

    def _set_up_table(self) -> None:
        self.table.setModel(self._desk.table)
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setIconSize(QSize(_PICTURE, _PICTURE))
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.setAccessibleName(self.tr("Images, those the models disagree about first"))
        header = self.table.header()
        header.setStretchLastSection(False)
        for column in range(3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.ResizeToContents)

    def _connect(self) -> None:
        self.back.clicked.connect(self.left)
        self.choose.clicked.connect(self._ask_folder)
        self.begin.clicked.connect(self._begin)
        self._stop.triggered.connect(self._desk.stop)
        self.table.activated.connect(self._open)
        for picker in (self.first, self.second):
            picker.currentIndexChanged.connect(self._show)
        self._desk.changed.connect(self._show)
        self._desk.failed.connect(self.banner.tell)
        self._engine.listed.connect(self._list_models)

    def _lay_out(self) -> None:
        head, row, below = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        head.addWidget(label(self.tr("Compare two models"), "title"), 1)
        head.addWidget(self.back)
        for one in (self.first, self.second, self.choose):
            row.addWidget(one)
        row.addWidget(self._where, 1)
        row.addWidget(self.begin)
        below.addWidget(self._empty, 1)
        below.addWidget(self.table, 1)
        below.addWidget(self._side_area())
        whole, column = QVBoxLayout(self), QVBoxLayout()
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        column.setContentsMargins(tokens.SPACE_5, tokens.SPACE_4, tokens.SPACE_5, 0)
        column.setSpacing(tokens.SPACE_3)
        for part in (head, row):
            part.setSpacing(tokens.SPACE_3)
            column.addLayout(part)
        column.addWidget(self.progress, 0, Qt.AlignmentFlag.AlignLeading)
        column.addLayout(below, 1)
        whole.addWidget(self.banner)
        whole.addLayout(column, 1)
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def _side_area(self) -> QScrollArea:
        area, inside = QScrollArea(), QWidget()
        self._side = QVBoxLayout(inside)
        self._side.setContentsMargins(tokens.SPACE_3, 0, 0, tokens.SPACE_3)
        self._side.setSpacing(tokens.SPACE_3)
        self._filled: list[QWidget] = []
        self._side.addStretch(1)
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area = area
        self._theme.changed.connect(self._widen)
        self._widen()
        return area

    def _widen(self) -> None:
        self._area.setFixedWidth(self._theme.px(_SIDE))

    # -- what is shown

    def _list_models(self) -> None:
        chosen = [picker.currentData() for picker in (self.first, self.second)]
        keys = [model_key(card) for card in self._desk.models()]
        for place, picker in enumerate((self.first, self.second)):
            picker.clear()
            for key in keys:
                picker.addItem(key, key)
            wanted = chosen[place] if chosen[place] in keys else self._proposed(keys, place)
            picker.setCurrentIndex(keys.index(wanted) if wanted in keys else -1)

    def _proposed(self, keys: list[str], place: int) -> str:
        """The one in use, and the first other one that judges the same."""
        if place == 0:
            return self._desk.in_use
        scope = {model_key(card): card.scope for card in self._desk.models()}
        mine = self.first.currentData()
        return next((key for key in keys if key != mine and scope[key] == scope.get(mine)), "")

    def _show(self) -> None:
        running = self._desk.running
        self._where.set_text(str(self.folder) if self.folder is not None else self.tr("No folder is chosen"))
        both = self.first.currentIndex() >= 0 and self.second.currentIndex() >= 0
        differ = self.first.currentData() != self.second.currentData()
        self.begin.setEnabled(both and differ and self.folder is not None and not running)
        self._stop.setEnabled(running)
        self.progress.setVisible(running)
        words = "" if self._desk.progress.total else self.tr("Loading both models")
        self.progress.show_progress(self._desk.progress, words)
        some = self._desk.table.rowCount() > 0
        self.table.setVisible(some)
        self._empty.setVisible(not some)
        self._area.setVisible(self._desk.found is not None)
        self._fill_side()

    def _fill_side(self) -> None:
        for old in self._filled:
            self._side.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._filled = []
        found = self._desk.found
        if found is not None:
            self._filled = [label(text, role, wrap=True) for text, role in agreement_lines(found, self._desk.whole)]
            if rows := class_rows(found, self._engine.vocabulary_of(found.first)):
                self._filled.append(_grid(rows))
        for place, one in enumerate(self._filled):
            self._side.insertWidget(place, one)

    # -- what is asked for

    def _begin(self) -> None:
        if self.folder is not None:
            self.banner.hide()
            self._desk.begin(self.first.currentData(), self.second.currentData(), self.folder)

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Compare on the images in this folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.take_folder(Path(names[0])))
        dialog.open()

    def _open(self, index: QModelIndex) -> None:
        self.image_wanted.emit(self._desk.table.path(index.row()))


def _grid(rows: list[list[str]]) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(tokens.SPACE_2)
    grid.setVerticalSpacing(tokens.SPACE_1)
    grid.setColumnStretch(0, 1)
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            cell = label(text, "section" if at == 0 else "", wrap=column == 0)
            side = Qt.AlignmentFlag.AlignLeading if column == 0 else Qt.AlignmentFlag.AlignTrailing
            cell.setAlignment(side | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(cell, at, column)
    return holder
