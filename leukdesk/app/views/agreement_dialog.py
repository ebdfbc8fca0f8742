"""How far the model and the people here agree: in a case, in all cases, month by month, class by class."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.agreement import AgreementViewModel
from leukdesk.app.viewmodels.faces import Vocabulary
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.review_words import label_name
from leukdesk.app.viewmodels.signing_words import kappa_words
from leukdesk.app.views.widgets.form_dialog import FormDialog
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.month_plot import MonthPlot
from leukdesk.app.views.widgets.skeleton import Skeleton
from leukdesk.domain.review import Agreement

_WIDTH, _TABLE = 600, 170  # px


class AgreementDialog(FormDialog):
    """Shows what an `AgreementViewModel` was opened with."""

    def __init__(
        self, model: AgreementViewModel, vocabulary: Vocabulary, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, self.tr("Agreement with the model"), _WIDTH, parent, subject=False)
        self._model, self._vocabulary, self._theme = model, vocabulary, theme
        self.awaited = Skeleton(theme, "lines", self.tr("Counting"))
        self.case, self.all = label("", "strong", wrap=True), label("", wrap=True)
        self.plot, self.pairs = MonthPlot(theme), QTreeWidget()
        self._set_up_pairs()
        self._lay_out()
        model.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        model = self._model
        self.awaited.setVisible(model.loading)
        self.error.tell(model.error)
        for one in (self.case, self.all, self.plot, self.pairs):
            one.setVisible(not model.loading and model.error is None)
        self.case.setText(self.tr("This case: {words}").format(words=kappa_words(model.case)) if model.case else "")
        self.case.setVisible(bool(self.case.text()))
        self.all.setText(self.tr("All cases: {words}").format(words=kappa_words(model.all)) if model.all else "")
        self.plot.show_months(model.months)
        self._show_pairs(model.pairs)
        self.fit()

    def _show_pairs(self, pairs: Sequence[Agreement]) -> None:
        """What differs first, the most frequent first."""
        self.pairs.clear()
        for one in sorted(pairs, key=lambda one: (one.model == one.human, -one.count)):
            model, human = (label_name(said, self._vocabulary) for said in (one.model, one.human))
            row = QTreeWidgetItem([model, human, number(one.count)])
            row.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.pairs.addTopLevelItem(row)

    def _set_up_pairs(self) -> None:
        self.pairs.setHeaderLabels([self.tr("The model said"), self.tr("A person said"), self.tr("Times")])
        self.pairs.setRootIsDecorated(False)
        self.pairs.setUniformRowHeights(True)
        self.pairs.setAccessibleName(self.tr("Who said what how often"))
        self.pairs.header().setStretchLastSection(False)
        for column in range(3):
            self.pairs.header().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    def _lay_out(self) -> None:
        self.pairs.setMinimumHeight(self._theme.px(_TABLE))
        words = self.tr(
            "Kappa is 1 where both always say the same, and 0 where they agree as often as by chance. Who sees the "
            "model's answer first tends to follow it: only blind reading shows how far two independent readers agree. "
            "What either left unidentified, or a person not classed, is not counted."
        )
        for one in (self.awaited, self.error, self.case, self.all, self.plot, self.pairs):
            self.column.addWidget(one)
        self.say(words, "muted")
        self.end_reading()
