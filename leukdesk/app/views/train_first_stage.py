"""A recipe of two stages: which run its second stage begins with, or how one comes to such a run."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.train_setup import TrainSetup
from leukdesk.app.views.train_step import beside
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.picker import Picker


class FirstStage(QFrame):
    """Hidden for recipes of one stage."""

    def __init__(self, setup: TrainSetup, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup = setup
        self._offered: list[tuple[str, Path]] = []
        self.run, self.lacks = Picker(theme, self.tr("Run of the first stage")), label("", wrap=True)
        self._named = label(self.run.accessibleName())
        self.lacks.setProperty("tone", "attention")
        self.setProperty("panel", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_3, tokens.SPACE_4, tokens.SPACE_3)
        column.addWidget(label(self.tr("It learns in two stages"), "heading", wrap=True))
        column.addLayout(beside(self._named, self.run))
        column.addWidget(self.lacks)
        self.run.activated.connect(lambda at: setup.use_first(self._offered[at][1]))

    def show_choice(self) -> None:
        """Show what is chosen by now."""
        choice = self._setup.choice
        source = choice.source
        self.setVisible(source is not None and bool(source.stage))
        found = self._setup.first_stages(source)
        if found != self._offered:
            self._offered = found
            self.run.clear()
            for title, _ in found:
                self.run.addItem(title)
        self.run.setCurrentIndex(next((at for at, (_, one) in enumerate(found) if one == choice.first), -1))
        for one in (self.run, self._named):
            one.setVisible(bool(found))
        words = self.tr(
            "No run of {name} is trained here yet. Begin with that one first: it stands in the same list. When it is "
            "trained, come back and choose this one."
        )
        self.lacks.setText(words.format(name=source.stage if source is not None else ""))
        self.lacks.setVisible(not found)
