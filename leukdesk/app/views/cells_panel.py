"""Below the image while cells are shown: the images, the gallery of cells, the differential, the count by hand."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.engine import model_key
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.cell_gallery import CellGallery
from leukdesk.app.views.cells_on_image import CellsOnImage
from leukdesk.app.views.class_keys import ClassKeys, fill_class_menu
from leukdesk.app.views.differential_view import DifferentialView
from leukdesk.app.views.quality_gate import QualityGate
from leukdesk.app.views.stage import Stage
from leukdesk.app.views.tally_view import TallyView
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import ElidedLabel
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.app.views.widgets.progress_row import ProgressRow, reading_words
from leukdesk.app.views.widgets.segments import Segments

_SOON_MS = 60  # numbers follow the view once it rests


class CellsPanel(QFrame):
    """`page_changed` says that another page is shown; "images" means the strip of images, which is not part of it."""

    page_changed = Signal()

    def __init__(self, model: AnalyseViewModel, stage: Stage, theme: Theme, actions: Actions) -> None:
        super().__init__()
        self._model, self._cells, self._actions, self._theme = model, model.cells, actions, theme
        self._stage = stage
        self.on_image = CellsOnImage(self._cells, stage.canvas, theme, self)
        self.gate = QualityGate(self._cells, stage.pane, theme, self.on_image.lie_under)
        self.gallery = CellGallery(self._cells, theme)
        self.differential = DifferentialView(model.differential, theme, actions)
        self.tally = TallyView(self._cells, model.differential, theme)
        self.pages = QStackedWidget()
        self.segments = Segments(theme, self.tr("Below the image"))
        self.count = ElidedLabel("caption", Qt.TextElideMode.ElideRight)
        self.progress = ProgressRow(theme, cancel=actions.stop)
        self.error = InlineError(theme, self)
        self.models = Picker(theme, self.tr("Model of single cells"))
        self._keys = ClassKeys(self._cells, self.gallery.name, self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self.setProperty("panel", "list")
        self._set_up()
        self._lay_out()
        self._turn("cells")
        self._connect()
        self._connect_edits()
        self.refresh()

    @property
    def page(self) -> str:
        """The key of the page that is shown."""
        return self.segments.current()

    def show_page(self, key: str) -> None:
        """Show another page."""
        self.segments.choose(key)
        self._turn(key)

    def add_page(self, key: str, words: str, page: QWidget) -> None:
        """One page more."""
        page.setObjectName(key)
        self.pages.addWidget(page)
        self.segments.add(key, words)

    def _set_up(self) -> None:
        self.segments.add("images", self.tr("Images"))
        self.add_page("cells", self.tr("Cells"), self.gallery)
        self.add_page("differential", self.tr("Differential"), self.differential)
        self.add_page("tally", self.tr("Count by hand"), self.tally)
        self._keys.watch(self._stage.canvas, self.gallery.grid)
        self.segments.choose("cells")

    def _connect(self) -> None:
        cells, actions = self._cells, self._actions
        for signal in (cells.changed, cells.switched, cells.run.changed, cells.model_changed):
            signal.connect(self.refresh)
        cells.selection_changed.connect(self._tell_edits)
        for signal in (cells.selection_changed, cells.switched):
            signal.connect(self._explain)
        self._model.outcome_changed.connect(lambda: self._explain() if cells.on else None)
        self.on_image.seen_changed.connect(self._soon.start)
        self._soon.timeout.connect(self._count_in_view)
        self._soon.timeout.connect(self.gate.give_way)
        self._soon.timeout.connect(self._stage.canvas.viewport().update)  # what was stretched while gliding
        self._model.engine.listed.connect(self._fill_models)
        self.models.activated.connect(lambda at: cells.use_model(self.models.itemData(at)))
        self.segments.chosen.connect(self._turn)
        self.progress.failed.clicked.connect(actions.next_failed.trigger)
        self.gallery.grid.clicked.connect(lambda _index: self.on_image.bring_into_view())
        self.gallery.grid.doubleClicked.connect(lambda _index: self.on_image.zoom_to_chosen())
        self.gallery.pointed.connect(self.on_image.point_at)
        self.gallery.given.connect(self.gallery.name)
        self.gallery.asked.connect(self.show_menu)
        self.on_image.asked.connect(self.show_menu)
        actions.cells.toggled.connect(cells.show)
        actions.cells_everywhere.triggered.connect(self._find_everywhere)
        actions.stop.triggered.connect(cells.run.stop)
        actions.hide_overlays.toggled.connect(self._hide)

    def _connect_edits(self) -> None:
        cells, actions = self._cells, self._actions
        for action, work in (
            (actions.zoom_to_cell, self.on_image.zoom_to_chosen),
            (actions.remove_cell, cells.remove),
            (actions.merge_cells, cells.merge),
            (actions.split_cell, cells.split),
            (actions.own_word_back, lambda: self.gallery.name("")),
            (actions.undo_cells, cells.undo),
            (actions.redo_cells, cells.redo),
        ):
            action.triggered.connect(lambda _on=False, work=work: work())
        actions.add_cell.toggled.connect(self.on_image.adding)
        for pane in (self._stage, self):
            pane.addActions(list(actions.cell_edits()))
        self.addActions([actions.previous, actions.next, actions.heatmap])

    # -- what the user does

    def show_menu(self, at: QPoint) -> None:
        """What the chosen cells may be called, and what else can be done with them."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill_class_menu(menu, self._cells, self.gallery.name)
        menu.addSeparator()
        menu.addActions(list(self._actions.cell_edits()))
        menu.popup(at.toPoint() if hasattr(at, "toPoint") else at)

    def _find_everywhere(self) -> None:
        self._actions.cells.setChecked(True)
        self._cells.find([row.path for row in self._model.images.rows()])

    def _turn(self, key: str) -> None:
        page = self.findChild(QWidget, key)
        self.pages.setVisible(key != "images")
        if page is not None and key != "images":
            self.pages.setCurrentWidget(page)
        tall = QSizePolicy.Policy.Fixed if key == "images" else QSizePolicy.Policy.Expanding
        self.setSizePolicy(QSizePolicy.Policy.Preferred, tall)
        if key == "tally":
            self.tally.setFocus()
        self.page_changed.emit()

    def _hide(self, on: bool) -> None:
        self.on_image.hidden = on
        self.on_image.refresh()
        self.gate.hide_all(on)

    def _explain(self) -> None:
        """The heatmap is of the chosen cell, else of the image."""
        finding = self._cells.finding() if self._cells.on else None
        self._model.heatmap.explain(finding or self._model.finding)

    # -- what is shown

    def refresh(self) -> None:
        """Follow the view-model."""
        cells = self._cells
        self.setVisible(cells.on)
        with QSignalBlocker(self._actions.cells):
            self._actions.cells.setChecked(cells.on)
        self._describe()
        self._fill_models()
        self._tell_edits()
        self._soon.start()

    def _describe(self) -> None:
        cells, run = self._cells, self._cells.run
        done, total = run.classified
        words = ""
        if run.running and run.progress.total <= 1:
            named = self.tr("Cells named: {done} of {total}").format(done=number(done), total=number(total))
            words = named if total else self.tr("Looking for cells…")
        self._actions.stop.setEnabled(run.running or self._model.batch.running)
        self.progress.setVisible(run.running or run.progress.failed > 0)
        hashing = run.reading
        self.progress.show_progress(hashing or run.progress, words if hashing is None else reading_words(hashing))
        self.error.tell(cells.error if self._model.picture is not None else None)  # else it stands in its place
        reading = cells.reading
        if reading is None:
            self.count.set_text("")
            return
        counted = reading.counted()
        whole = sum(counted.classes.values()) + counted.unidentified + counted.not_classed
        self.count.set_text(
            self.tr("Cells: {count}, not counted: {apart}").format(count=number(whole), apart=number(counted.apart))
        )

    def _count_in_view(self) -> None:
        if self._cells.on:
            self.gallery.show_in_view(Counter(self.on_image.in_view))

    def _tell_edits(self) -> None:
        cells, actions = self._cells, self._actions
        chosen = len(cells.selected) if cells.on else 0
        for action in (actions.zoom_to_cell, actions.remove_cell, actions.split_cell, actions.own_word_back):
            action.setEnabled(chosen > 0)
        actions.merge_cells.setEnabled(chosen > 1)
        actions.add_cell.setEnabled(cells.on and cells.reading is not None)
        actions.undo_cells.setEnabled(cells.on and cells.can_undo)
        actions.redo_cells.setEnabled(cells.on and cells.can_redo)
        actions.keep_cells.setEnabled(cells.on and cells.card is not None)
        if not actions.add_cell.isEnabled():
            actions.add_cell.setChecked(False)

    def _fill_models(self) -> None:
        engine = self._model.engine
        cards = [one.card for one in engine.installed if one.card is not None and one.card.scope == "cell"]
        keys = [model_key(card) for card in cards]
        if [self.models.itemData(at) for at in range(self.models.count())] != keys:
            with QSignalBlocker(self.models):
                self.models.clear()
                for card in cards:
                    self.models.addItem(f"{card.name} {card.version}", model_key(card))
        self.models.setVisible(bool(cards))
        if self._cells.card is not None:
            self.models.setCurrentIndex(self.models.findData(model_key(self._cells.card)))
        self.models.setToolTip(self.tr("The model that names single cells"))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(tokens.SPACE_3, tokens.SPACE_1, tokens.SPACE_2, tokens.SPACE_1)
        head.setSpacing(tokens.SPACE_3)
        head.addWidget(self.segments)
        head.addWidget(self.count, 1)
        head.addWidget(self.progress, 2)
        head.addWidget(self.models)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_1)
        column.addLayout(head)
        column.addWidget(self.error)
        column.addWidget(self.pages, 1)
