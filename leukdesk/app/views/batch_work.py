"""A batch that runs or ran: how far, what was found, and what can be done with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.batch_desk import BatchDesk
from leukdesk.app.viewmodels.batch_order import FAILED
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.progress import Progress
from leukdesk.app.views.batch_gallery import BatchGallery
from leukdesk.app.views.batch_side import BatchSide
from leukdesk.app.views.widgets.grid import Shape
from leukdesk.app.views.widgets.labels import ElidedLabel
from leukdesk.app.views.widgets.progress_row import ProgressRow
from leukdesk.domain.job import ItemState, JobState


class BatchWork(QWidget):
    """`left` asks for the page of a new batch."""

    left = Signal()

    def __init__(self, desk: BatchDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._theme = desk, theme
        self.name = ElidedLabel("strong")
        self.progress = ProgressRow(theme)
        self.pause, self.go_on = QPushButton(self.tr("Pause")), QPushButton(self.tr("Go on"))
        self.cancel, self.retry = QPushButton(self.tr("Cancel")), QPushButton(self.tr("Retry failed"))
        self.new, self.unwatch = QPushButton(self.tr("New batch")), QPushButton(self.tr("Stop watching"))
        self.export = QToolButton()
        self.gallery = BatchGallery(desk, theme)
        self.side = BatchSide(desk, self.gallery.group_words(), theme)
        self._set_up()
        self._lay_out()
        self._connect()
        self.follow()

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        return self.gallery.view if self.gallery.view.isVisible() else self.new

    def follow(self) -> None:
        """Show how the batch stands."""
        desk, event = self._desk, self._desk.standing
        if event is None:
            return
        sources = desk.options.sources
        self.name.set_text(", ".join(Path(one).name or one for one in sources), "\n".join(sources))
        failed = event.counts.get(ItemState.FAILED, 0)
        running = desk.running
        done = event.total - event.left
        self.progress.show_progress(Progress(done, event.total, failed, event.rate, running), self._words())
        open_states = (JobState.ACTIVE, JobState.PAUSED)
        watched = desk.watched
        resumable = event.state in open_states and not running and not watched
        self.unwatch.setVisible(watched)
        self.pause.setVisible(running)
        self.pause.setEnabled(not desk.stopping)
        self.go_on.setVisible(resumable)
        self.go_on.setEnabled(not desk.busy and desk.may_record)
        self.cancel.setVisible(running or resumable)
        self.cancel.setEnabled(desk.stopping != "cancel" and desk.may_record)
        self.retry.setVisible(failed > 0 and not running and not watched and event.state is not JobState.CANCELLED)
        self.retry.setEnabled(not desk.busy and desk.may_record)

    def show_failed(self) -> None:
        """The ledger of what failed, with the reason of each; once more: everything."""
        items = self._desk.items
        only = frozenset({FAILED})
        if items.wish.groups == only:
            items.arrange(replace(items.wish, groups=frozenset()))
            self.gallery.show_shape(Shape.GALLERY)
            return
        items.arrange(replace(items.wish, groups=only))
        self.gallery.show_shape(Shape.LIST)

    def _words(self) -> str:
        """Instead of the count, where something else is to be said."""
        if self._desk.stopping == "pause":
            return self.tr("Pausing: what is under way ends first…")
        if self._desk.stopping == "cancel":
            return self.tr("Cancelling…")
        if self._desk.watched:
            return self._watch_words()
        event = self._desk.standing
        if event is not None and self._desk.running and event.left == event.total and not event.rate:
            return self.tr("Loading the model…")
        return ""

    def _watch_words(self) -> str:
        watching = self._desk.watching
        if watching is not None and not watching.there:
            return self.tr("The folder is gone: waiting for it to come back…")
        if watching is not None and watching.waited_for:
            words = self.tr("Watching · images not completely written yet: {count}")
            return words.format(count=number(len(watching.waited_for)))
        return self.tr("Watching: new images are classified as they come")

    def _set_up(self) -> None:
        for button in (self.pause, self.unwatch, self.go_on, self.cancel, self.retry, self.new):
            button.setProperty("kind", "small")
        self.progress.failed.setToolTip(self.tr("Show only these, with the reason of each; once more: show all"))
        menu = QMenu(self.export)
        for words, act in (
            (self.tr("List as CSV, XLSX or JSON…"), self._ask_for_list),
            (self.tr("Copy images into folders by class…"), lambda: self._ask_for_folder(link=False)),
            (self.tr("Link images into folders by class…"), lambda: self._ask_for_folder(link=True)),
        ):
            action = QAction(words, menu)
            action.triggered.connect(act)
            menu.addAction(action)
        self.export.setMenu(menu)
        self.export.setText(self.tr("Export"))
        self.export.setAccessibleName(self.tr("Export"))
        self.export.setToolTip(self.tr("Give out what was found"))
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.export.setProperty("kind", "toggle")

    def _connect(self) -> None:
        desk = self._desk
        desk.changed.connect(self.follow)
        desk.shown.connect(self.follow)
        self.pause.clicked.connect(desk.pause)
        if desk.watching is not None:
            self.unwatch.clicked.connect(desk.watching.stop)
        self.go_on.clicked.connect(desk.go_on)
        self.cancel.clicked.connect(desk.cancel)
        self.retry.clicked.connect(desk.retry_failed)
        self.new.clicked.connect(self.left)
        self.progress.failed.clicked.connect(self.show_failed)

    def _ask_for_list(self) -> None:
        kinds = "CSV (*.csv);;XLSX (*.xlsx);;JSON (*.json)"
        chosen, kind = QFileDialog.getSaveFileName(self, self.tr("Save the list"), "batch.csv", kinds)
        if chosen:
            path = Path(chosen)
            self._desk.export(path if path.suffix else path.with_suffix(f".{kind[:4].strip().lower()}"))

    def _ask_for_folder(self, *, link: bool) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Where the folders by class are made"))
        if chosen:
            self._desk.sort_into_folders(Path(chosen), link=link)

    def _lay_out(self) -> None:
        head = QFrame()
        head.setProperty("panel", "header")
        head.setMinimumHeight(tokens.HEADER_HEIGHT)
        row = QHBoxLayout(head)
        row.setContentsMargins(tokens.SPACE_4, tokens.SPACE_1, tokens.SPACE_3, tokens.SPACE_1)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self.name, 1)
        row.addWidget(self.progress)
        row.addSpacing(tokens.SPACE_2)
        for one in (self.pause, self.unwatch, self.go_on, self.cancel, self.retry, self.export, self.new):
            row.addWidget(one)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.side)
        middle.addWidget(self.gallery, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addLayout(middle, 1)
