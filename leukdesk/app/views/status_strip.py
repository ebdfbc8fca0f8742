"""The strip at the foot: research use only, what is under way, what it runs on."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QToolButton, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.progress import Progress
from leukdesk.app.views.actions import Actions
from leukdesk.app.views.widgets.labels import ElidedLabel, label
from leukdesk.domain.vocabulary import RESEARCH_USE


class StatusStrip(QFrame):
    """Always visible; its first words are never shortened."""

    def __init__(self, model: AnalyseViewModel, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._actions = model, actions
        self.research = label(RESEARCH_USE, "research")
        self.bar = QProgressBar()
        self.words = label("", "caption")
        self.failed = QPushButton()
        self.engine = ElidedLabel("caption", Qt.TextElideMode.ElideRight)
        self._stop, self._resume = _button(actions.stop), _button(actions.resume)
        self.setProperty("panel", "status")
        self.setFixedHeight(tokens.STATUS_HEIGHT)
        self._set_up()
        self._lay_out()
        model.batch.progressed.connect(self._show_progress)
        model.opened.connect(self._show_progress)
        model.searching_changed.connect(self._show_progress)
        model.engine.loading_changed.connect(self._show_engine)
        model.engine.opened.connect(self._show_engine)
        model.outcome_changed.connect(self._show_engine)
        self._show_progress()
        self._show_engine()

    def _set_up(self) -> None:
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(120)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.failed.setProperty("kind", "link")
        self.failed.setToolTip(self._actions.next_failed.toolTip())
        self.failed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.failed.clicked.connect(self._actions.next_failed.trigger)
        self.engine.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self._actions.stop.triggered.connect(self._model.batch.stop)
        self._actions.resume.triggered.connect(self._model.resume)

    def _show_progress(self) -> None:
        progress = self._model.batch.progress
        unfinished = 0 < progress.total != progress.done
        self._actions.stop.setEnabled(progress.running)
        ready = self._model.engine.predictor is not None
        self._actions.resume.setEnabled(unfinished and ready and not progress.running)
        self._stop.setVisible(progress.running)
        self._resume.setVisible(self._actions.resume.isEnabled())
        self.bar.setVisible(unfinished)
        self.bar.setRange(0, max(progress.total, 1))
        self.bar.setValue(progress.done)
        self.words.setText(self._progress_words(progress))
        self.failed.setText(self.tr("{count} failed").format(count=progress.failed))
        self.failed.setVisible(progress.failed > 0)

    def _progress_words(self, progress: Progress) -> str:
        if self._model.searching:
            return self.tr("Looking for images…")
        if progress.total == 0:
            return ""
        words = self.tr("{done} of {total} done").format(done=progress.done, total=progress.total)
        if progress.running and progress.rate > 0:
            words += ", " + self.tr("{rate}/s").format(rate=_rounded(progress.rate))
        if progress.seconds_left is not None:
            words += ", " + self.tr("{time} left").format(time=self._duration(progress.seconds_left))
        return words

    def _duration(self, seconds: float) -> str:
        if seconds < 90:
            return self.tr("{count} s").format(count=max(1, round(seconds)))
        if seconds < 90 * 60:
            return self.tr("{count} min").format(count=round(seconds / 60))
        return self.tr("{count} h").format(count=round(seconds / 3600))

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
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_4, 0, tokens.SPACE_4, 0)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self.research)
        row.addSpacing(tokens.SPACE_4)
        row.addWidget(self.bar)
        row.addWidget(self.words)
        row.addWidget(self.failed)
        row.addWidget(self._stop)
        row.addWidget(self._resume)
        row.addStretch(1)
        row.addSpacing(tokens.SPACE_4)
        row.addWidget(self.engine)


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(tokens.ICON, tokens.ICON))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _rounded(rate: float) -> str:
    return f"{rate:.1f}" if rate < 10 else f"{rate:.0f}"
