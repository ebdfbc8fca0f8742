"""A word in the status strip while a run is on, wherever one is in the window; a click leads to it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QWidget

from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.train_desk import TrainDesk
from leukdesk.app.views.notices import notify
from leukdesk.app.views.run_words import seconds_left, state_word
from leukdesk.app.views.widgets.labels import link
from leukdesk.app.views.widgets.progress_row import duration_words
from leukdesk.training_runs import TrainingRun

translate = QCoreApplication.translate


def training_note(desk: TrainDesk, go: QAction, window: QWidget) -> QPushButton:
    """The link; it is hidden while nothing is trained and nothing has ended since one came to look."""
    note = link("")
    ended: list[TrainingRun] = []

    def show() -> None:
        run = desk.on or (ended[-1] if ended else None)
        note.setVisible(run is not None)
        if run is not None:
            note.setText(_words(run))

    def end(run: TrainingRun) -> None:
        ended[:] = [run]
        notify(window, translate("Training", "The training has ended"), state_word(run))
        show()

    def look() -> None:
        ended.clear()
        show()

    desk.listed.connect(show)
    desk.changed.connect(lambda _key: show())
    desk.ended.connect(end)
    go.triggered.connect(look)
    note.clicked.connect(go.trigger)
    note.hide()
    return note


def _words(run: TrainingRun) -> str:
    if not run.is_on:
        return translate("Training", "Training has ended: {state}").format(state=state_word(run))
    share, compares = number(100 * run.progress.share), run.progress.is_trained
    if run.progress.eta_s <= 0 or run.stopping:
        words = translate("Training", "Comparing…") if compares else translate("Training", "Training: {share} %")
        return words.format(share=share)
    left = duration_words(seconds_left(run.progress))
    words = translate("Training", "Training: {share} %, {time} left")
    words = translate("Training", "Comparing: {share} %, {time} left") if compares else words
    return words.format(share=share, time=left)
