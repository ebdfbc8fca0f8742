"""What the model does with a slide: nothing with the whole of it, and what it does with a field."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from leukdesk.app.theme import tokens
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.progress_row import reading_words


class FieldSection(QFrame):
    """Shown for images that are too large to be classified as one."""

    def __init__(self, model: AnalyseViewModel, actions: Actions) -> None:
        super().__init__()
        self._model, self._actions = model, actions
        self.setProperty("panel", "card")
        self.words = label("", "", wrap=True)
        self.place = label("", "caption", wrap=True)
        self.button = QPushButton(self.tr("Analyse this view"))
        self.button.setProperty("kind", "primary")
        self.button.setToolTip(actions.analyse_view.toolTip())
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self._analyse_or_stop)
        model.field.reading_changed.connect(self.refresh)
        self.cells = QPushButton(self.tr("Find the cells in view"))
        self.cells.setToolTip(actions.cells_in_view.toolTip())
        self.cells.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.cells.clicked.connect(actions.cells_in_view.trigger)
        self.words.setText(
            self.tr(
                "A slide is not classified as one image. Zoom to a field as the model knows it, best at 1:1, and have "
                "the view analysed in full size."
            )
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3)
        column.setSpacing(tokens.SPACE_2)
        for one in (self.words, self.button, self.cells, self.place):
            column.addWidget(one)

    def _analyse_or_stop(self) -> None:
        if self._model.field.running(self._model.path):
            self._model.field.stop()
        else:
            self._actions.analyse_view.trigger()

    def refresh(self) -> None:
        """Follow the view-model."""
        self.setVisible(self._model.is_slide)
        running = self._model.field.running(self._model.path)
        self.button.setEnabled(running or self._model.engine.predictor is not None)
        self.button.setText(self.tr("Stop") if running else self.tr("Analyse this view"))
        reading = self._model.field.reading
        self.cells.setEnabled(self._model.picture is not None)
        finding = self._model.finding
        region = finding.source.region if finding is not None else None
        if running and reading is not None:
            said = reading_words(reading)
        elif running:
            said = self.tr("The field is being analysed.")
        elif region is not None:
            said = self.tr("The finding is about the outlined field alone: {width} × {height} px at {left}, {top}.")
            said = said.format(width=region.width, height=region.height, left=region.left, top=region.top)
        else:
            said = ""
        self.place.setText(said)
        self.place.setVisible(bool(said))
