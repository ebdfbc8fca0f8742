"""The Analyse place: header, image, list, inspector; or the welcome while nothing is open."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.engine import model_key
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.open_fields import OpenFieldsViewModel
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.cells_panel import CellsPanel
from leukdesk.app.views.image_strip import ImageStrip
from leukdesk.app.views.inspector import Inspector
from leukdesk.app.views.searching import Searching
from leukdesk.app.views.stage import Stage
from leukdesk.app.views.welcome import Welcome
from leukdesk.app.views.widgets.action_button import ActionButton
from leukdesk.app.views.widgets.banner import Banner
from leukdesk.app.views.widgets.grid import Shape
from leukdesk.app.views.widgets.labels import ElidedLabel
from leukdesk.app.views.widgets.picker import Picker


class AnalyseView(QWidget):
    """One image large, all open images below, the finding beside it."""

    def __init__(
        self,
        model: AnalyseViewModel,
        fields: OpenFieldsViewModel,
        theme: Theme,
        actions: Actions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model, self._theme, self._actions = model, theme, actions
        self.banner = Banner(theme)
        self.welcome = Welcome(fields, theme, actions)
        self.stage = Stage(model, theme, actions)
        self.strip = ImageStrip(model, theme, actions)
        self.cells = CellsPanel(model, self.stage, theme, actions)
        self.inspector = Inspector(model, theme, actions)
        self.models = Picker(theme, self.tr("Model"))
        self.path = ElidedLabel("strong")
        self._truth = ActionButton(theme, actions.truth, "toggle")
        self.cells_button = ActionButton(theme, actions.cells, "toggle")
        self.heatmap_button = ActionButton(theme, actions.heatmap, "toggle")
        self._work, self._search = QWidget(), Searching(theme)
        self._pages = QStackedLayout()
        self._lay_out()
        self._connect()
        self._show_opened()
        self._fill_models()

    def _connect(self) -> None:
        model, actions = self._model, self._actions
        model.opened.connect(self._show_opened)
        model.searching_changed.connect(self._show_searching)
        model.selected.connect(self._show_path)
        model.case_changed.connect(self._show_path)
        model.problem.connect(self.banner.tell)
        model.files.relinked.connect(self._tell_relinked)
        self.strip.shape_changed.connect(self._make_room)
        self.cells.page_changed.connect(self._make_room)
        model.cells.switched.connect(self._make_room)
        model.engine.listed.connect(self._fill_models)
        model.engine.loading_changed.connect(self._fill_models)
        self.models.activated.connect(lambda at: model.engine.choose(self.models.itemData(at)))
        actions.previous.triggered.connect(lambda: model.step(-1))
        actions.next.triggered.connect(lambda: model.step(1))
        actions.next_failed.triggered.connect(model.select_next_failed)
        actions.truth.toggled.connect(model.show_truth)
        actions.zoom_in.triggered.connect(self.stage.canvas.zoom_in)
        actions.zoom_out.triggered.connect(self.stage.canvas.zoom_out)
        actions.fit.triggered.connect(self.stage.canvas.fit)
        actions.actual.triggered.connect(self.stage.canvas.actual_size)
        for pane in (self.stage, self.strip):
            pane.addActions([actions.previous, actions.next, actions.heatmap])

    def _make_room(self) -> None:
        """The gallery of images takes the image's place; cells take that of the strip, unless images are asked for."""
        images = not self._model.cells.on or self.cells.page == "images"
        self.strip.setVisible(images)
        self.stage.setVisible(not images or self.strip.shape is not Shape.GALLERY)

    def tell_kept(self, cells: int, labels: int) -> None:
        """Cells were written into the case history."""
        words = self.tr("Kept: {cells} cells, {labels} names by hand").format(
            cells=number(cells), labels=number(labels)
        )
        nothing = self.tr("Nothing new: all cells were kept before.")
        self.banner.say(words if cells or labels else nothing, "", "ok")

    def _show_opened(self) -> None:
        some = self._model.images.rowCount() > 0
        self._pages.setCurrentWidget(self._work if some else self.welcome)
        self._truth.setVisible(self._model.has_truths)
        self._actions.truth.setEnabled(self._model.has_truths)
        for action in self._image_actions():
            action.setEnabled(some)
        self._show_path()
        if self.isVisible():
            self.first_control().setFocus()

    def first_control(self) -> QWidget:
        """Where keys go when one comes here. (No focus proxy: Qt's Tab key would pass over everything beside it.)"""
        return self.strip.view if self._model.images.rowCount() else self.welcome

    def _show_searching(self) -> None:
        """With nothing open yet, and only where it takes long enough to be seen."""
        if self._model.searching:
            QTimer.singleShot(tokens.LATE_MS, self, self._show_search_page)
        elif self._pages.currentWidget() is self._search:
            self._show_opened()

    def _show_search_page(self) -> None:
        if self._model.searching and self._model.images.rowCount() == 0:
            self._pages.setCurrentWidget(self._search)

    def _tell_relinked(self, found: int, missing: int) -> None:
        what = self.tr("Files found again: {count}").format(count=number(found))
        left = self.tr("Still missing: {count}. Try another folder.").format(count=number(missing)) if missing else ""
        self.banner.say(what, left, "attention" if missing else "ok")

    def _image_actions(self) -> tuple[QAction, ...]:
        actions = self._actions
        return (
            actions.previous, actions.next, actions.next_failed, actions.heatmap, actions.hide_overlays,
            actions.zoom_in, actions.zoom_out, actions.fit, actions.actual, actions.as_list, actions.as_gallery,
            actions.search_images, actions.show_all, actions.cells, actions.cells_everywhere,
        )  # fmt: skip

    def _show_path(self) -> None:
        path = self._model.path
        self.path.set_text(f"{self._model.title}  ›  {path.name}" if path else self._model.title, str(path or ""))

    def _fill_models(self) -> None:
        engine = self._model.engine
        cards = [one.card for one in engine.installed if one.card is not None]
        if engine.card is not None and not cards:
            cards = [engine.card]
        with QSignalBlocker(self.models):
            self.models.clear()
            for card in cards:
                self.models.addItem(f"{card.name} {card.version}", model_key(card))
                self.models.setItemData(self.models.count() - 1, card.title, Qt.ItemDataRole.ToolTipRole)
            self.models.setCurrentIndex(self.models.findData(engine.wanted))
        self.models.setPlaceholderText(self.tr("Loading…") if engine.loading else self.tr("No model"))
        self.models.setEnabled(bool(cards))
        self.models.setToolTip(self.tr("The model that looks at the images"))
        self.models.updateGeometry()

    def _header(self) -> QFrame:
        header = QFrame()
        header.setProperty("panel", "header")
        header.setMinimumHeight(tokens.HEADER_HEIGHT)
        header.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(header)
        row.setContentsMargins(tokens.SPACE_4, tokens.SPACE_1, tokens.SPACE_3, tokens.SPACE_1)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self.path, 1)
        row.addWidget(self._truth)
        row.addWidget(self.cells_button)
        row.addWidget(self.heatmap_button)
        row.addSpacing(tokens.SPACE_1)
        row.addWidget(self.models)
        return header

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._header())
        middle.addWidget(self.stage, 3)
        middle.addWidget(self.cells, 2)
        middle.addWidget(self.strip)
        work = QHBoxLayout(self._work)
        work.setContentsMargins(0, 0, 0, 0)
        work.setSpacing(0)
        work.addLayout(middle, 1)
        work.addWidget(self.inspector)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addLayout(self._pages, 1)
        for one in (self.welcome, self._work, self._search):
            self._pages.addWidget(one)
