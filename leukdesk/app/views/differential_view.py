"""The differential: counts and per cent with their limits, what they leave open, absolute values, and a file of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.differential import DifferentialViewModel, Row
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.widgets.banner import Banner
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.app.views.widgets.segments import Segments
from leukdesk.domain.differential import TARGETS, Differential, LimitsMethod

_SIDE = 300  # px at 100 % text
_ABSOLUTE, _BY_HAND = 4, (5, 6)  # columns that are shown when there is something in them
_MOST_WHITE = 2_000.0  # 10^9/L


class DifferentialView(QWidget):
    """One page below the image."""

    def __init__(self, model: DifferentialViewModel, theme: Theme, actions: Actions) -> None:
        super().__init__()
        self._model, self._theme = model, theme
        self.table = QTableView()
        self._rows = QStandardItemModel(0, 7, self)
        self.scope = Segments(theme, self.tr("Cells of which images"))
        self.targets = Segments(theme, self.tr("Cells to count"))
        self.method = Picker(theme, self.tr("Limits"))
        self.white = QLineEdit()
        self.blasts = Banner(theme)
        self.total = label("", "strong", wrap=True)
        self.words = label("", "", wrap=True)
        self.save_table = QPushButton(self.tr("Save the differential…"))
        self.save_cells = QPushButton(self.tr("Save all cells…"))
        self.keep = QPushButton(self.tr("Keep in the case"))
        self.keep.setToolTip(actions.keep_cells.toolTip())
        self.keep.clicked.connect(actions.keep_cells.trigger)
        self._set_up()
        self._lay_out()
        self._say_no_blasts()
        self._connect()
        self.refresh()

    def _say_no_blasts(self) -> None:
        self.blasts.say(
            self.tr("This model knows no blasts: a blast count needs the reader."),
            self.tr("Blasts that you name yourself are counted."),
            "attention",
        )
        self.blasts.close_button.hide()

    def refresh(self) -> None:
        """Follow the view-model."""
        model, found = self._model, self._model.found
        self.scope.choose("all" if model.all_images else "image")
        self.targets.choose(str(model.target))
        self._fill(model.rows())
        self.blasts.setVisible(not model.model_knows_blasts)
        self.table.setColumnHidden(_ABSOLUTE, model.white_count is None)
        for column in _BY_HAND:
            self.table.setColumnHidden(column, model.by_hand is None)
        self.total.setText(self._total(found) if found is not None else self.tr("No cell was counted yet."))
        self.words.setText("\n".join(self._sentences(found)) if found is not None else "")
        for button in (self.save_table, self.save_cells, self.keep):
            button.setEnabled(found is not None)

    def _fill(self, rows: list[Row]) -> None:
        self._rows.setRowCount(len(rows))
        for at, row in enumerate(rows):
            for column, words in enumerate(self._cells(row)):
                item = QStandardItem(words)
                item.setEditable(False)
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                font = item.font()
                font.setBold(row.summed)
                item.setFont(font)
                self._rows.setItem(at, column, item)

    def _cells(self, row: Row) -> list[str]:
        limits = f"{_per_cent(row.limits.low)} – {_per_cent(row.limits.high)}" if row.limits is not None else ""
        share = _per_cent(row.share) if row.share is not None else ""
        if row.per_100 is not None:
            share, limits = number(row.per_100, 1), self.tr("per 100 white cells")
        agree = "" if row.agree is None else self.tr("agrees") if row.agree else self.tr("differs")
        return [
            row.name,
            number(row.count),
            share,
            limits,
            number(row.absolute, 2) if row.absolute is not None else "",
            _per_cent(row.by_hand) if row.by_hand is not None else "",
            agree,
        ]

    def _total(self, found: Differential) -> str:
        words = self.tr("{white} of {target} white cells").format(
            white=number(found.white), target=number(found.target)
        )
        images = self.tr("images: {count}").format(count=number(self._model.counts.images))
        return f"{words}, {images}"

    def _sentences(self, found: Differential) -> list[str]:
        said = []
        if found.remaining:
            said.append(self.tr("{count} more to the target.").format(count=number(found.remaining)))
        if found.blasts is not None and found.blasts.count:
            words = self.tr("{name}: {count}. Each is to be confirmed by hand.")
            said.append(words.format(name=found.blasts.display, count=number(found.blasts.count)))
        for threshold, more in found.to_settle():
            settle = self.tr("Blasts may lie on either side of {share}: count {more} more to settle it.")
            never = self.tr("Blasts may lie on either side of {share}, and no count would settle it.")
            words = settle if more else never
            said.append(words.format(share=f"{number(100 * threshold)}%", more=number(more or 0)))
        if found.unidentified:
            said.append(self.tr("{count} unidentified: name them before sign-off.").format(count=found.unidentified))
        if found.not_classed:
            words = self.tr("{count} left out: their images are too poor.")
            said.append(words.format(count=number(found.not_classed)))
        if self._model.corrected is not None and self._model.white_count is not None:
            words = self.tr("White cells without nucleated red cells: {corrected} of {entered} ×10⁹/L.")
            said.append(
                words.format(corrected=number(self._model.corrected, 2), entered=number(self._model.white_count, 2))
            )
        return said

    # -- what the user does

    def _enter(self) -> None:
        value, known = QLocale().toDouble(self.white.text())
        self._model.enter_white_count(value if known and 0 < value < _MOST_WHITE else None)

    def _save(self, name: str, write: object) -> None:
        dialog = QFileDialog(self, self.tr("Save as a table"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Tables (*.csv)"))
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: write(Path(chosen)))  # type: ignore[operator]
        dialog.open()

    def _connect(self) -> None:
        model = self._model
        model.changed.connect(self.refresh)
        self.scope.chosen.connect(lambda key: model.pool(key == "all"))
        self.targets.chosen.connect(lambda key: model.aim(int(key)))
        self.method.activated.connect(lambda at: model.limit_by(LimitsMethod(self.method.itemData(at))))
        self.white.editingFinished.connect(self._enter)
        self.save_table.clicked.connect(lambda: self._save("differential.csv", model.save_table))
        self.save_cells.clicked.connect(lambda: self._save("cells.csv", model.save_cells))

    def _set_up(self) -> None:
        self._rows.setHorizontalHeaderLabels(
            [
                self.tr("Class"), self.tr("Cells"), self.tr("%"), self.tr("95 % limits"), self.tr("10⁹/L"),
                self.tr("By hand"), self.tr("Agreement"),
            ]
        )  # fmt: skip
        self.table.setModel(self._rows)
        self.table.setAccessibleName(self.tr("Differential"))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.scope.add("image", self.tr("This image"))
        self.scope.add("all", self.tr("All images"))
        for target in TARGETS:
            self.targets.add(str(target), number(target))
        self.method.addItem(self.tr("Each class for itself (Wilson)"), LimitsMethod.WILSON.value)
        self.method.addItem(self.tr("All classes together (Goodman)"), LimitsMethod.MULTINOMIAL.value)
        self.white.setAccessibleName(self.tr("White cell count, 10⁹/L"))
        self.white.setPlaceholderText(self.tr("not entered"))
        for button in (self.save_table, self.save_cells, self.keep):
            button.setProperty("kind", "small")

    def _lay_out(self) -> None:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, tokens.SPACE_2, 0)
        column.setSpacing(tokens.SPACE_2)
        column.addWidget(self.total)
        column.addWidget(self.words)
        row = QHBoxLayout()
        row.addWidget(self.save_table)
        row.addWidget(self.save_cells)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.keep, 0, Qt.AlignmentFlag.AlignLeading)
        for name, widget in (
            (self.tr("Count"), self.scope),
            (self.tr("Target"), self.targets),
            (self.tr("Limits"), self.method),
            (self.tr("White cells, 10⁹/L"), self.white),
        ):
            column.addWidget(label(name, "caption"))
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeading)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(side)
        area.setMinimumWidth(self._theme.px(_SIDE))
        both = QHBoxLayout()
        both.setSpacing(tokens.SPACE_4)
        both.addWidget(self.table, 1)
        both.addWidget(area)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(tokens.SPACE_3, 0, tokens.SPACE_2, tokens.SPACE_1)
        whole.setSpacing(tokens.SPACE_2)
        whole.addWidget(self.blasts)
        whole.addLayout(both, 1)
        self._theme.changed.connect(lambda: area.setMinimumWidth(self._theme.px(_SIDE)))


def _per_cent(share: float) -> str:
    return f"{number(100 * share, 1)}%"
