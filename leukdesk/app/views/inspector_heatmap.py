"""The heatmap's controls: on or off, which class, how strong."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QSlider, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.picker import Picker
from leukdesk.app.views.widgets.side_panel import section_grid
from leukdesk.app.views.widgets.switch import Switch


class HeatmapSection(QWidget):
    """Off until asked for: a heatmap anchors the reader, so the first look is without."""

    def __init__(self, model: AnalyseViewModel, theme: Theme, actions: Actions) -> None:
        super().__init__()
        self._model, self._actions = model, actions
        self.switch = Switch(theme, self.tr("Heatmap"))
        self.switch.setToolTip(actions.heatmap.toolTip())
        self.classes = Picker(theme, self.tr("Class to explain"))
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self._percent = label("", "caption")
        self.threshold = QSlider(Qt.Orientation.Horizontal)
        self._share = label("", "caption")
        self._note = label(self.tr("This model gives no heatmaps."), "caption", wrap=True)
        self._set_up()
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Follow the view-model."""
        heatmap = self._model.heatmap
        for widget in (self.switch, self._actions.heatmap):
            with QSignalBlocker(widget):
                widget.setChecked(heatmap.shown)
        self.switch.update()
        self.switch.setEnabled(heatmap.available)
        controls = heatmap.available and heatmap.shown
        self.classes.setEnabled(controls)
        self.opacity.setEnabled(controls)
        self._note.setVisible(self._model.finding is not None and not heatmap.available)
        self.threshold.setEnabled(controls)
        self._share.setText(f"{number(100 * heatmap.threshold)}%")
        self._percent.setText(f"{number(100 * heatmap.opacity)}%")
        self._fill_classes()

    def _fill_classes(self) -> None:
        cells = self._model.cells
        looks = (cells.vocabulary if cells.explained else self._model.images.vocabulary).classes
        wanted = [None, *looks]
        if [self.classes.itemData(at) for at in range(self.classes.count())] != wanted:
            with QSignalBlocker(self.classes):
                self.classes.clear()
                self.classes.addItem(self.tr("The predicted class"), None)
                for class_id, look in looks.items():
                    self.classes.addItem(look.display, class_id)
        with QSignalBlocker(self.classes):
            chosen = self._model.heatmap.chosen
            self.classes.setCurrentIndex(wanted.index(chosen) if chosen in wanted else 0)

    def _set_up(self) -> None:
        self.opacity.setRange(10, 100)
        self.opacity.setPageStep(10)
        self.opacity.setValue(round(100 * self._model.heatmap.opacity))
        self.opacity.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.opacity.setAccessibleName(self.tr("Opacity of the heatmap"))
        self.threshold.setRange(0, 95)
        self.threshold.setPageStep(10)
        self.threshold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.threshold.setAccessibleName(self.tr("Threshold of the heatmap"))
        self.threshold.setToolTip(self.tr("Below this share of the image's strongest value the heatmap stays clear."))
        self.threshold.valueChanged.connect(lambda value: self._model.heatmap.set_threshold(value / 100))
        self.switch.toggled.connect(self._model.heatmap.show)
        self._actions.heatmap.toggled.connect(self._model.heatmap.show)
        self.classes.activated.connect(lambda at: self._model.heatmap.choose(self.classes.itemData(at)))
        self.opacity.valueChanged.connect(lambda value: self._model.heatmap.set_opacity(value / 100))
        self._model.heatmap.changed.connect(self.refresh)

    def _lay_out(self) -> None:
        grid = section_grid(self)
        grid.addWidget(label(self.tr("Heatmap"), "section"), 0, 0, 1, 2)
        grid.addWidget(self.switch, 0, 2, Qt.AlignmentFlag.AlignTrailing)
        grid.addWidget(label(self.tr("Explain"), "muted"), 1, 0)
        grid.addWidget(self.classes, 1, 1, 1, 2)
        grid.addWidget(label(self.tr("Opacity"), "muted"), 2, 0)
        grid.addWidget(self.opacity, 2, 1)
        grid.addWidget(self._percent, 2, 2, Qt.AlignmentFlag.AlignTrailing)
        grid.addWidget(label(self.tr("Threshold"), "muted"), 3, 0)
        grid.addWidget(self.threshold, 3, 1)
        grid.addWidget(self._share, 3, 2, Qt.AlignmentFlag.AlignTrailing)
        grid.addWidget(self._note, 4, 0, 1, 3)
