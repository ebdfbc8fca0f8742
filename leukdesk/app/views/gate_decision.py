"""The foot of the gate's page: use the new model or keep the present one, why, and the way back."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.dynamic import restyle
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.gate_desk import GateDesk
from leukdesk.app.viewmodels.gate_words import decision_words
from leukdesk.app.views.widgets.labels import label, link
from leukdesk.app.views.widgets.progress_row import ProgressRow

translate = QCoreApplication.translate


class GateDecision(QFrame):
    """What is proposed is the button that stands out; both are on record with the reason that is given."""

    def __init__(self, desk: GateDesk, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._theme = desk, theme
        self._again = False
        self.why = QLineEdit()
        self.why.setMaxLength(300)
        self.why.setAccessibleName(self.tr("Why"))
        self.keep, self.use = QPushButton(), QPushButton()
        self.back, self.again = QPushButton(), link(self.tr("Decide again"))
        self.said, self.reason = label("", "strong", wrap=True), label("", "muted", wrap=True)
        self.progress = ProgressRow(theme)
        self.setProperty("panel", "list")
        self._lay_out()
        self.why.textChanged.connect(self._weigh)
        self.keep.clicked.connect(lambda: self._decide(desk.keep))
        self.use.clicked.connect(lambda: self._decide(desk.use))
        self.back.clicked.connect(desk.go_back)
        self.again.clicked.connect(self._ask_again)
        desk.changed.connect(self.show_state)
        self.show_state()

    def first_control(self) -> QWidget:
        """What is proposed."""
        gate = self._desk.gate
        return self.use if gate is not None and gate.verdict.for_new else self.keep

    def show_state(self) -> None:
        """Show what may be decided now, or what was."""
        gate, decision = self._desk.gate, self._desk.decision
        busy = self._desk.doing in ("used", "kept")
        asking = gate is not None and not busy and (decision is None or self._again)
        told = gate is not None and not busy and decision is not None and not self._again
        for asked in (self.why, self.keep, self.use):
            asked.setVisible(asking)
        for said in (self.said, self.again):
            said.setVisible(told)
        self.reason.setVisible(told and decision is not None and bool(decision.why))
        self.back.setVisible(told and bool(self._desk.way_back))
        self.progress.setVisible(busy)
        self.progress.show_progress(self._desk.progress, step_words(self._desk.step, self._desk.doing))
        if told and decision is not None:
            self.said.setText(decision_words(decision, self._desk.in_use))
            self.reason.setText(self.tr("Why: {reason}").format(reason=decision.why))
            self.back.setText(self.tr("Go back to {name}").format(name=self._desk.way_back))
        if asking:
            self._propose()

    def _propose(self) -> None:
        gate = self._desk.gate
        assert gate is not None
        named = gate.active is not None
        self.keep.setText(self.tr("Keep the present one") if named else self.tr("Do not use it"))
        self.use.setText(self.tr("Use the new model"))
        self.use.setToolTip(gate.new.key)
        self.keep.setToolTip(gate.active.key if gate.active is not None else "")
        needed = self.tr("To use it although it is worse, say why")
        self.why.setPlaceholderText(needed if gate.verdict.needs_reason else self.tr("Why? One sentence, if you like"))
        for button, proposed in ((self.use, gate.verdict.for_new), (self.keep, not gate.verdict.for_new)):
            restyle(button, kind="primary" if proposed else "")
            button.setDefault(proposed)
        self._weigh()

    def _weigh(self) -> None:
        gate = self._desk.gate
        self.use.setEnabled(gate is not None and (not gate.verdict.needs_reason or bool(self.why.text().strip())))

    def _decide(self, act: object) -> None:
        assert callable(act)
        self._again = False
        act(self.why.text().strip())
        self.why.clear()

    def _ask_again(self) -> None:
        self._again = True
        self.show_state()
        self.first_control().setFocus()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_3, tokens.SPACE_4, tokens.SPACE_3)
        column.setSpacing(tokens.SPACE_2)
        ask, told = QHBoxLayout(), QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(2)
        for line in (self.said, self.reason):
            words.addWidget(line)
        told.addLayout(words, 1)
        ask.addWidget(self.why, 1)
        for button, place in ((self.again, told), (self.back, told), (self.keep, ask), (self.use, ask)):
            place.addWidget(button)
        for row in (ask, told):
            row.setSpacing(tokens.SPACE_3)
            column.addLayout(row)
        column.addWidget(self.progress)


def step_words(step: str, doing: str) -> str:
    """What is being done, of judging and of an import."""
    return {
        "judge": translate("Gate", "Judging the new model on the locked test images"),
        "seal": translate("Gate", "Sealing the new model"),
        "compare": translate("Gate", "Asking both models about the same images"),
        "audit": translate("Gate", "Auditing what the new model looks at, which takes minutes"),
        "unpack": translate("Gate", "Putting it with the models: every file is checked"),
        "rebuild": translate("Gate", "Putting it with the models: the network is built anew from its weights"),
        "try": translate("Gate", "Putting it with the models: it is tried on its golden samples"),
    }.get(step, {"used": translate("Gate", "Putting it with the models"), "kept": translate("Gate", "Recording")}.get(
        doing, translate("Gate", "Starting the trainer")))  # fmt: skip
