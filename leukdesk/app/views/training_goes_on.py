"""Closing the window while a run is on: it says that training goes on, and asks whether it shall."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.train_desk import TrainDesk
from leukdesk.app.views.widgets.form_dialog import FormDialog

_WIDTH = 460  # px


class TrainingGoesOn(FormDialog):
    """`accepted`: close the window. A stop is asked for before, where it is wished."""

    def __init__(self, desk: TrainDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Training goes on"), _WIDTH, parent)
        self.say(
            self.tr(
                "The training run goes on after leukdesk is closed. Open leukdesk again at any time to see how it "
                "stands. Switching the computer off interrupts it; every finished epoch is kept."
            )
        )
        self.leave, self.stop = QPushButton(self.tr("Close leukdesk")), QPushButton(self.tr("Stop training and close"))
        self.stop.setAutoDefault(False)
        self.leave.clicked.connect(self.accept)
        self.stop.clicked.connect(lambda: self._stop(desk))
        self.column.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignLeading)
        self.end(self.leave, self.tr("Stay"))
        self.leave.setDefault(True)
        self.leave.setFocus()

    def _stop(self, desk: TrainDesk) -> None:
        if (run := desk.on) is not None:
            desk.stop(run.key)
        self.accept()


class AskBeforeLeaving:
    """Whether the window may close. Asked once: who closes it again while the question stands means it."""

    def __init__(self, desk: TrainDesk, theme: Theme, window: QWidget) -> None:
        self._desk, self._theme, self._window = desk, theme, window
        self._asked = False

    def may_leave(self, close: Callable[[], object]) -> bool:
        """False where the question is put; `close` is called where the answer is yes."""
        if self._desk.on is None or self._asked:
            return True
        self._asked = True
        dialog = TrainingGoesOn(self._desk, self._theme, self._window)
        dialog.accepted.connect(close)
        dialog.rejected.connect(self._stay)
        dialog.open()
        return False

    def _stay(self) -> None:
        self._asked = False
