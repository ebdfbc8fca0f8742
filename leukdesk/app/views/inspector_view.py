"""Brightness and contrast: for the eye alone."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QSlider, QWidget

from leukdesk.app.viewmodels.adjustment import LIMIT, Adjustment
from leukdesk.app.views.widgets.labels import label, link
from leukdesk.app.views.widgets.side_panel import section_grid


class ViewSection(QWidget):
    """How pictures look on the screen. Nothing here is written, and no model sees it."""

    def __init__(self, adjustment: Adjustment) -> None:
        super().__init__()
        self._adjustment = adjustment
        self.brightness, self.contrast = self._slider(self.tr("Brightness")), self._slider(self.tr("Contrast"))
        self._values = {self.brightness: label("", "caption"), self.contrast: label("", "caption")}
        self.reset = link(self.tr("As it is"))
        self.reset.clicked.connect(adjustment.reset)
        self.brightness.valueChanged.connect(lambda value: adjustment.set(brightness=value))
        self.contrast.valueChanged.connect(lambda value: adjustment.set(contrast=value))
        adjustment.changed.connect(self.refresh)
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Follow the view-model."""
        for slider, value in (
            (self.brightness, self._adjustment.brightness),
            (self.contrast, self._adjustment.contrast),
        ):
            with QSignalBlocker(slider):
                slider.setValue(value)
            self._values[slider].setText(f"{value:+d}" if value else "0")
        self.reset.setEnabled(not self._adjustment.neutral)

    def _slider(self, name: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(-LIMIT, LIMIT)
        slider.setPageStep(10)
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        slider.setAccessibleName(name)
        return slider

    def _lay_out(self) -> None:
        grid = section_grid(self)
        grid.addWidget(label(self.tr("View"), "section"), 0, 0, 1, 2)
        grid.addWidget(self.reset, 0, 2, Qt.AlignmentFlag.AlignTrailing)
        for row, slider in enumerate((self.brightness, self.contrast), start=1):
            grid.addWidget(label(slider.accessibleName(), "muted"), row, 0)
            grid.addWidget(slider, row, 1)
            grid.addWidget(self._values[slider], row, 2, Qt.AlignmentFlag.AlignTrailing)
        note = self.tr("On the screen only: not saved, and not seen by the model.")
        grid.addWidget(label(note, "caption", wrap=True), 3, 0, 1, 3)
