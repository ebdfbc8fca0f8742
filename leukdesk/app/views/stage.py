"""The middle of the Analyse place: the image, a second one while two are compared, or why there is none."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QStackedLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.comparison import Compared
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.comparing import Comparing
from leukdesk.app.views.pane import Pane
from leukdesk.app.views.widgets.canvas_overlays import ZoomBar
from leukdesk.app.views.widgets.empty_state import EmptyState
from leukdesk.app.views.widgets.inline_error import copy_details, in_words
from leukdesk.app.views.widgets.skeleton import Skeleton
from leukdesk.app.views.widgets.snapshot import compose
from leukdesk.domain.image import Region
from leukdesk.domain.vocabulary import RESEARCH_USE


class Stage(QWidget):
    """Shows the selected image."""

    def __init__(self, model: AnalyseViewModel, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._theme, self._actions = model, theme, actions
        self._zoom = ZoomBar(theme, actions)
        self.pane = Pane(model.shown, theme, self._zoom)
        self.comparing = Comparing(model, theme, actions, self.pane)
        self.canvas, self.legend, self.synthetic = self.pane.canvas, self.pane.legend, self.pane.synthetic
        self.trouble = EmptyState(theme, "attention", "refuse")
        self.trouble.setProperty("panel", "canvas")
        self.trouble.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.awaited = Skeleton(theme, "image", self.tr("The image is being read"))
        self.awaited.setProperty("panel", "canvas")
        self.awaited.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(tokens.LATE_MS)
        self._late.timeout.connect(self._take_away)
        self._keep_to: Path | None = None
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.comparing)
        self._stack.addWidget(self.trouble)
        self._stack.addWidget(self.awaited)
        self._connect()
        self._connect_actions()
        self._take_away()

    def _connect(self) -> None:
        model = self._model
        copy = self.trouble.add_button(self.tr("Copy details"))
        copy.clicked.connect(lambda: copy_details(model.error))
        model.selected.connect(self._show_selected)
        model.picture_changed.connect(self._show_picture)
        model.outcome_changed.connect(self._show_trouble)
        model.outcome_changed.connect(lambda: self.pane.calibrate(model.um_per_px))
        model.truth_changed.connect(self._show_truth)
        model.heatmap.changed.connect(self._show_heatmap)
        model.comparison.changed.connect(self._show_heatmap)
        model.adjustment.changed.connect(self._show_adjusted)
        model.shown.tiles.arrived.connect(self._keep_view)
        self.canvas.zoomed.connect(lambda zoom: self._zoom.show_zoom(zoom * self.devicePixelRatioF()))

    def _connect_actions(self) -> None:
        actions, canvas = self._actions, self.canvas
        actions.hide_overlays.toggled.connect(self._hide_or_show)
        actions.ruler.toggled.connect(canvas.measure)
        actions.analyse_view.triggered.connect(self.analyse_view)
        actions.cells_in_view.triggered.connect(self.find_cells_in_view)
        actions.export_view.triggered.connect(self._ask_export)
        for action, right, down in (
            (actions.pan_left, -1, 0),
            (actions.pan_right, 1, 0),
            (actions.pan_up, 0, -1),
            (actions.pan_down, 0, 1),
        ):
            action.triggered.connect(lambda _on=False, right=right, down=down: canvas.pan(right, down))
        self.addActions([actions.pan_left, actions.pan_right, actions.pan_up, actions.pan_down])

    # -- what is shown

    def _show_selected(self) -> None:
        """The old image goes when the new one is here, or when that takes long: no flicker from image to image."""
        self.canvas.show_heatmap(None, 0.0)
        self.canvas.show_truth(())
        self.legend.hide()
        if self._model.path is None or self._stack.currentWidget() is self.trouble:
            self._take_away()
        self._late.start()
        self._show_trouble()

    def _take_away(self) -> None:
        if self._model.picture is None:
            self._model.shown.show(None)
            self.pane.show_picture(None)
            self._show_trouble()

    def _show_picture(self) -> None:
        if self._model.picture is None:
            return
        self.pane.show_picture(self._model.um_per_px)
        self._hide_or_show()
        self._show_adjusted()
        self._show_trouble()

    def _show_trouble(self) -> None:
        error = self._model.error if self._model.picture is None else None
        if error is not None:
            words = f"{error.subject}\n\n{in_words(error)}"
            self.trouble.say(self.tr("This image could not be opened"), words)
        late = self._model.path is not None and self._model.picture is None and not self._late.isActive()
        shown = self.trouble if error is not None else self.awaited if late else self.comparing
        self._stack.setCurrentWidget(shown)
        self._tell_actions()

    def _tell_actions(self) -> None:
        slide = self._model.is_slide and self._model.picture is not None
        for action in (self._actions.analyse_view, self._actions.cells_in_view):
            action.setEnabled(slide)
        self._actions.export_view.setEnabled(self._model.picture is not None)

    def _hide_or_show(self) -> None:
        self.pane.float(self._model.picture is not None and not self._hidden)
        self._show_truth()
        self._show_heatmap()
        self.pane.place()

    def _show_truth(self) -> None:
        truth = self._model.truth if not self._hidden else None
        self.canvas.show_truth(truth.cells if truth is not None else ())

    def _show_heatmap(self) -> None:
        beside = self._model.comparison.mode is Compared.HEATMAP
        cells = self._model.cells
        vocabulary = cells.vocabulary if cells.explained else self._model.images.vocabulary
        outlined = not cells.explained or self._model.heatmap.shown
        hidden = self._hidden or beside
        self.pane.show_heatmap(self._model.heatmap, vocabulary, hidden=hidden, outlined=outlined)

    def _show_adjusted(self) -> None:
        self.pane.adjusted.setVisible(not self._model.adjustment.neutral and self._model.picture is not None)
        self.pane.place()

    @property
    def _hidden(self) -> bool:
        return self._actions.hide_overlays.isChecked()

    # -- what the user asks for

    def analyse_view(self) -> None:
        """Have the field that is in view analysed, in full size."""
        seen = self._seen()
        if self._model.is_slide and seen is not None:
            self._model.analyse_field(seen)

    def find_cells_in_view(self) -> None:
        """Have the cells of the part of a slide that is in view found."""
        seen, path = self._seen(), self._model.path
        if self._model.is_slide and seen is not None and path is not None:
            self._model.cells.find_in_view(path, seen)

    def _seen(self) -> Region | None:
        """What of the image is in view."""
        seen = self.canvas.seen.toAlignedRect().intersected(self.canvas.image_rect.toRect())
        return None if seen.isEmpty() else Region(seen.x(), seen.y(), seen.width(), seen.height())

    def export_view(self, path: Path) -> None:
        """Write what is in view as a picture, as soon as every part of it is there."""
        self._keep_to = path
        self._keep_view()

    def _ask_export(self) -> None:
        dialog = QFileDialog(self, self.tr("Save the view as a picture"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("PNG pictures (*.png)"))
        dialog.setDefaultSuffix("png")
        dialog.selectFile("view.png")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.export_view(Path(name)))
        dialog.open()

    def _keep_view(self) -> None:
        if self._keep_to is None or self._model.picture is None:
            return
        panes = self.comparing.panes()
        views = [pane.snapshot() for pane in panes]
        if not all(complete for _, complete in views):
            return
        path, self._keep_to = self._keep_to, None
        lines = [*(words for pane in panes if (words := self.comparing.words_for(pane))), RESEARCH_USE]
        synthetic = any(one.shown.picture is not None and one.shown.picture.source.synthetic for one in panes)
        if synthetic:
            lines.insert(-1, self.tr("Synthetic: drawn by a program, no patient"))
        image = compose([view for view, _ in views], lines, self._theme, self.font())
        self._model.keep_view(path, image, synthetic=synthetic)
