"""The strip at the foot: research use only, what is under way, what it runs on."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.faces import research_use
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.widgets.labels import ElidedLabel, label
from leukdesk.app.views.widgets.progress_row import ProgressRow

_LARGEST_ON_ONE_LINE = 125  # per cent
_FOLDED_WIDTH = 250  # px, of the longest of two lines


class StatusStrip(QFrame):
    """Always visible; its first words are never shortened."""

    def __init__(self, model: AnalyseViewModel, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._actions = model, actions
        self._theme = theme
        self.research = label(research_use(), "research")
        self.progress = ProgressRow(theme, pause=actions.stop, resume=actions.resume)
        self.engine = ElidedLabel("caption", Qt.TextElideMode.ElideRight)
        self.setProperty("panel", "status")
        self.setMinimumHeight(tokens.STATUS_HEIGHT)
        self._set_up()
        self._lay_out()
        model.batch.progressed.connect(self._show_progress)
        model.opened.connect(self._show_progress)
        model.searching_changed.connect(self._show_progress)
        model.engine.loading_changed.connect(self._show_engine)
        model.engine.opened.connect(self._show_engine)
        model.outcome_changed.connect(self._show_engine)
        theme.changed.connect(self._fold)
        self._fold()
        self._show_progress()
        self._show_engine()

    def add(self, widget: QWidget) -> None:
        """Something else that is under way, after the images."""
        self._row.insertWidget(self._row.indexOf(self.progress) + 1, widget)

    def _fold(self) -> None:
        """Large text takes two lines; it is never shortened."""
        large = self._theme.text_size > _LARGEST_ON_ONE_LINE
        self.research.setWordWrap(large)
        self.research.setMinimumWidth(self._theme.px(_FOLDED_WIDTH) if large else 0)

    def _set_up(self) -> None:
        self.progress.failed.setToolTip(self.tr("Show only these, with the reason of each; once more: show all images"))
        self.progress.failed.clicked.connect(self._show_failed)
        self.engine.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self._actions.stop.triggered.connect(self._model.batch.stop)
        self._actions.resume.triggered.connect(self._model.resume)

    def _show_progress(self) -> None:
        progress = self._model.batch.progress
        unfinished = 0 < progress.total != progress.done
        ready = self._model.engine.predictor is not None
        self._actions.stop.setEnabled(progress.running)
        self._actions.resume.setEnabled(unfinished and ready and not progress.running)
        self.progress.show_progress(progress, self.tr("Looking for images…") if self._model.searching else "")

    def _show_failed(self) -> None:
        """The ledger of what failed: the list, narrowed down to it."""
        shown = self._model.listed
        if shown.wish.kinds == {"failed"}:
            shown.show_all()
            return
        shown.arrange(replace(shown.wish, kinds=frozenset({"failed"})))
        if not self._actions.as_list.isChecked():
            self._actions.as_list.trigger()
        self._actions.next_failed.trigger()

    def _show_engine(self) -> None:
        engine = self._model.engine
        if engine.loading:
            self.engine.set_text(self.tr("Loading the model…"))
        elif engine.predictor is None:
            self.engine.set_text(self.tr("No model"))
        else:
            words = [engine.predictor.engine, *engine.predictor.notes]
            self.engine.set_text(" · ".join(words[:2]), "\n".join(words))

    def _lay_out(self) -> None:
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_4, 0, tokens.SPACE_4, 0)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self.research)
        row.addSpacing(tokens.SPACE_4)
        row.addWidget(self.progress)
        row.addStretch(1)
        row.addSpacing(tokens.SPACE_4)
        row.addWidget(self.engine)
