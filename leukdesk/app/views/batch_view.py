"""The Batch place: the page of a new batch, or one batch; and what is said of either across the top."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.batch_desk import BatchDesk
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.batch_setup import BatchSetup
from leukdesk.app.views.batch_work import BatchWork
from leukdesk.app.views.notices import notify
from leukdesk.app.views.send_to_case import SendToCase
from leukdesk.app.views.widgets.banner import Banner
from leukdesk.domain.batch import BatchEvent
from leukdesk.domain.job import ItemState

if TYPE_CHECKING:
    from leukdesk.batches import BatchPlan


class BatchView(QWidget):
    """`image_wanted` carries the path of an image that is to be opened in the Analyse place, and its case."""

    image_wanted = Signal(object, object)  # Path, Case | None

    def __init__(self, desk: BatchDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk, self._theme = desk, theme
        self.banner = Banner(theme)
        self.setup, self.work = BatchSetup(desk, theme), BatchWork(desk, theme)
        self._pages = QStackedLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addLayout(self._pages, 1)
        self._pages.addWidget(self.setup)
        self._pages.addWidget(self.work)
        self._connect()

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        page = self.work if self._pages.currentWidget() is self.work else self.setup
        return page.first_control()

    def add_sources(self, paths: list[Path]) -> None:
        """What was dropped here is to be classified."""
        self.desk.leave()
        self.setup.tree.add(paths)

    def offer_in(self, banner: Banner, go: QAction) -> None:
        """Offer once, across another place, to go on with the newest batch of an earlier session."""

        def offer() -> None:
            if banner.isVisible() or not self.desk.unfinished():
                return
            job = self.desk.unfinished()[0]
            words = self.tr("A batch is not finished: {left} of {total} images are left.")
            left = job.counts.get(ItemState.WAITING, 0) + job.counts.get(ItemState.RUNNING, 0)
            words = words.format(left=number(left), total=number(job.total))
            banner.say(words, self.tr("Nothing of it is lost."), "plain", self.tr("Go on"), lambda: resume(job.id))

        def resume(job_id: int) -> None:
            banner.hide()
            go.trigger()
            self.desk.show(job_id, go_on=True)

        def tell_of(folder: Path) -> None:
            words = self.tr("This folder is watched again: {name}").format(name=folder.name)
            more = self.tr("Images that came meanwhile are classified now.")
            self.banner.say(words, more, "plain", self.tr("Show"), show_watched)
            if not banner.isVisible():
                banner.say(words, more, "plain", self.tr("Show"), show_watched)

        def show_watched() -> None:
            banner.hide()
            self.banner.hide()
            go.trigger()
            self.desk.show(self.desk.watched_batch)

        self.desk.first_listed.connect(offer)
        if self.desk.watching is not None:
            self.desk.watching.resumed.connect(tell_of)

    def _connect(self) -> None:
        desk = self.desk
        desk.shown.connect(self._turn)
        desk.failed.connect(self.banner.tell)
        desk.finished.connect(self._tell_end)
        desk.done.connect(self._tell_done)
        self.setup.started.connect(self._start)
        self.setup.watched.connect(self._watch)
        self.work.left.connect(desk.leave)
        self.work.gallery.opened.connect(self._open)
        self.work.gallery.send.connect(self._ask_for_case)

    def _start(self) -> None:
        self.banner.hide()
        self.desk.begin(self._plan(), self.setup.accession.text().strip())

    def _watch(self) -> None:
        self.banner.hide()
        if self.desk.watching is not None:
            self.desk.watching.begin(self._plan(), self.setup.accession.text().strip())

    def _plan(self) -> BatchPlan:
        from leukdesk.batches import BatchPlan

        setup = self.setup
        return BatchPlan(
            setup.tree.paths(),
            recursive=setup.recursive.isChecked(),
            models=setup.chosen_models(),
            ensemble=setup.as_one(),
            reuse=setup.reuse.isChecked(),
            heatmaps=setup.heatmap_folder(),
        )

    def _turn(self) -> None:
        self._pages.setCurrentWidget(self.work if self.desk.standing is not None else self.setup)
        if self.isVisible():
            self.first_control().setFocus()

    def _tell_end(self, event: BatchEvent) -> None:
        failed = event.counts.get(ItemState.FAILED, 0)
        what = self.tr("Classified: {count}").format(count=number(event.counts.get(ItemState.DONE, 0)))
        more = self.tr("Failed: {count}. A click on what failed says why.").format(count=number(failed))
        self.banner.say(what, more if failed else "", "attention" if failed else "ok")
        notify(self.window(), self.tr("The batch is done"), what)

    def _tell_done(self, key: str) -> None:
        words = {
            "export": self.tr("The list was written."),
            "sorted": self.tr("The images lie in folders by class."),
            "sent": self.tr("What was selected is kept in the case."),
        }
        self.banner.say(words[key], "", "ok")

    def _open(self, place: int) -> None:
        path = self.desk.items.row(place).path
        self.desk.read_case(lambda case: self.image_wanted.emit(path, case))

    def _ask_for_case(self, numbers: tuple[int, ...]) -> None:
        dialog = SendToCase(len(numbers), self._theme, self)
        dialog.chosen.connect(partial(self.desk.send_to_case, numbers))
        dialog.open()
