"""The gate, a page of the Train place: a trained run beside the model in use, and what is decided of it."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.engine import Engine
from leukdesk.app.viewmodels.gate_desk import OUT, GateDesk
from leukdesk.app.views.gate_decision import GateDecision
from leukdesk.app.views.gate_form import GateForm
from leukdesk.app.views.gate_result import GateResult
from leukdesk.app.views.widgets.banner import Banner
from leukdesk.app.views.widgets.labels import ElidedLabel, link
from leukdesk.app.views.widgets.page import Page
from leukdesk.app.views.widgets.skeleton import Skeleton

_WIDTH = 820  # px


class GateView(QWidget):
    """`left` wants the runs back."""

    left = Signal()

    def __init__(self, desk: GateDesk, engine: Engine, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._engine, self._theme = desk, engine, theme
        self._shown: object = None
        self.banner = Banner(theme)
        self.back, self.again = link(self.tr("Runs")), link(self.tr("Judge again"))
        self.title = ElidedLabel("title")
        self.form, self.result = GateForm(desk, theme), GateResult(theme)
        self.decision = GateDecision(desk, theme)
        self._waiting = Skeleton(theme, "card", self.tr("The run is looked at"))
        self._wants_again = False
        self.page = Page(theme, _WIDTH)
        self._lay_out()
        self.back.clicked.connect(self.left)
        self.again.clicked.connect(self._judge_again)
        self.result.audit.clicked.connect(self._open_audit)
        desk.changed.connect(self._show)
        desk.failed.connect(self.banner.tell)
        desk.decided.connect(self._tell)
        self._show()

    def first_control(self) -> QWidget:
        """Where keys go when one comes here."""
        if self.decision.isVisibleTo(self):
            return self.decision.first_control()
        return self.form.name if self.form.isVisibleTo(self) else self.back

    def _show(self) -> None:
        gate = self._desk.gate
        reading, judging = self._desk.doing == "read", self._desk.doing == "judge"
        asks = gate is None or judging or self._wants_again
        self._waiting.setVisible(reading)
        self.form.setVisible(asks and not reading)
        self.result.setVisible(not asks and not reading)
        self.decision.setVisible(not asks and not reading)
        self.again.setVisible(not asks and not reading and not self._desk.doing)
        self.title.set_text(self._headline())
        if reading:
            self._wants_again = False
        if gate is not self._shown:
            self._shown = gate
            self._refill()
        if gate is None and not self._desk.doing:
            self._propose()

    def _headline(self) -> str:
        gate = self._desk.gate
        if gate is None or self.form.isVisibleTo(self):
            return self.tr("Judge {run}").format(run=self._desk.title)
        if gate.active is None:
            return gate.new.key
        return self.tr("{new} beside {active}").format(new=gate.new.key, active=gate.active.key)

    def _refill(self) -> None:
        gate = self._desk.gate
        if gate is not None:
            known = gate.active.key if gate.active is not None else gate.new.key
            self.result.show_gate(gate, self._engine.vocabulary_of(known))

    def _propose(self) -> None:
        if not self.form.name.isModified() and not self.form.release.isModified():
            self.form.propose()

    def _judge_again(self) -> None:
        gate = self._desk.gate
        if gate is not None:
            self._desk.name, self._desk.release = gate.new.name, gate.new.release
        self._wants_again = True
        self.form.propose()
        self._show()
        self.first_control().setFocus()

    def _open_audit(self) -> None:
        gate = self._desk.gate
        if gate is not None and gate.audit:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._desk.folder / OUT / gate.audit)))

    def _tell(self, choice: str) -> None:
        said = {
            "used": (
                self.tr("The new model is with the models and will be used."),
                self.tr("The decision is on record."),
            ),
            "kept": (self.tr("The present model stays in use."), self.tr("The decision is on record.")),
        }[choice]
        self.banner.say(*said, "ok")

    def _lay_out(self) -> None:
        page, under = self.page, QWidget()
        page.column.setSpacing(tokens.SPACE_4)
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_3)
        head.addWidget(self.title, 1)
        for way in (self.again, self.back):
            head.addWidget(way)
        page.column.addLayout(head)
        for part in (self._waiting, self.form, self.result):
            page.column.addWidget(part)
        page.column.addStretch(1)
        page.fill(under)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.banner)
        whole.addWidget(under, 1)
        whole.addWidget(self.decision)
