"""Puts keeping watch into the Models place, and a quiet word into Analyse when something drifts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QPushButton

from leukdesk.app.theme.theme import Theme
from leukdesk.app.views.widgets.banner import Banner

if TYPE_CHECKING:
    from leukdesk.app.viewmodels.watch_desk import WatchDesk
    from leukdesk.app.views.models_view import ModelsView
    from leukdesk.app.views.watch_view import WatchView

_WIDTH = 460  # px


class WatchPlace(QObject):
    """`notice` is where a drift is told; `go_models` leads to the Models place."""

    def __init__(
        self,
        models: Callable[[], ModelsView],
        desk: WatchDesk,
        theme: Theme,
        notice: Banner,
        go_models: QAction,
        parent: QObject,
    ) -> None:
        """`models` makes the Models place, where it is not there yet."""
        super().__init__(parent)
        self._models, self._desk, self._theme = models, desk, theme
        self._notice, self._go_models = notice, go_models
        desk.drifted.connect(self._tell)

    def put_into(self, models: ModelsView) -> None:
        """Put its button into the Models place."""
        self.button = models.add_deed(self.tr("Keeping watch…"))
        self.button.clicked.connect(self.show)

    @cached_property
    def view(self) -> WatchView:
        """The page, made when it is first shown."""
        from leukdesk.app.views.watch_view import WatchView

        models = self._models()
        made = WatchView(self._desk, self._theme, models)  # of the window, or it would outlive it
        made.hide()
        made.left.connect(models.show_models)
        made.anew_wished.connect(self.ask_why)
        return made

    def show(self) -> None:
        """Show the page."""
        self._go_models.trigger()
        self._models().show_page(self.view)
        self._desk.look()

    def ask_why(self) -> None:
        """Ask why base lines begin anew."""
        from leukdesk.app.views.widgets.form_dialog import FormDialog

        dialog = FormDialog(self._theme, self.tr("Begin base lines anew"), _WIDTH, self._models().window())
        why, begin = QLineEdit(), QPushButton(self.tr("Begin anew"))
        why.setAccessibleName(self.tr("Reason"))
        why.setPlaceholderText(self.tr("A new stain, lamp or camera, say"))
        dialog.say(
            self.tr("What follows is no longer held against what was before. Do so after a change that is meant to be.")
        )
        dialog.ask(why)
        dialog.end(begin, self.tr("Leave them"))
        begin.setEnabled(False)
        why.textChanged.connect(lambda words: begin.setEnabled(bool(words.strip())))
        begin.clicked.connect(lambda: self._desk.begin_anew(why.text().strip()))
        begin.clicked.connect(dialog.accept)
        dialog.open()

    def _tell(self) -> None:
        if not self._notice.isVisible():
            what, advice = self.tr("Something drifts."), self.tr("Look at it before you rely on the model's answers.")
            self._notice.say(what, advice, "attention", self.tr("Keeping watch"), self._look)

    def _look(self) -> None:
        self._notice.hide()
        self.show()
