"""The inspector on the right: what the model says of the selected image, and how far to trust it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.inspector_cell import CellSection
from leukdesk.app.views.inspector_facts import FactsSection
from leukdesk.app.views.inspector_field import FieldSection
from leukdesk.app.views.inspector_heatmap import HeatmapSection
from leukdesk.app.views.inspector_verdict import VerdictSection
from leukdesk.app.views.inspector_view import ViewSection
from leukdesk.app.views.widgets.labels import label, rule
from leukdesk.app.views.widgets.probability_bars import ProbabilityBars
from leukdesk.app.views.widgets.side_panel import SidePanel
from leukdesk.app.views.widgets.skeleton import Skeleton


class Inspector(SidePanel):
    """Sections from the answer down to its provenance; without a finding it says why there is none."""

    def __init__(self, model: AnalyseViewModel, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Finding"), parent)
        self._model = model
        self.verdict = VerdictSection(model, theme)
        self.cell = CellSection(model.cells, theme)
        self.bars = ProbabilityBars(theme)
        self.heatmap = HeatmapSection(model, theme, actions)
        self.field = FieldSection(model, actions)
        self.view = ViewSection(model.adjustment)
        self.facts = FactsSection(model, theme)
        self._answer, self._line = QWidget(), rule()
        self._awaited = Skeleton(theme, "lines", self.tr("No finding yet"))
        self._lay_out()
        for signal in (model.selected, model.outcome_changed, model.picture_changed, model.engine.loading_changed):
            signal.connect(self._refresh)
        model.opened.connect(self._refresh)
        model.truth_changed.connect(self.verdict.refresh)
        self._refresh()

    def _lay_out(self) -> None:
        answer = QVBoxLayout(self._answer)
        answer.setContentsMargins(0, 0, 0, 0)
        answer.setSpacing(tokens.SPACE_3)
        answer.addWidget(rule())
        answer.addWidget(label(self.tr("Probabilities"), "section"))
        answer.addWidget(self.bars)
        answer.addWidget(rule())
        answer.addWidget(self.heatmap)
        column = self.column
        column.addWidget(self.cell)
        column.addWidget(self.verdict)
        column.addWidget(self._awaited)
        column.addWidget(self.field)
        column.addWidget(self._answer)
        column.addWidget(rule())
        column.addWidget(self.view)
        column.addWidget(self._line)
        column.addWidget(self.facts)
        column.addStretch(1)

    def _refresh(self) -> None:
        finding, engine = self._model.finding, self._model.engine
        under_way = engine.loading or (engine.predictor is not None and self._model.state is not None)
        self._awaited.setVisible(
            finding is None and self._model.error is None and under_way and not self._model.is_slide
        )
        self._answer.setVisible(finding is not None)
        if finding is not None:
            self.bars.show_ranked(finding.prediction.ranked(), self._model.images.vocabulary)
        self.verdict.refresh()
        self.field.refresh()
        self.heatmap.refresh()
        self.facts.refresh()
        self._line.setVisible(not self.facts.isHidden())
