"""What the gate found, to be read from top to bottom: verdict, what limits it, figures, classes, calibration."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels import gate_words as words
from leukdesk.app.viewmodels.faces import Vocabulary
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.viewmodels.review_words import label_name
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.labels import label
from leukdesk.app.views.widgets.reliability_plot import ReliabilityPlot
from leukdesk.domain.gate import Gate, GateSet, Verdict

_TONES = {
    Verdict.BETTER: ("ok", "ok"),
    Verdict.NO_WORSE: ("ok", "ok"),
    Verdict.WORSE: ("refuse", "refuse"),
    Verdict.TOO_FEW: ("attention", "attention"),
    Verdict.NOT_COMPARABLE: ("info", "plain"),
}
_MARKS = {"ok": "▲", "refuse": "▼", "plain": ""}


class GateResult(QWidget):
    """Filled by `show_gate`; `audit` opens the page of the audit: connect its `clicked`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.audit = QPushButton(self.tr("Open the audit page"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(tokens.SPACE_4)
        self._filled: list[QWidget] = []
        self._column.addWidget(self._audit_row())
        self._column.addStretch(1)

    def show_gate(self, gate: Gate, vocabulary: Vocabulary) -> None:
        """Show another one; `vocabulary` names the classes."""
        for old in self._filled:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._filled = [self._verdict(gate)]
        if said := [sentence for code in gate.notes if (sentence := words.note_words(code))]:
            self._filled.append(self._notes(said))
        for one in gate.sets:
            self._filled += [self._figures(gate, one)]
        self._filled += [self._classes(gate, gate.sets[0], vocabulary), self._calibration(gate, gate.sets[0])]
        for place, one_card in enumerate(self._filled):
            self._column.insertWidget(place, one_card)
        self.audit.setVisible(bool(gate.audit))
        self._no_audit.setVisible(not gate.audit)

    # -- cards

    def _verdict(self, gate: Gate) -> QFrame:
        card, column = _card()
        head, advice = words.verdict_words(gate)
        icon, tone = _TONES[gate.verdict]
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(Chip(self._theme, head, icon, tone))
        row.addStretch(1)
        column.addLayout(row)
        test = gate.sets[0]
        if far := words.difference_words(test):
            column.addWidget(label(self.tr("Accuracy: {difference}").format(difference=far), "heading", wrap=True))
        column.addWidget(label(advice, wrap=True))
        column.addWidget(label(words.set_words(test), "muted", wrap=True))
        if chance := words.test_words(test):
            column.addWidget(label(chance, "muted", wrap=True))
        return card

    def _figures(self, gate: Gate, one: GateSet) -> QFrame:
        names = {"test": self.tr("On the test images"), "original": self.tr("On the present model's own test images")}
        card, column = _card(names.get(one.name, one.name))
        if one.name != "test":
            column.addWidget(label(words.set_words(one), "muted", wrap=True))
        rows = [["", self.tr("New"), self.tr("Present"), self.tr("Change, points")]]
        for key, name in (("accuracy", self.tr("Accuracy")), ("macro_f1", self.tr("Macro F1"))):
            far = words.points_words(one.difference) if key == "accuracy" else ""
            rows.append([name, words.percent_words(one.new.get(key)), words.percent_words(one.active.get(key)), far])
        error = self.tr("Calibration error")
        rows.append([error, words.error_words(one.new.get("ece")), words.error_words(one.active.get("ece")), ""])
        if one.baseline is not None:
            rows.append([self.tr("Colours alone, accuracy"), words.percent_words(one.baseline), "", ""])
        column.addLayout(_table(rows if one.active else [row[:2] for row in rows]))
        if one.name == "test" and gate.active is not None:
            about = self.tr("In brackets: 95 % limits. New: {new}. Present: {active}.")
            column.addWidget(label(about.format(new=gate.new.key, active=gate.active.key), "caption", wrap=True))
        return card

    def _classes(self, gate: Gate, one: GateSet, vocabulary: Vocabulary) -> QFrame:
        card, column = _card(self.tr("Class by class: of its images, how many are recognised"))
        rows = [[self.tr("Class"), self.tr("Images"), self.tr("New"), self.tr("Present"), self.tr("Change, points")]]
        tones = {}
        for place, found in enumerate(one.per_class, start=1):
            said, tone = words.change_word(found.difference)
            change = f"{_MARKS[tone]} {words.points_words(found.difference)} {said}".strip()
            tones[place] = tone
            shares = [words.percent_words(found.new), words.percent_words(found.active)]
            rows.append([label_name(found.label, vocabulary), number(found.images), *shares, change])
        table = _table(rows if one.active else [row[:3] for row in rows])
        for place, tone in tones.items():
            item = table.itemAtPosition(place, 4)
            if item is not None and (cell := item.widget()) is not None and tone != "plain":
                cell.setProperty("tone", tone)
        column.addLayout(table)
        return card

    def _calibration(self, gate: Gate, one: GateSet) -> QFrame:
        card, column = _card(self.tr("How far the probabilities can be believed"))
        plot = ReliabilityPlot(self._theme)
        spoken = [words.bins_words(gate.new.key, one, new=True)]
        if gate.active is not None:
            spoken.append(words.bins_words(gate.active.key, one, new=False))
        plot.show_bins(one.bins_new, one.bins_active, "\n".join(filter(None, spoken)))
        row, side = QHBoxLayout(), QVBoxLayout()
        row.setSpacing(tokens.SPACE_4)
        row.addWidget(plot, 0, Qt.AlignmentFlag.AlignTop)
        side.addWidget(label(self.tr("● New: {name}").format(name=gate.new.key), "strong", wrap=True))
        if one.bins_active and gate.active is not None:
            side.addWidget(label(self.tr("■ Present: {name}").format(name=gate.active.key), wrap=True))
        about = self.tr(
            "Across: how sure the model was. Up: how often it was right. On the dashed line both are the same. Below "
            "it the model was too sure. Larger marks stand for more images."
        )
        side.addWidget(label(about, "muted", wrap=True))
        side.addStretch(1)
        row.addLayout(side, 1)
        column.addLayout(row)
        return card

    def _notes(self, said: Sequence[str]) -> QFrame:
        card, column = _card(self.tr("Before you decide"))
        for one in said:
            column.addWidget(label(f"• {one}", wrap=True))
        return card

    def _audit_row(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_3)
        self._no_audit = label(self.tr("No audit was made of what the new model looks at."), "muted", wrap=True)
        row.addWidget(self.audit)
        row.addWidget(self._no_audit, 1)
        row.addStretch(1)
        return holder


def _card(title: str = "") -> tuple[QFrame, QVBoxLayout]:
    card = QFrame()
    card.setProperty("panel", "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4)
    column.setSpacing(tokens.SPACE_2)
    if title:
        column.addWidget(label(title, "heading", wrap=True))
    return card, column


def _table(rows: Sequence[Sequence[str]]) -> QGridLayout:
    """A head and lines of labels; the first column takes what room is left."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(tokens.SPACE_4)
    grid.setVerticalSpacing(tokens.SPACE_2)
    grid.setColumnStretch(0, 1)
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            grid.addWidget(_cell(text, head=at == 0, first=column == 0), at, column)
    return grid


def _cell(text: str, *, head: bool, first: bool) -> QLabel:
    made = label(text, "section" if head else "", wrap=first)
    side = Qt.AlignmentFlag.AlignLeading if first else Qt.AlignmentFlag.AlignTrailing
    made.setAlignment(side | Qt.AlignmentFlag.AlignTop)
    return made
