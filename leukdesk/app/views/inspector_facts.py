"""The foot of the inspector: quality of the image, its size and scale, the model behind the answer."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.quality_gate import ExampleDialog
from leukdesk.app.views.quality_words import flag_words
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.labels import ElidedLabel, label, link
from leukdesk.app.views.widgets.side_panel import section_grid
from leukdesk.domain.finding import Finding
from leukdesk.domain.image import ImageSource
from leukdesk.domain.quality import REFUSING_FLAGS, QualityFlag


class FactsSection(QWidget):
    """Quality, image and model, as plain facts."""

    def __init__(self, model: AnalyseViewModel, theme: Theme) -> None:
        super().__init__()
        self._model, self._theme = model, theme
        self.quality = QWidget()
        self.chips: list[Chip] = []
        self._chips = QVBoxLayout(self.quality)
        self._chips.setContentsMargins(0, 0, 0, 0)
        self._chips.setSpacing(tokens.SPACE_1)
        self.example = link(self.tr("What a good image looks like"))
        self.example.clicked.connect(lambda: ExampleDialog(model.cells, theme, self.window()).open())
        self._chips.addWidget(self.example, 0, Qt.AlignmentFlag.AlignLeading)
        self._names = {
            "quality": label(self.tr("Quality"), "muted"),
            "image": label(self.tr("Image"), "muted"),
            "scale": label(self.tr("Scale"), "muted"),
            "model": label(self.tr("Model"), "muted"),
            "engine": label(self.tr("Engine"), "muted"),
        }
        self.values = {key: ElidedLabel(mode=Qt.TextElideMode.ElideRight) for key in self._names if key != "quality"}
        self._lay_out()

    def refresh(self) -> None:
        """Follow the view-model."""
        finding, picture = self._model.finding, self._model.picture
        source = finding.source if finding else picture.source if picture else None
        self._show("image", _image_words(source) if source else "")
        self._show("scale", self._scale_words(source) if source else "")
        self._show("model", f"{finding.bundle.name} {finding.bundle.version}" if finding else "", self._model_hint())
        self._show("engine", finding.engine if finding else "")
        self._names["quality"].setVisible(finding is not None)
        self.quality.setVisible(finding is not None)
        if finding is not None:
            self._show_quality(finding)
        self.setVisible(source is not None)

    def _show(self, key: str, text: str, hint: str = "") -> None:
        self.values[key].set_text(text, hint)
        self.values[key].setVisible(bool(text))
        self._names[key].setVisible(bool(text))

    def _show_quality(self, finding: Finding) -> None:
        for old in self.chips:
            old.hide()
            old.deleteLater()
        flags = finding.quality.flags
        self.chips = [self._chip(flag) for flag in flags] or [Chip(self._theme, self.tr("No objection"), "ok", "ok")]
        for at, chip in enumerate(self.chips):
            self._chips.insertWidget(at, chip, 0, Qt.AlignmentFlag.AlignLeading)
        self.example.setVisible(bool(flags) and self._model.cells.example is not None)

    def _chip(self, flag: QualityFlag) -> Chip:
        tone = "refuse" if flag in REFUSING_FLAGS else "attention"
        return Chip(self._theme, flag_words(flag), tone, tone)

    def _scale_words(self, source: ImageSource) -> str:
        if source.um_per_px is None:
            return self.tr("not calibrated, lengths in px")
        return f"{number(source.um_per_px, 4)} µm/px"

    def _model_hint(self) -> str:
        card = self._model.engine.card
        return f"{card.title}\n{card.intended_use}" if card is not None else ""

    def _lay_out(self) -> None:
        grid = section_grid(self)
        for row, (key, name) in enumerate(self._names.items()):
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self.quality if key == "quality" else self.values[key], row, 1)


def _image_words(source: ImageSource) -> str:
    pages = f" · {source.pages}" if source.pages > 1 else ""
    bits = QCoreApplication.translate("FactsSection", "{count} bit").format(count=source.bits)
    return f"{source.width} × {source.height} px · {source.format} · {bits}{pages}"
