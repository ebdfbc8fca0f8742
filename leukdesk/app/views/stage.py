"""The middle of the Analyse place: the canvas, what floats over it, or why there is no image."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QStackedLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.widgets.canvas import Canvas
from leukdesk.app.views.widgets.canvas_overlays import Legend, ScaleBar, ZoomBar
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.empty_state import EmptyState
from leukdesk.app.views.widgets.inline_error import copy_details, in_words
from leukdesk.app.views.widgets.skeleton import Skeleton


class Stage(QWidget):
    """Shows the selected image."""

    def __init__(self, model: AnalyseViewModel, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._actions = model, actions
        self.canvas = Canvas(theme)
        self.trouble = EmptyState(theme, "attention", "refuse")
        self.trouble.setProperty("panel", "canvas")
        self.trouble.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.awaited = Skeleton(theme, "image", self.tr("The image is being read"))
        self.awaited.setProperty("panel", "canvas")
        self.awaited.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.legend, self._scale = Legend(theme, self.canvas), ScaleBar(theme, self.canvas)
        self._zoom = ZoomBar(theme, actions, self.canvas)
        self.synthetic = Chip(theme, self.tr("Synthetic"), "sample", "attention", self.canvas)
        self.synthetic.setToolTip(self.tr("Drawn by a program: no patient, no real smear."))
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(tokens.LATE_MS)
        self._late.timeout.connect(self._take_away)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.canvas)
        self._stack.addWidget(self.trouble)
        self._stack.addWidget(self.awaited)
        self._connect()
        self._take_away()

    def _connect(self) -> None:
        copy = self.trouble.add_button(self.tr("Copy details"))
        copy.clicked.connect(lambda: copy_details(self._model.error))
        self._model.selected.connect(self._show_selected)
        self._model.picture_changed.connect(self._show_picture)
        self._model.outcome_changed.connect(self._show_trouble)
        self._model.truth_changed.connect(self._show_truth)
        self._model.heatmap.changed.connect(self._show_heatmap)
        self._actions.hide_overlays.toggled.connect(self._hide_or_show)
        self.canvas.zoomed.connect(self._show_zoom)
        self.canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place_floats()
        return super().eventFilter(watched, event)

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
            self.canvas.show_picture(())
            self.synthetic.hide()
            self._float(False)
            self._show_trouble()

    def _show_picture(self) -> None:
        picture = self._model.picture
        if picture is None:
            return
        self.canvas.show_picture(picture.levels)
        self.synthetic.setVisible(picture.source.synthetic)
        self._float(True)
        self._show_truth()
        self._show_heatmap()
        self._show_trouble()
        self._place_floats()

    def _show_trouble(self) -> None:
        error = self._model.error if self._model.picture is None else None
        if error is not None:
            words = f"{error.subject}\n\n{in_words(error)}"
            self.trouble.say(self.tr("This image could not be opened"), words)
        late = self._model.path is not None and self._model.picture is None and not self._late.isActive()
        self._stack.setCurrentWidget(self.trouble if error is not None else self.awaited if late else self.canvas)

    def _hide_or_show(self) -> None:
        self._float(self._model.picture is not None)
        self._show_truth()
        self._show_heatmap()

    def _show_truth(self) -> None:
        truth = self._model.truth if not self._actions.hide_overlays.isChecked() else None
        self.canvas.show_truth(truth.cells if truth is not None else ())

    def _show_heatmap(self) -> None:
        heatmap = self._model.heatmap
        image = heatmap.image if not self._actions.hide_overlays.isChecked() and self.canvas.has_picture else None
        self.canvas.show_heatmap(image, heatmap.opacity)
        if image is not None and heatmap.label is not None:
            self.legend.explain(self._model.images.vocabulary.look(heatmap.label).display, heatmap.bar)
        self.legend.setVisible(image is not None)
        self._place_floats()

    def _show_zoom(self, zoom: float) -> None:
        picture = self._model.picture
        self._zoom.show_zoom(zoom * self.devicePixelRatioF())
        self._scale.show_scale(zoom, picture.source.um_per_px if picture is not None else None)

    def _float(self, on: bool) -> None:
        for one in (self._scale, self._zoom):
            one.setVisible(on and not self._actions.hide_overlays.isChecked())
        if not on:
            self.legend.hide()

    def _place_floats(self) -> None:
        edge, room = tokens.SPACE_3, self.canvas.rect()
        for one in (self.legend, self._zoom, self._scale, self.synthetic):
            one.resize(one.sizeHint())
        self.synthetic.move(edge, edge)
        self.legend.move(room.width() - self.legend.width() - edge, edge)
        self._scale.move(edge, room.height() - self._scale.height() - edge)
        self._zoom.move(room.width() - self._zoom.width() - edge, room.height() - self._zoom.height() - edge)
