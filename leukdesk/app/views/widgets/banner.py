"""A message across the top of a place that does not block: what happened, what to do, a button, a way to dismiss it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.dynamic import restyle
from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.inline_error import copy_details
from leukdesk.app.views.widgets.labels import label
from leukdesk.domain.errors import KnownError

_ICONS = {"plain": "info", "ok": "ok", "attention": "attention", "refuse": "attention"}


class Banner(QFrame):
    """Shows one message until it is dismissed or replaced."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._tone = theme, "attention"
        self._act: Callable[[], object] = lambda: None
        self._icon, self._what, self._advice = QLabel(), label("", "strong", wrap=True), label("", wrap=True)
        self.button = QPushButton()
        self.button.setProperty("kind", "small")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(lambda: self._act())
        self.close_button = QToolButton()
        self.close_button.setAccessibleName(self.tr("Dismiss"))
        self.close_button.setToolTip(self.tr("Dismiss"))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.clicked.connect(self.hide)
        theme.dress(self.close_button, "close")
        theme.changed.connect(self._draw_icon)
        self._lay_out()
        self.hide()

    def tell(self, error: KnownError) -> None:
        """Show an error with a button that copies its details."""
        what = f"{error.subject}: {error.what}." if error.subject else f"{error.what}."
        self.say(what, error.advice, "attention", self.tr("Copy details"), lambda: copy_details(error))
        self.setAccessibleName(str(error))

    def say(
        self,
        what: str,
        advice: str = "",
        tone: str = "plain",
        button: str = "",
        act: Callable[[], object] = lambda: None,
    ) -> None:
        """Show a message in a tone (plain, ok, attention, refuse); `act` is what the button does, if there is one."""
        self._tone, self._act = tone, act
        self._what.setText(what)
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.setAccessibleName(f"{what} {advice}".strip())
        restyle(self, banner=tone)
        self._draw_icon()
        self.show()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._what)
        words.addWidget(self._advice)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_4, tokens.SPACE_2, tokens.SPACE_2, tokens.SPACE_2)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(self._icon)
        row.addLayout(words, 1)
        row.addWidget(self.button)
        row.addWidget(self.close_button)

    def _draw_icon(self) -> None:
        colour = "muted" if self._tone == "plain" else self._tone
        self._icon.setPixmap(self._theme.pixmap(_ICONS[self._tone], colour))
