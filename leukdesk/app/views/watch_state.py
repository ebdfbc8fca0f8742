"""How things stand, at the top of the page: nothing drifts, or what does and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.watch_words import trouble_of
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import label

if TYPE_CHECKING:
    from leukdesk.control_watch import Watched


class WatchState(QFrame):
    """A chip, then for each run or day that drifts its rules and the advice."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chip, self.error = Chip(theme), InlineError(theme)
        self._said: list[QLabel] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(tokens.SPACE_2)
        self._column.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignLeading)
        self._column.addWidget(self.error)

    def show_watched(self, watched: Watched) -> None:
        """Say it anew."""
        for one in self._said:
            self._column.removeWidget(one)
            one.hide()
            one.deleteLater()
        self._said = []
        self.error.tell(watched.trouble)
        self._show_chip(watched)
        for judged in watched.newest:
            if judged.signals:
                headline, said, advice = trouble_of(judged)
                self._say(headline, "strong")
                self._say("\n".join(said), "")
                self._say("\n".join(advice), "muted")

    def _show_chip(self, watched: Watched) -> None:
        if watched.drifts:
            self.chip.show_state(self.tr("Something drifts"), "attention", "attention")
        elif watched.trouble is not None and watched.needs_looking_at:
            self.chip.show_state(self.tr("The control set cannot be run"), "attention", "attention")
        elif any(one.base for one in watched.newest):
            self.chip.show_state(self.tr("Nothing drifts"), "ok", "ok")
        else:
            self.chip.show_state(self.tr("Nothing to compare with yet"), "waiting", "plain")

    def _say(self, words: str, role: str) -> None:
        made = label(words, role, wrap=True)
        self._column.addWidget(made)
        self._said.append(made)
