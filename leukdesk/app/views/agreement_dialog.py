"""How far the model and the people here agree: in a case, in all cases, month by month, class by class."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.agreement import AgreementViewModel
from leukdesk.app.viewmodels.faces import Vocabulary
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.review_words import label_name
from leukdesk.app.viewmodels.signing_words import kappa_words
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.month_plot import MonthPlot
from leukdesk.app.views.widgets.skeleton import Skeleton
from leukdesk.domain.review import Agreement

_WIDTH, _TABLE = 600, 170  # px


class AgreementDialog(QDialog):
    """Shows what an `AgreementViewModel` was opened with."""

    def __init__(
        self, model: AgreementViewModel, vocabulary: Vocabulary, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model, self._vocabulary, self._theme = model, vocabulary, theme
        self.setWindowTitle(self.tr("Agreement with the model"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.awaited = Skeleton(theme, "lines", self.tr("Counting"))
        self.case, self.all = label("", "strong", wrap=True), label("", wrap=True)
        self.plot, self.pairs = MonthPlot(theme), QTreeWidget()
        self.error = InlineError(theme, self, subject=False)
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
        self.adjustSize()

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
        self.setMinimumWidth(_WIDTH)
        self.pairs.setMinimumHeight(self._theme.px(_TABLE))
        words = self.tr(
            "Kappa is 1 where both always say the same, and 0 where they agree as often as by chance. Who sees the "
            "model's answer first tends to follow it: only blind reading shows how far two independent readers agree. "
            "What either left unidentified, or a person not classed, is not counted."
        )
        close = QPushButton(self.tr("Close"))
        close.setProperty("kind", "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_5, tokens.SPACE_4)
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(label(self.tr("Agreement with the model"), "title"))
        for one in (
            self.awaited,
            self.error,
            self.case,
            self.all,
            self.plot,
            self.pairs,
            label(words, "muted", wrap=True),
        ):
            column.addWidget(one)
        column.addLayout(row)
