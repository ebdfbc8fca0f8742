"""One model in the Models place: what it is for, how good it was, who vouches for it, what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.engine import Engine, model_key
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import label

if TYPE_CHECKING:
    from leukdesk.bundles.library import Installed
    from leukdesk.domain.card import Card, Metric
    from leukdesk.domain.speed import Speed

_UNSTATED = "not known"  # what a card says that says nothing
_HEADLINE = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "auroc": "AUROC",
    "worst_group_accuracy": "Accuracy in the worst group",
}
_NAMES = {**_HEADLINE, "ece": "Expected calibration error"}


class ModelCard(QFrame):
    """One bundle, good or refused."""

    asked = Signal(str)  # "verify", "speed", "export" or "remove"

    def __init__(self, installed: Installed, engine: Engine, theme: Theme, speed: Speed | None = None) -> None:
        super().__init__()
        self._theme, self._installed, self._speed = theme, installed, speed
        self.key = installed.folder.name if installed.card is None else model_key(installed.card)
        self.setProperty("panel", "card")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4)
        self._column.setSpacing(tokens.SPACE_2)
        self.use = self._button(self.tr("Use this model"), self.tr("Use {name}"))
        self.use.hide()
        self.error = InlineError(theme, self, subject=False)
        if installed.card is not None:
            self._show_card(installed.card, engine)
        else:
            self._show_refused(installed)
        self._add_deeds()

    def allow(self, free: bool) -> None:
        """Whether something can be asked for now."""
        for one in self.deeds.values():
            one.setEnabled(free)

    def _show_card(self, card: Card, engine: Engine) -> None:
        chips = []
        if engine.card is not None and model_key(engine.card) == self.key:
            chips.append(Chip(self._theme, self.tr("In use"), "ok", "ok"))
        if card.synthetic:
            chips.append(Chip(self._theme, self.tr("Synthetic: a demonstration"), "sample", "attention"))
        self._head(f"{card.name} {card.version}", chips)
        self.use.setVisible(engine.wanted != self.key)
        self.use.clicked.connect(lambda: engine.choose(self.key))
        self._column.addWidget(label(card.title, wrap=True))
        self._column.addLayout(_fact_grid([*self._facts(card), *self._provenance(card)]))

    def _facts(self, card: Card) -> list[tuple[str, str]]:
        scope = {"field": self.tr("whole fields"), "cell": self.tr("single cells")}[card.scope]
        facts = [
            (self.tr("Knows"), ", ".join(one.display for one in card.classes)),
            (self.tr("Looks at"), f"{scope}, {card.input_size} × {card.input_size} px"),
            (self.tr("Meant for"), card.intended_use),
            (self.tr("Limits"), "\n".join(f"• {one}" for one in card.limits)),
            (self.tr("Trained on"), self._training_words(card)),
            (self.tr("Measured"), "\n".join(_metric(one) for one in _headline(card.metrics))),
            (self.tr("Calibrated"), self._calibration(card)),
        ]
        return [(name, words) for name, words in facts if words]

    def _provenance(self, card: Card) -> list[tuple[str, str]]:
        one = self._installed
        facts = [
            (self.tr("Licence"), card.licence),
            (self.tr("Origin"), "" if card.origin == _UNSTATED else card.origin),
            (self.tr("Speed here"), self._speed_words()),
            (self.tr("Size"), self.tr("{size} MB").format(size=number(one.size / 1e6, 1)) if one.size else ""),
            (self.tr("Signed"), self._signature()),
        ]
        return [(name, words) for name, words in facts if words]

    def _calibration(self, card: Card) -> str:
        words = self.tr("Temperature {temperature}; an answer below {threshold} % is shown as unidentified")
        said = words.format(temperature=number(card.temperature, 2), threshold=number(100 * card.accept_threshold, 0))
        error = [_metric(one) for one in card.metrics if one.name == "ece"]
        return "\n".join([*error, said])

    def _speed_words(self) -> str:
        if self._speed is None:
            return self.tr("Not measured on this computer yet")
        words = self.tr("{ms} ms for one image with heatmaps, {rate} images a second in batches ({engine})")
        speed = self._speed
        rate = number(speed.per_second, 0 if speed.per_second >= 10 else 1)
        return words.format(ms=number(speed.ms, 0 if speed.ms >= 10 else 1), rate=rate, engine=speed.engine)

    def _signature(self) -> str:
        one = self._installed
        if one.signature is None:
            shipped = self.tr("By nobody. It is the one that came with leukdesk, or that was put beside it.")
            return self.tr("By nobody. It was rebuilt from its weights here.") if one.is_imported else shipped
        if one.owner:
            return self.tr("By {owner}, whose key is trusted here").format(owner=one.owner)
        return self.tr("By {owner}, as it says: this key is not trusted here").format(owner=one.signature.owner)

    def _training_words(self, card: Card) -> str:
        words = self.tr("{name}, {count} images")
        return words.format(name=card.training_data.name, count=number(card.training_data.images))

    def _show_refused(self, installed: Installed) -> None:
        self._head(self.key, [Chip(self._theme, self.tr("Refused"), "refuse", "refuse")])
        self.error.tell(installed.error)
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

    def _add_deeds(self) -> None:
        """The buttons at the foot; a model that came with leukdesk cannot be removed."""
        self.deeds: dict[str, QPushButton] = {}
        if self._installed.card is not None:
            self.deeds["verify"] = self._button(self.tr("Check"), self.tr("Check {name}"))
            self.deeds["speed"] = self._button(self.tr("Measure speed"), self.tr("Measure the speed of {name}"))
            self.deeds["export"] = self._button(self.tr("Export…"), self.tr("Export {name}"))
        if self._installed.is_imported:
            self.deeds["remove"] = self._button(self.tr("Remove…"), self.tr("Remove {name}"))
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_2)
        for name, button in self.deeds.items():
            button.clicked.connect(lambda _on=False, name=name: self.asked.emit(name))
            row.addWidget(button)
        row.addStretch(1)
        self._column.addLayout(row)

    def _button(self, words: str, spoken: str) -> QPushButton:
        button = QPushButton(words)
        button.setProperty("kind", "small")
        button.setAccessibleName(spoken.format(name=self.key))
        return button


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
    name = _NAMES.get(metric.name, metric.name.replace("_", " "))
    return f"{name} {number(metric.value, 3)} {limits}, n = {metric.n}, {metric.split}{note}"
