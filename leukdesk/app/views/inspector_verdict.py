"""The head of the inspector: decision, answer, the sentence that explains it, and the truth where it is known."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from leukdesk.analysis.sample import SampleImage
from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.analyse import AnalyseViewModel
from leukdesk.app.viewmodels.faces import DECISION_ICONS, DECISION_TONES, RowState, decision_word, percent
from leukdesk.app.viewmodels.numbers import number
from leukdesk.app.views.widgets.chip import Chip
from leukdesk.app.views.widgets.inline_error import InlineError
from leukdesk.app.views.widgets.labels import ElidedLabel, label
from leukdesk.app.views.widgets.truth_boxes import cell_name
from leukdesk.domain.finding import Decision, Finding


class VerdictSection(QWidget):
    """Says what was decided, or why nothing was."""

    def __init__(self, model: AnalyseViewModel, theme: Theme) -> None:
        super().__init__()
        self._model = model
        self.decision = Chip(theme)
        self.answer = ElidedLabel("title", Qt.TextElideMode.ElideRight)
        self.percent = label("", "title")
        self.sentence = label("", "muted", wrap=True)
        self.truth = _TruthCard(theme)
        self.error = InlineError(theme, self, subject=False)
        self._lay_out()

    def refresh(self) -> None:
        """Show the selected image's state."""
        finding, error = self._model.finding, self._model.error
        self.error.tell(error if self._model.picture is not None else None)  # else it stands in the image's place
        self._show_truth(finding)
        if finding is not None:
            self._show_finding(finding)
        elif error is not None:
            self._say(self.tr("Failed"), "attention", "refuse", self.tr("No finding"), "")
        elif self._model.is_slide:
            self._say(self.tr("Slide"), "image", "plain", "", "")
        else:
            self._show_waiting()

    def _show_finding(self, finding: Finding) -> None:
        from leukdesk.analysis.decide import Speech, explain_decision

        card, seen_by = self._model.engine.card, finding.bundle
        if card is not None and (card.name, card.version) != (seen_by.name, seen_by.version):
            card = None  # another model has come, and its own finding is on its way
        speech = Speech(QCoreApplication.translate, percent, partial(number, decimals=1))
        sentence = explain_decision(finding, card, speech) if card is not None else ""
        accepted = finding.decision is Decision.ACCEPTED
        look = self._model.images.vocabulary.look(finding.prediction.label)
        answer = look.display if accepted else self.tr("No answer")
        icon, tone = DECISION_ICONS[finding.decision], DECISION_TONES[finding.decision]
        self._say(decision_word(finding.decision), icon, tone, answer, sentence)
        self.percent.setText(percent(finding.prediction.probability) if accepted else "")

    def _show_waiting(self) -> None:
        if self._model.engine.loading:
            words = self.tr("Loading the model"), self.tr("The image can be looked at meanwhile.")
        elif self._model.engine.predictor is None:
            words = self.tr("No model"), self.tr("Choose one above the image, or see Models for why one was refused.")
        elif self._model.state is RowState.RUNNING:
            words = self.tr("Analysing"), ""
        else:
            words = self.tr("Waiting"), self.tr("Not analysed yet.")
        self._say(words[0], "waiting", "plain", "", words[1])

    def _say(self, decision: str, icon: str, tone: str, answer: str, sentence: str) -> None:
        self.decision.show_state(decision, icon, tone)
        self.answer.set_text(answer)
        self.answer.setVisible(bool(answer))
        self.percent.setText("")
        self.percent.setVisible(bool(answer))
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))

    def _show_truth(self, finding: Finding | None) -> None:
        sample = self._model.truth
        self.truth.setVisible(sample is not None)
        if sample is None:
            return
        classes = self._model.images.vocabulary.classes
        known = sample.truth in classes
        name = classes[sample.truth].display if known else self.tr("none of the model's classes")
        verdict, tone = self._judged(finding, sample.truth, known) if finding is not None else ("", "plain")
        self.truth.tell(self.tr("Truth: {name}").format(name=name), verdict, tone, self._counted(sample))

    def _judged(self, finding: Finding, truth: str, known: bool) -> tuple[str, str]:
        if finding.decision is not Decision.ACCEPTED:
            return (self.tr("The model gave no answer"), "attention") if known else (self.tr("Rightly no answer"), "ok")
        if finding.prediction.label == truth:
            return self.tr("The model is right"), "ok"
        return self.tr("The model is wrong"), "refuse"

    def _counted(self, sample: SampleImage) -> str:
        counts = {kind: count for kind, count in sample.counts.items() if count}
        return ", ".join(f"{cell_name(kind)}: {count}" for kind, count in counts.items())

    def _lay_out(self) -> None:
        top, head = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.decision)
        top.addStretch(1)
        head.addWidget(self.answer, 1)
        head.addWidget(self.percent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_2)
        column.addLayout(top)
        column.addLayout(head)
        column.addWidget(self.sentence)
        column.addWidget(self.error)
        column.addWidget(self.truth)


class _TruthCard(QFrame):
    """What is true of a phantom, and whether the model agrees."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("panel", "card")
        self._name = label("", "strong", wrap=True)
        self._verdict = Chip(theme)
        self._note = label("", "caption", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_3, tokens.SPACE_2, tokens.SPACE_3, tokens.SPACE_3)
        column.setSpacing(tokens.SPACE_2)
        column.addWidget(self._name)
        column.addWidget(self._verdict, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self._note)

    def tell(self, name: str, verdict: str, tone: str, note: str) -> None:
        """Show the truth."""
        icons = {"ok": "ok", "attention": "unidentified", "refuse": "attention"}
        self.setAccessibleName(f"{name}. {verdict}")
        self._name.setText(name)
        self._verdict.show_state(verdict, icons.get(tone, ""), tone)
        self._verdict.setVisible(bool(verdict))
        self._note.setText(note)
        self._note.setVisible(bool(note))
