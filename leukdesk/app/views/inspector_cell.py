"""The chosen cell in the inspector: what it is and who says so, probabilities, measurements."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.cells import Cells
from leukdesk.app.viewmodels.faces import percent
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.labels import ElidedLabel, label, rule
from leukdesk.app.views.widgets.probability_bars import ProbabilityBars
from leukdesk.domain.cell import FieldScale, Measurements
from leukdesk.domain.finding import Decision
from leukdesk.domain.marked_cell import MarkedCell
from leukdesk.domain.review import UNIDENTIFIED

translate = QCoreApplication.translate
_MOST = 4  # classes that are shown


class CellSection(QFrame):
    """Shown while cells are."""

    def __init__(self, cells: Cells, theme: Theme) -> None:
        super().__init__()
        self._cells, self._theme = cells, theme
        self.title = label("", "section")
        self.decision = Chip(theme)
        self.answer = ElidedLabel("heading", Qt.TextElideMode.ElideRight)
        self.percent = label("", "heading")
        self.sentence = label("", "muted", wrap=True)
        self.bars = ProbabilityBars(theme)
        self.measured = QGridLayout()
        self._values: list[tuple[QLabel, QLabel]] = []
        self._line = rule()
        self._lay_out()
        for signal in (cells.selection_changed, cells.changed, cells.switched):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Follow the view-model."""
        one = self._cells.current
        self.setVisible(self._cells.on)
        for widget in (self.decision, self.answer, self.percent, self.bars):
            widget.setVisible(one is not None)
        if one is None:
            self.title.setText(self.tr("Cells"))
            self.sentence.setText(self.tr("Click a cell in the image or in the gallery. Ctrl+click chooses several."))
            self._show_values([])
            return
        self._show(one)

    def _show(self, one: MarkedCell) -> None:
        face = self._cells.looks.face(one)
        chosen = len(self._cells.selected)
        self.title.setText(
            self.tr("Cell {number}").format(number=one.key)
            if chosen == 1
            else self.tr("Chosen: {count}, the last is cell {number}").format(count=chosen, number=one.key)
        )
        self.answer.set_text(face.name)
        self.percent.setText(face.percent)
        self._show_decision(one)
        ranked = one.said.prediction.ranked()[:_MOST] if one.said is not None else []
        self.bars.setVisible(bool(ranked))
        self.bars.show_ranked(ranked, self._cells.vocabulary)
        reading = self._cells.reading
        if reading is not None:
            self._show_values(measurement_words(one.cell.measured, reading.analysis.field.scale))

    def _show_decision(self, one: MarkedCell) -> None:
        if one.label:
            says = self._model_words(one)
            self.decision.show_state(self.tr("Named by hand"), "ok", "ok")
            self.sentence.setText(says)
        elif not one.counts:
            self.decision.show_state(self.tr("Not counted"), "info", "plain")
            self.sentence.setText(self.tr("Name it, and it is counted."))
        elif one.class_id == UNIDENTIFIED:
            self.decision.show_state(self.tr("Unidentified"), "unidentified", "attention")
            self.sentence.setText(self._doubt(one))
        else:
            self.decision.show_state(self.tr("The model's answer"), "ok", "plain")
            self.sentence.setText(self.tr("A finding for you to confirm."))

    def _model_words(self, one: MarkedCell) -> str:
        if one.said is None:
            return self.tr("The model was not asked.")
        told = one.said.prediction
        name = self._cells.looks.look(told.label).display
        if one.said.decision is not Decision.ACCEPTED:
            name = self.tr("unidentified, most likely {name}").format(name=name)
        return self.tr("The model says: {name}, {percent}.").format(name=name, percent=percent(told.probability))

    def _doubt(self, one: MarkedCell) -> str:
        if one.said is None:
            return self.tr("The model is being asked.")
        if one.said.decision is Decision.REJECTED:
            return self.tr("It is unlike every cell that the model learned from. Name it.")
        return self.tr("The model is not sure enough to name it. Name it.")

    def _show_values(self, values: list[tuple[str, str]]) -> None:
        while len(self._values) < len(values):
            pair = (label("", "muted"), label())
            for column, widget in enumerate(pair):
                self.measured.addWidget(widget, len(self._values), column)
            self._values.append(pair)
        for at, pair in enumerate(self._values):
            for widget, words in zip(pair, values[at] if at < len(values) else ("", ""), strict=True):
                widget.setText(words)
                widget.setVisible(at < len(values))

    def _lay_out(self) -> None:
        top, head = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.decision)
        top.addStretch(1)
        head.addWidget(self.answer, 1)
        head.addWidget(self.percent)
        self.measured.setHorizontalSpacing(tokens.SPACE_3)
        self.measured.setVerticalSpacing(2)
        self.measured.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_2)
        column.addWidget(self.title)
        column.addLayout(top)
        column.addLayout(head)
        column.addWidget(self.sentence)
        column.addWidget(self.bars)
        column.addLayout(self.measured)
        column.addWidget(self._line)


def measurement_words(one: Measurements, scale: FieldScale) -> list[tuple[str, str]]:
    """Every measurement with its name; lengths in µm where the scale is known, else in px."""
    about = "≈ " if scale.known and scale.origin == "red_cells" else ""
    area, across = one.area_um2(scale), one.diameter_um(scale)
    found = [
        (translate("Measured", "Area"), f"{about}{number(area, 1)} µm²" if area else f"{number(one.area_px)} px²"),
        (translate("Measured", "Diameter"), f"{about}{number(across, 1)} µm" if across else "–"),
        (translate("Measured", "Roundness"), number(one.roundness, 2)),
    ]
    if one.nucleus_area_px:
        ratio = one.nuclear_cytoplasmic_ratio
        found += [
            (translate("Measured", "Nucleus"), f"{number(100 * one.nucleus_share)}%"),
            (translate("Measured", "N:C ratio"), number(ratio, 2) if ratio is not None else "–"),
            (translate("Measured", "Lobes"), number(one.lobes)),
            (translate("Measured", "Density"), number(one.nucleus_density, 2)),
            (translate("Measured", "Texture"), number(one.texture, 2)),
            (translate("Measured", "Colours"), _colours(one)),
        ]
    return found


def _colours(one: Measurements) -> str:
    both = (one.nucleus_colour, one.cytoplasm_colour)
    return ", ".join("#{:02X}{:02X}{:02X}".format(*rgb) for rgb in both if rgb is not None)
