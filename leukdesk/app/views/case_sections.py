"""What stands beside the images of a case: details, numbers, comments, earlier cases, timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPlainTextEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from leukdesk.app.theme import tokens
from leukdesk.app.theme.theme import Theme
from leukdesk.app.viewmodels.case_words import Step, day, specimen_word, status_word, timeline
from leukdesk.app.viewmodels.numbers import date_and_time, number
from leukdesk.app.views.widgets.labels import label, link, rule
from leukdesk.domain.case import Case, CaseDetails, CaseRecord
from leukdesk.domain.case_fields import PHENOTYPE
from leukdesk.domain.differential import Line
from leukdesk.domain.summary import CaseSummary

_STEPS = 12  # of the timeline, before all are asked for
_WIDTH = 360  # px, half of which grows with the text


class CaseSections(QScrollArea):
    """Fills itself from a `CaseRecord`; `chosen` carries an earlier case, `commented` a remark to keep."""

    chosen = Signal(int)
    commented = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: CaseRecord | None = None
        self._whole_timeline = False
        self.comment = QPlainTextEdit()
        self.comment.setAccessibleName(self.tr("Comment"))
        self.comment.setPlaceholderText(self.tr("Write a comment on this case"))
        self.comment.setTabChangesFocus(True)
        self.keep = QPushButton(self.tr("Keep comment"))
        self.keep.setProperty("kind", "small")
        self.keep.clicked.connect(lambda: self.commented.emit(self.comment.toPlainText().strip()))
        self.comment.textChanged.connect(self._weigh)
        self._filled: list[QWidget] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(tokens.SPACE_3)
        self._writer = self._comment_box()
        self._writer.hide()
        self._lay_out()
        self._weigh()
        theme.changed.connect(self._widen)
        self._widen()

    def show_case(self, record: CaseRecord | None, summary: CaseSummary | None, *, may_comment: bool) -> None:
        """Show another case, or more of the same one."""
        if self._shown is None or record is None or record.case.id != self._shown.case.id:
            self._whole_timeline = False
        self._shown = record
        for old in self._filled:
            self._column.removeWidget(old)
            old.hide()
            if old is not self._writer:  # what is being written stays
                old.deleteLater()
        self._filled = list(self._sections(record, summary)) if record is not None else []
        for place, made in enumerate(self._filled):
            self._column.insertWidget(place, made)
        self._writer.setVisible(record is not None and may_comment)

    def forget_comment(self) -> None:
        """It is kept: begin another."""
        self.comment.clear()

    def _weigh(self) -> None:
        self.keep.setEnabled(bool(self.comment.toPlainText().strip()))

    # -- sections

    def _sections(self, record: CaseRecord, summary: CaseSummary | None) -> Iterable[QWidget]:
        yield self._details(record.case)
        yield from self._fields(record.case.details)
        if summary is not None and summary.images is not None and summary.images.counted:
            note = self.tr("Images of each class, as a person or else the model said")
            yield self._shares(self.tr("Images"), note, summary.images.lines, summary.images.counted)
        lines = summary.cells.lines if summary is not None and summary.cells is not None else ()
        if lines:
            note = self.tr("White cells of each class, as a person or else the model said")
            yield self._shares(self.tr("Differential"), note, lines, sum(one.count for one in lines))
        if record.earlier:
            yield self._earlier(record.earlier)
        if record.comments:
            yield self._comments(record)
        yield self._writer
        yield self._timeline(timeline(record.timeline))

    def _details(self, case: Case) -> QWidget:
        entered = case.details
        scale = QLocale().toString(entered.um_per_px, "g", 6) if entered.um_per_px else "–"
        facts = [
            (self.tr("Patient"), entered.patient or "–"),
            (self.tr("Specimen"), specimen_word(entered.specimen)),
            (self.tr("Stain"), entered.stain or "–"),
            (self.tr("Objective"), entered.objective or "–"),
            (self.tr("µm in a pixel"), scale),
            (self.tr("Received"), day(entered.received)),
            (self.tr("Opened"), date_and_time(case.opened)),
        ]
        return _section(self.tr("Details"), _facts(facts))

    def _fields(self, entered: CaseDetails) -> Iterable[QWidget]:
        values = [(name, text) for name, text in entered.fields.items() if not name.startswith(PHENOTYPE)]
        phenotype = [(name.removeprefix(PHENOTYPE), text) for name, text in entered.fields.items()
                     if name.startswith(PHENOTYPE)]  # fmt: skip
        for title, facts in ((self.tr("Laboratory values"), values), (self.tr("Immunophenotype"), phenotype)):
            if facts:
                yield _section(title, _facts(facts))

    def _shares(self, title: str, note: str, lines: Sequence[Line], total: int) -> QWidget:
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.SPACE_3)
        grid.setVerticalSpacing(tokens.SPACE_1)
        grid.setColumnStretch(0, 1)
        seen = [one for one in lines if one.count]
        for row, line in enumerate(seen):
            grid.addWidget(label(line.display, wrap=True), row, 0)
            for column, words in enumerate((number(line.count), _percent(line.share), _limits(line)), 1):
                one = label(words, "" if column < 3 else "muted")
                grid.addWidget(one, row, column, Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        words = self.tr("{note}; {count} in all, with 95 % limits.").format(note=note, count=number(total))
        grid.addWidget(label(words, "caption", wrap=True), len(seen), 0, 1, 4)
        return _section(title, grid)

    def _earlier(self, cases: Iterable[Case]) -> QWidget:
        column = QVBoxLayout()
        column.setSpacing(tokens.SPACE_1)
        for one in cases:
            words = f"{one.details.accession} · {day(one.details.received)} · {status_word(one.status)}"
            button = link(words)
            button.clicked.connect(partial(self._choose, one.id))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeading)
        return _section(self.tr("Other cases of this patient"), column)

    def _timeline(self, steps: Sequence[Step]) -> QWidget:
        column = QVBoxLayout()
        column.setSpacing(tokens.SPACE_2)
        for step in steps if self._whole_timeline else steps[:_STEPS]:
            lines = [step.what, *step.changes, *([self.tr("Reason: {why}").format(why=step.why)] if step.why else [])]
            column.addWidget(label("\n".join(lines), wrap=True))
            column.addWidget(label(f"{date_and_time(step.at)} · {step.user}", "caption", wrap=True))
        if len(steps) > _STEPS and not self._whole_timeline:
            more = link(self.tr("Show all {count}").format(count=number(len(steps))))
            more.clicked.connect(self._show_whole_timeline)
            column.addWidget(more, 0, Qt.AlignmentFlag.AlignLeading)
        return _section(self.tr("Timeline"), column)

    def _comments(self, record: CaseRecord) -> QWidget:
        names = {one.id: one.path.name for one in record.images}
        column = QVBoxLayout()
        column.setSpacing(tokens.SPACE_2)
        for one in record.comments:
            about = f" · {names[one.image_id]}" if one.image_id in names else ""
            column.addWidget(label(one.text, wrap=True))
            column.addWidget(label(f"{date_and_time(one.at)} · {one.author}{about}", "caption", wrap=True))
        return _section(self.tr("Comments"), column)

    def _choose(self, case_id: int, _checked: bool = False) -> None:
        self.chosen.emit(case_id)

    def _show_whole_timeline(self) -> None:
        self._whole_timeline = True
        for place, old in enumerate(self._filled):
            if old.accessibleName() == self.tr("Timeline") and self._shown is not None:
                self._filled[place] = self._timeline(timeline(self._shown.timeline))
                self._column.replaceWidget(old, self._filled[place])
                old.hide()
                old.deleteLater()

    # -- building

    def _comment_box(self) -> QWidget:
        box = QWidget(self)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_2)
        column.addWidget(self.comment)
        column.addWidget(self.keep, 0, Qt.AlignmentFlag.AlignTrailing)
        return box

    def _lay_out(self) -> None:
        holder = QWidget()
        whole = QVBoxLayout(holder)
        whole.setContentsMargins(tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4)
        whole.setSpacing(tokens.SPACE_3)
        whole.addLayout(self._column)
        whole.addStretch(1)
        self.setWidget(holder)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty("panel", "inspector")

    def _widen(self) -> None:
        self.setFixedWidth((_WIDTH + self._theme.px(_WIDTH)) // 2)
        self.comment.setFixedHeight(3 * self.comment.fontMetrics().lineSpacing() + 2 * tokens.SPACE_2)


def _section(title: str, content: QGridLayout | QVBoxLayout | QHBoxLayout) -> QWidget:
    made = QWidget()
    made.setAccessibleName(title)
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(tokens.SPACE_2)
    column.addWidget(label(title, "heading"))
    column.addLayout(content)
    column.addSpacing(tokens.SPACE_1)
    column.addWidget(rule())
    return made


def _facts(facts: Iterable[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(tokens.SPACE_3)
    grid.setVerticalSpacing(tokens.SPACE_1)
    grid.setColumnStretch(1, 1)
    for row, (name, words) in enumerate(facts):
        grid.addWidget(label(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(words, wrap=True), row, 1)
    return grid


def _percent(share: float) -> str:
    return f"{number(100 * share, 1)} %"


def _limits(line: Line) -> str:
    return f"{number(100 * line.limits.low, 1)}–{number(100 * line.limits.high, 1)} %"
