"""What the gate found, to be read from top to bottom: verdict, what limits it, figures, classes, calibration."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels import gate_words as words
from leukdesk.app.viewmodels.faces import Vocabulary
from leukdesk.app.views.result_cards import Pair, calibration_card, classes_card, figures_card, notes_card
from leukdesk.app.views.widgets.cards import card_of
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.labels import label
from leukdesk.domain.gate import Gate, Verdict

_TONES = {
    Verdict.BETTER: ("ok", "ok"),
    Verdict.NO_WORSE: ("ok", "ok"),
    Verdict.WORSE: ("refuse", "refuse"),
    Verdict.TOO_FEW: ("attention", "attention"),
    Verdict.NOT_COMPARABLE: ("info", "plain"),
}


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
            self._filled.append(notes_card(said, self.tr("Before you decide")))
        pair = self._pair(gate)
        names = {"test": self.tr("On the test images"), "original": self.tr("On the present model's own test images")}
        for one in gate.sets:
            first = one.name == "test"
            self._filled.append(figures_card(one, pair, names.get(one.name, one.name), whose=not first, named=first))
        test = gate.sets[0]
        self._filled += [classes_card(test, pair, vocabulary), calibration_card(test, pair, self._theme)]
        for place, one_card in enumerate(self._filled):
            self._column.insertWidget(place, one_card)
        self.audit.setVisible(bool(gate.audit))
        self._no_audit.setVisible(not gate.audit)

    # -- cards

    def _pair(self, gate: Gate) -> Pair:
        other = gate.active.key if gate.active is not None else ""
        return Pair(self.tr("New"), self.tr("Present"), gate.new.key, other)

    def _verdict(self, gate: Gate) -> QFrame:
        card, column = card_of()
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
