"""The Models place: what is installed, what each model knows, how good it was, and why one was refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.engine import Engine, model_key
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.empty_state import EmptyState
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.page import Page
from leukdesk.app.views.widgets.skeleton import Skeleton

if TYPE_CHECKING:
    from leukdesk.bundles.library import Installed
    from leukdesk.domain.card import Card, Metric

_WIDTH = 760
_NAMES_WIDTH = 96  # px, of the column of names
_HEADLINE = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "auroc": "AUROC",
    "ece": "Expected calibration error",
    "worst_group_accuracy": "Accuracy in the worst group",
}


class ModelsView(QWidget):
    """One card for each installed bundle."""

    def __init__(self, engine: Engine, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._engine, self._theme = engine, theme
        self.cards: list[ModelCard] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(tokens.SPACE_3)
        self._note = label("", "muted", wrap=True)
        self._awaited = [_Awaited(theme), _Awaited(theme)]
        self._empty = EmptyState(theme, "models")
        self._empty.say(
            self.tr("No model is installed"),
            self.tr("Images can be looked at, but nothing is said of them. Install leukdesk again."),
        )
        self.look_again = self._empty.add_button(self.tr("Look again"))
        self.look_again.clicked.connect(engine.list_models)
        self._lay_out()
        engine.listed.connect(self._rebuild)
        engine.loading_changed.connect(self._rebuild)
        theme.changed.connect(self._rebuild)
        self._rebuild()

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        return self

    def _rebuild(self) -> None:
        for card in self.cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [ModelCard(one, self._engine, self._theme) for one in self._engine.installed]
        for place, card in enumerate(self.cards):
            self._column.insertWidget(place, card)
        some, looked = bool(self.cards), self._engine.looked
        words = self.tr("Models are folders of data, never code; every file of each was checked against its hash.")
        self._note.setText(words if looked else self.tr("Looking for models…"))
        self._note.setVisible(some or not looked)
        self._empty.setVisible(looked and not some)
        for one in self._awaited:
            one.setVisible(not looked)

    def _lay_out(self) -> None:
        page = Page(self._theme, _WIDTH)
        page.column.setSpacing(tokens.SPACE_4)
        page.column.addWidget(label(self.tr("Models"), "title"))
        page.column.addWidget(self._note)
        page.column.addLayout(self._column)
        for one in (*self._awaited, self._empty):
            page.column.addWidget(one)
        page.column.addStretch(1)
        page.fill(self)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)


class _Awaited(QFrame):
    """The shape of a card that is not known yet."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("panel", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4)
        column.addWidget(Skeleton(theme, "card", self.tr("A model is being checked")))


class ModelCard(QFrame):
    """One bundle, good or refused."""

    def __init__(self, installed: Installed, engine: Engine, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("panel", "card")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4)
        self._column.setSpacing(tokens.SPACE_2)
        self.use = QPushButton(self.tr("Use this model"))
        self.use.setProperty("kind", "small")
        self.use.hide()
        self.error = InlineError(theme, self, subject=False)
        if installed.card is not None:
            self._show_card(installed.card, engine)
        else:
            self._show_refused(installed)

    def _show_card(self, card: Card, engine: Engine) -> None:
        key = model_key(card)
        chips = []
        if engine.card is not None and model_key(engine.card) == key:
            chips.append(Chip(self._theme, self.tr("In use"), "ok", "ok"))
        if card.synthetic:
            chips.append(Chip(self._theme, self.tr("Synthetic: a demonstration"), "sample", "attention"))
        self._head(f"{card.name} {card.version}", chips)
        self.use.setVisible(engine.wanted != key)
        self.use.setAccessibleName(self.tr("Use {name}").format(name=key))
        self.use.clicked.connect(lambda: engine.choose(key))
        self._say(card.title)
        self._column.addLayout(_fact_grid(self._facts(card)))

    def _facts(self, card: Card) -> list[tuple[str, str]]:
        scope = {"field": self.tr("whole fields"), "cell": self.tr("single cells")}[card.scope]
        facts = [
            (self.tr("Knows"), ", ".join(one.display for one in card.classes)),
            (self.tr("Looks at"), f"{scope}, {card.input_size} × {card.input_size} px"),
            (self.tr("Meant for"), card.intended_use),
            (self.tr("Limits"), "\n".join(f"• {one}" for one in card.limits)),
            (self.tr("Trained on"), self._training_words(card)),
            (self.tr("Measured"), "\n".join(_metric(one) for one in _headline(card.metrics))),
            (self.tr("Licence"), card.licence),
        ]
        return [(name, words) for name, words in facts if words]

    def _training_words(self, card: Card) -> str:
        words = self.tr("{name}, {count} images")
        return words.format(name=card.training_data.name, count=number(card.training_data.images))

    def _show_refused(self, installed: Installed) -> None:
        self._head(installed.folder.name, [Chip(self._theme, self.tr("Refused"), "refuse", "refuse")])
        error = installed.error
        self.error.tell(error)
        self._column.addWidget(self.error)

    def _head(self, name: str, chips: list[Chip]) -> None:
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(label(name, "heading"))
        for chip in chips:
            row.addWidget(chip)
        row.addStretch(1)
        row.addWidget(self.use)
        self._column.addLayout(row)

    def _say(self, words: str) -> None:
        self._column.addWidget(label(words, wrap=True))


def _fact_grid(facts: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(tokens.SPACE_3)
    grid.setVerticalSpacing(tokens.SPACE_2)
    grid.setColumnMinimumWidth(0, 96)
    grid.setColumnStretch(1, 1)
    for row, (name, words) in enumerate(facts):
        grid.addWidget(label(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(words, wrap=True), row, 1)
    return grid


def _headline(metrics: Sequence[Metric]) -> Sequence[Metric]:
    """The few that a user should see first; all of them are on the bundle's own page, `card.md`."""
    by_name = {one.name: one for one in metrics}
    return [by_name[name] for name in _HEADLINE if name in by_name] or metrics[: len(_HEADLINE)]


def _metric(metric: Metric) -> str:
    note = f" ({metric.note})" if metric.note else ""
    limits = f"[{number(metric.low, 3)} … {number(metric.high, 3)}]"
    name = _HEADLINE.get(metric.name, metric.name.replace("_", " "))
    return f"{name} {number(metric.value, 3)} {limits}, n = {metric.n}, {metric.split}{note}"
