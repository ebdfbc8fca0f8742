"""The batches there are, the newest first: how each stands, and a way to go on with it or to look at it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.batch_desk import BatchDesk
from leukdesk.app.viewmodels.numbers import date_and_time, number
from leukdesk.app.views.widgets.labels import ElidedLabel, label
from leukdesk.domain.batch import BatchOptions
from leukdesk.domain.job import ItemState, Job, JobState

_SHOWN = 12


class EarlierBatches(QWidget):
    """One line for each."""

    def __init__(self, desk: BatchDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._theme = desk, theme
        self.lines: list[BatchLine] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(tokens.SPACE_1)
        self._title = label(self.tr("Batches so far"), "section")
        self._column.addWidget(self._title)
        desk.listed.connect(self._rebuild)
        desk.changed.connect(self._follow)
        self._rebuild()

    def _rebuild(self) -> None:
        for line in self.lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = [BatchLine(job) for job in self._desk.jobs[:_SHOWN]]
        for line in self.lines:
            line.open.clicked.connect(lambda _=False, job_id=line.job.id: self._desk.show(job_id))
            self._column.addWidget(line)
        self._follow()

    def _follow(self) -> None:
        self._title.setVisible(bool(self.lines))
        for line in self.lines:
            line.say(self._desk.runner.job_id == line.job.id, self._desk.watched_batch == line.job.id)


class BatchLine(QFrame):
    """One batch."""

    def __init__(self, job: Job, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.job = job
        self.setProperty("panel", "card")
        self._name, self._words = ElidedLabel("strong"), label("", "muted")
        sources = BatchOptions.from_mapping(job.options).sources
        self._name.set_text(", ".join(Path(one).name or one for one in sources), "\n".join(sources))
        self.open = QPushButton()
        self.open.setProperty("kind", "small")
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_4, tokens.SPACE_2, tokens.SPACE_3, tokens.SPACE_2)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(self._name, 1)
        row.addWidget(self._words)
        row.addWidget(self.open)

    def say(self, running: bool, watched: bool) -> None:
        """How it stands."""
        job = self.job
        done = job.total - job.counts.get(ItemState.WAITING, 0) - job.counts.get(ItemState.RUNNING, 0)
        words = [
            date_and_time(job.created),
            self.tr("{done} of {total} done").format(done=number(done), total=number(job.total)),
        ]
        if failed := job.counts.get(ItemState.FAILED, 0):
            words.append(self.tr("{count} failed").format(count=number(failed)))
        open_states = (JobState.ACTIVE, JobState.PAUSED)
        if running:
            words[1:] = [self.tr("running")]
        elif watched:
            words[1:] = [self.tr("watching its folder")]
        elif job.state in open_states:
            words.append(self.tr("not finished"))
        elif job.state is JobState.CANCELLED:
            words.append(self.tr("cancelled"))
        self._words.setText(" · ".join(words))
        self.open.setText(self.tr("Go on…") if job.state in open_states and not running | watched else self.tr("Show"))
        self.open.setAccessibleName(f"{self.open.text()} {self._name.text()}")
